"""What the id of an activity tells its worker: which attempt of which call, and the heartbeat.

SWF gives a worker the activity's id and input, and nothing of how often it was tried or which
timeouts the call has. The decider therefore writes ``NUMBER~FIRST.ATTEMPT`` or
``NUMBER~FIRST.ATTEMPT.HEARTBEAT``: the number that the id would be, the number of the call's first
attempt, which attempt it is, and the heartbeat timeout in seconds that the call asked for. A first
attempt that asked for none is the plain ``NUMBER``. So the input stays what the code sent, and
workers and deciders in other languages see an id like any other.
"""

import re

import msgspec

_FORM = re.compile(r"(\d+)~(\d+)\.(\d+)(?:\.(\d+))?", re.ASCII)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt of a call.

    Args:
        number: The decider's number of it.
        first: That of the call's first attempt, the same for all of them.
        attempt: Which attempt it is, from 1.
        heartbeat: The heartbeat timeout that the call asked for, in seconds.
    """

    number: str
    first: str
    attempt: int = 1
    heartbeat: int | None = None


def activity_id(number: int, first: int, attempt: int, heartbeat: int | None) -> str:
    """Return the activity id of an attempt."""
    if attempt == 1 and number == first and heartbeat is None:
        return str(number)
    seconds = "" if heartbeat is None else f".{heartbeat}"
    return f"{number}~{first}.{attempt}{seconds}"


def read(activity_id: str | None) -> Attempt:
    """Read an activity's id; any other than the decider's own is a first attempt."""
    text = activity_id or ""
    found = _FORM.fullmatch(text) if "~" in text else None
    if found is None:
        return Attempt(number=text, first=text)
    number, first, attempt, heartbeat = found.groups()
    return Attempt(
        number=number,
        first=first,
        attempt=int(attempt),
        heartbeat=None if heartbeat is None else int(heartbeat),
    )


def number_of(activity_id: str) -> str:
    """Return the number in an activity's id: what was the whole of it before attempts were told."""
    return activity_id.partition("~")[0]
