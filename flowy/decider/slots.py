"""What the code asked for in this decision, and what has to wait for a place."""

from collections import Counter, deque
from typing import Literal

from flowy.protocol.decisions import AnyDecision

Kind = Literal["activity", "child", "lambda", "timer"]
Key = tuple[str, str]


class Slots:
    """Collects decisions in the order of asking; what opens something needs a place of its kind.

    SWF takes 1,000 open activities, children and timers an execution; what is over the bound waits
    here and takes the place of what ends. Every decision has a key, so that what was asked for in
    this decision can be taken back before anybody sees it.

    Args:
        maximum: How many of each kind may be open at once.
    """

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._open: Counter[Kind] = Counter()
        self._waiting: dict[Kind, deque[tuple[Key, AnyDecision]]] = {}
        self._asked: dict[Key, AnyDecision] = {}

    def ask(self, key: Key, decision: AnyDecision) -> None:
        """Ask for something that opens nothing."""
        self._asked[key] = decision

    def open(self, kind: Kind, key: Key, decision: AnyDecision) -> None:
        """Ask for something that stays open until ``closed`` is called for its kind."""
        if self._open[kind] < self._maximum:
            self._open[kind] += 1
            self._asked[key] = decision
        else:
            self._waiting.setdefault(kind, deque()).append((key, decision))

    def closed(self, kind: Kind) -> None:
        """Give a place back; the next that waits for it takes it."""
        self._open[kind] -= 1
        waiting = self._waiting.get(kind)
        if waiting:
            self.open(kind, *waiting.popleft())

    def withdraw(self, kind: Kind, key: Key) -> bool:
        """Take back what nobody has seen yet.

        Returns:
            False when an earlier decision asked for it.
        """
        if self._asked.pop(key, None) is not None:
            self.closed(kind)
            return True
        waiting = self._waiting.get(kind, deque())
        for entry in waiting:
            if entry[0] == key:
                waiting.remove(entry)
                return True
        return False

    def take(self) -> tuple[AnyDecision, ...]:
        """Return what was asked for since the last time."""
        asked = tuple(self._asked.values())
        self._asked.clear()
        return asked
