"""The durable timers of one run."""

import math
from collections.abc import Callable

from flowy.decider.asked import Timer
from flowy.decider.slots import Slots
from flowy.errors import DefinitionError
from flowy.protocol import decisions
from flowy.task.option_values import YEAR


class Timers:
    """Starts timers, stops them, and finds the one that fired.

    Args:
        slots: Takes the decisions.
        take_number: Gives the next number of the run.
    """

    def __init__(self, slots: Slots, take_number: Callable[[], int]) -> None:
        self._slots = slots
        self._take_number = take_number
        self._running: dict[str, Timer] = {}

    def start_timer(self, seconds: float, fired: Callable[[], None]) -> Timer:
        """Start a timer; SWF's are whole seconds, so it runs at least as long as asked.

        Raises:
            DefinitionError: It is longer than SWF's longest one.
        """
        return self.start(str(self._take_number()), whole(seconds), fired)

    def start(self, id: str, seconds: int, fired: Callable[[], None]) -> Timer:
        """Start a timer of an id that no other has."""
        timer = Timer(id, seconds, fired)
        self._running[id] = timer
        self._slots.open("timer", ("timer", id), start(timer))
        return timer

    def find(self, id: str) -> Timer | None:
        """Return the timer of an id; None when it was cancelled."""
        return self._running.get(id)

    def cancel_timer(self, timer: object) -> None:
        """Stop a timer; one that has fired stays as it is."""
        if not isinstance(timer, Timer) or self._running.pop(timer.id, None) is None:
            return
        if not self._slots.withdraw("timer", ("timer", timer.id)):
            self._slots.closed("timer")
            attributes = decisions.CancelTimerAttributes(timer_id=timer.id)
            decision = decisions.CancelTimer(attributes=attributes)
            self._slots.ask(("cancel timer", timer.id), decision)

    def close(self, id: str) -> Timer | None:
        """Close the timer of an id; None when it was cancelled."""
        timer = self._running.pop(id, None)
        if timer is not None:
            self._slots.closed("timer")
        return timer

    def delayed(self) -> list[Timer]:
        """Return the timers that tasks wait for."""
        return [timer for timer in self._running.values() if timer.task is not None]


def start(timer: Timer) -> decisions.StartTimer:
    """Return the decision that starts a timer."""
    attributes = decisions.StartTimerAttributes(
        timer_id=timer.id, start_to_fire_timeout=str(timer.seconds)
    )
    return decisions.StartTimer(attributes=attributes)


def whole(seconds: float) -> int:
    """Return the seconds of a timer that runs at least so long.

    Raises:
        DefinitionError: It is longer than SWF's longest one.
    """
    if seconds > YEAR:
        raise DefinitionError(
            f"SWF's longest timer has {YEAR:,} seconds, the year that an execution lives at most; "
            f"it does not wait for {seconds:,}"
        )
    return math.ceil(seconds)
