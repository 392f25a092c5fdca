"""What the service refuses for now is asked for again, later and not for ever.

A limit of what may be open at once: what is over it waits until something of the kind has ended. A
rate, or a limit that others use up: nothing of the kind is asked for until a timer has fired, with
longer and longer pauses. A timer cannot wait for a timer; it is asked for again at once, in the
decision that its refusal brought.
"""

from collections.abc import Callable
from typing import Any

from flowy.decider.asked import Timer
from flowy.decider.slots import Key, Kind, Slots
from flowy.decider.timers import Timers

TIMES = 20
"""How often one thing is refused before that is its outcome; some 16 minutes of pauses."""

LONGEST = 60
"""Seconds of the longest pause."""

_LIMIT = "_LIMIT_EXCEEDED"
_RATE = "_RATE_EXCEEDED"


def passes(cause: str) -> bool:
    """Tell whether asking again may help."""
    return cause.endswith((_LIMIT, _RATE))


def pause(times: int) -> int:
    """Return the seconds to wait after so many refusals."""
    return int(min(LONGEST, 2 ** (times - 1)))


class Refusals:
    """What the service has refused to one run.

    Args:
        slots: Where the decisions wait.
        timers: Brings the pauses.
    """

    def __init__(self, slots: Slots, timers: Timers) -> None:
        self._slots = slots
        self._timers = timers
        self._pauses = 0

    def wait(self, kind: Kind, key: Key, decision: Any, cause: str, times: int) -> None:
        """Have something wait that was refused so many times, the last one included."""
        full = cause.endswith(_LIMIT) and self._slots.has_others(kind)
        self._slots.refuse(kind, key, decision, lowers=full)
        if full:
            return
        if kind == "timer":
            self._slots.fill(kind)
        elif self._slots.hold(kind):
            self.after(pause(times), lambda: self._slots.release(kind))

    def after(self, seconds: int, again: Callable[[], None]) -> Timer:
        """Do something after a pause."""
        self._pauses += 1
        timer = self._timers.start(f"flowy.again-{self._pauses}", seconds, again)
        timer.refused = lambda _error: again()
        return timer
