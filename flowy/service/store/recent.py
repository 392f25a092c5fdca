"""The last events of an execution in memory: those that its decider has not seen, and a few more.

A decision task brings a decider that keeps its runs just these. They are here both as values, for
deciders in this process, and as the bytes that are stored and go out on the wire.
"""

from collections.abc import Sequence

from flowy.protocol.event import Event

MOST = 1_000
"""Events that are kept at most; a page of history has no more."""


class Recent:
    """The events from ``first`` to the last.

    Args:
        first: The id of the next event, as yet there is none.
    """

    __slots__ = ("_bodies", "_events", "first")

    def __init__(self, first: int) -> None:
        self.first = first
        self._events: list[Event] = []
        self._bodies: list[bytes] = []

    def append(self, events: Sequence[Event], bodies: Sequence[bytes], seen: int) -> None:
        """Add the events that follow, and drop those before the one that a decider has seen."""
        self._events += events
        self._bodies += bodies
        superfluous = max(seen - self.first, len(self._events) - MOST)
        if superfluous > 0:
            del self._events[:superfluous], self._bodies[:superfluous]
            self.first += superfluous

    def page(self, first: int, last: int) -> tuple[list[Event], list[bytes]] | None:
        """Return the events of a range, or None when not all of them are here."""
        start, end = first - self.first, last - self.first + 1
        if start < 0 or end > len(self._events):
            return None
        return self._events[start:end], self._bodies[start:end]
