"""What a run hands to the one that it continues as: the input, and signals that nobody has taken.

An input without such signals is sent as it is. With some it is wrapped, and the next run takes it
out of its wrapping before its code sees it::

    {"flowy.carried": {"input": "[[2],{}]", "signals": [["approved", "true"], ["note", null]]}}

SWF closes the old run and starts the new one in one step, and takes a close only from a decider
that has seen all events. So a signal is seen by the old run, and carried, or goes to the new one.
"""

from collections.abc import Sequence

import msgspec

Carried = tuple[str, str | None]
"""A signal: its name, and the text that came with it."""

BEGINNING = '{"flowy.carried":'


class _Content(msgspec.Struct, frozen=True):
    input: str | None
    signals: tuple[Carried, ...]


class _Wrapping(msgspec.Struct, frozen=True, rename={"content": "flowy.carried"}):
    content: _Content


def wrap(input: str, signals: Sequence[Carried]) -> str:
    """Return the input of the next run, with signals for it."""
    if not signals and not input.startswith(BEGINNING):
        return input
    content = _Content(input=input, signals=tuple(signals))
    return msgspec.json.encode(_Wrapping(content=content)).decode()


def unwrap(input: str | None) -> tuple[str | None, tuple[Carried, ...]]:
    """Return the input that the code is to see, and the signals that came with it."""
    if input is None or not input.startswith(BEGINNING):
        return input, ()
    try:
        content = msgspec.json.decode(input, type=_Wrapping).content
    except (msgspec.DecodeError, UnicodeError):
        return input, ()  # somebody else's text that begins alike
    return content.input, content.signals
