"""What SWF takes of one answer and of one history, and how an answer is cut to it.

What does not fit into an answer is kept for the next decision, which a timer of no time brings at
once. The timer's id says in the history that there was more: a replay goes by that, whatever the
limits were when the answer was cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from flowy.protocol import decisions
from flowy.protocol.decisions import AnyDecision

MORE = "flowy.more-"
"""What the ids of timers begin with that end an answer which was cut."""

EVENTS_KEPT = 100
"""Events that are left for what happens before the execution is failed: the close and others'."""

_WARNED = 0.8
"""The part of the events that a history may have at which a warning is logged."""

_FEW = 4
"""Decisions that fit whatever they hold: four texts at their longest, all of them escaped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What the service takes.

    Args:
        decisions: How many decisions of one answer; None for no such limit. The documentation of
            Amazon SWF names none, its own framework for Java keeps to 100.
        bytes: How many bytes of one answer. SWF takes 1 MiB a request; what is left is for the
            token and the execution context.
        events: How many events of a history, before the service terminates the execution.
    """

    decisions: int | None = None
    bytes: int = 820_000
    events: int = 25_000

    def fitting(self, asked: Sequence[AnyDecision]) -> int:
        """Return how many decisions, from the first on, fit into one answer together."""
        most = len(asked) if self.decisions is None else self.decisions
        if len(asked) > most:
            most -= 1  # the timer takes a place
        if len(asked) <= _FEW or len(msgspec.json.encode(asked)) <= self.bytes:
            return min(len(asked), most)
        size = 0
        for count, decision in enumerate(asked[:most]):
            size += len(msgspec.json.encode(decision)) + 1
            if size > self.bytes:
                return count
        return min(len(asked), most)

    def is_full(self, events: int, asked: int) -> bool:
        """Tell whether a history with that many more events is about to be terminated."""
        return events + asked + EVENTS_KEPT > self.events

    @property
    def nearly_full(self) -> int:
        """How many events a history may have before it is time to warn."""
        return min(int(self.events * _WARNED), self.events - 2 * EVENTS_KEPT)


def more(event_id: int) -> decisions.StartTimer:
    """Return the decision that brings the rest of a decision that was cut."""
    attributes = decisions.StartTimerAttributes(
        timer_id=f"{MORE}{event_id}", start_to_fire_timeout="0"
    )
    return decisions.StartTimer(attributes=attributes)
