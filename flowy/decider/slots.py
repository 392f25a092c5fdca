"""What the code asked for in this decision, and what has to wait for a place.

::

    open ──place free──► asked ──sent──► (the service) ──► closed: the place goes to the next
      └──none free, or the kind is held──► waiting ◄── refused by the service
"""

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any, Literal

Kind = Literal["activity", "child", "lambda", "timer"]
KINDS: tuple[Kind, ...] = ("activity", "child", "lambda", "timer")
Key = tuple[str, str]


class Slots:
    """Collects decisions in the order of asking; what opens something needs a place of its kind.

    SWF takes 1,000 open activities, children and timers an execution; what is over the bound waits
    here and takes the place of what ends. Every decision has a key, so that what was asked for in
    this decision can be taken back before anybody sees it. Whether it is a decision already, or
    what one is made of (`flowy.decider.asked.Asked`), makes no difference here.

    Args:
        maximum: How many of each kind may be open at once.
    """

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._bounds: dict[Kind, int] = dict.fromkeys(KINDS, maximum)
        self._open: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        self._waiting: dict[Kind, deque[tuple[Key, Any]]] = {}
        self._asked: dict[Key, Any] = {}
        self._taken: dict[Key, Any] = {}
        self._refused: Counter[Kind] = Counter()
        """How many of those that wait were refused; they wait in front."""
        self._lowered: Counter[Kind] = Counter()
        """How many places of a kind were given back since its bound was lowered."""
        self._held: dict[Kind, int] = {}
        """The bounds of kinds of which nothing is asked for at present."""

    def ask(self, key: Key, decision: Any) -> None:
        """Ask for something that opens nothing."""
        self._asked[key] = decision

    def open(self, kind: Kind, key: Key, decision: Any) -> None:
        """Ask for something that stays open until ``closed`` is called for its kind."""
        if self._open[kind] < self._bounds[kind]:
            self._open[kind] += 1
            self._asked[key] = decision
        else:
            self._waiting.setdefault(kind, deque()).append((key, decision))

    def closed(self, kind: Kind) -> None:
        """Give a place back; the next that waits for it takes it."""
        self._open[kind] -= 1
        if kind in self._lowered:
            self._raise(kind)
        if self._waiting.get(kind):
            self.fill(kind)

    def has_others(self, kind: Kind) -> bool:
        """Tell whether more than one of a kind is open."""
        return self._open[kind] > 1

    def refuse(self, kind: Kind, key: Key, decision: Any, *, lowers: bool) -> None:
        """Have something wait that the service refused to open.

        Args:
            kind: Its kind.
            key: Its key.
            decision: Asks for it anew.
            lowers: The service takes no more of the kind at once than are open now.
        """
        self._open[kind] -= 1
        if lowers:
            bounds = self._held if kind in self._held else self._bounds
            bounds[kind] = max(1, self._open[kind])
            self._lowered[kind] = 0
        waiting = self._waiting.setdefault(kind, deque())
        waiting.insert(self._refused[kind], (key, decision))
        self._refused[kind] += 1

    def hold(self, kind: Kind) -> bool:
        """Ask for nothing of a kind until ``release``; False when that is so already."""
        if kind in self._held:
            return False
        self._held[kind], self._bounds[kind] = self._bounds[kind], 0
        return True

    def release(self, kind: Kind) -> None:
        """Ask for what waits of a kind again."""
        self._bounds[kind] = self._held.pop(kind)
        self.fill(kind)

    def fill(self, kind: Kind) -> None:
        """Ask for what waits of a kind, as far as there are places."""
        waiting = self._waiting.get(kind)
        while waiting and self._open[kind] < self._bounds[kind]:
            self._refused[kind] -= self._refused[kind] > 0
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
        for place, entry in enumerate(waiting):
            if entry[0] == key:
                waiting.remove(entry)
                self._refused[kind] -= place < self._refused[kind]
                return True
        return False

    @property
    def count(self) -> int:
        """How many decisions were asked for since the last time they were taken."""
        return len(self._asked)

    def take(self) -> tuple[Any, ...]:
        """Return what was asked for since the last time."""
        asked, self._asked = self._asked, {}
        self._taken = asked
        return tuple(asked.values())

    def give_back(self, unsent: Iterable[Any]) -> None:
        """Take back, of what was taken last, what was not sent: it is asked for again."""
        kept = {id(decision) for decision in unsent}
        rest = {key: one for key, one in self._taken.items() if id(one) in kept}
        self._asked = {**rest, **self._asked}

    def _raise(self, kind: Kind) -> None:
        """Try one more at once, when as many have ended as the bound lets be open."""
        self._lowered[kind] += 1
        if kind in self._held or self._lowered[kind] < self._bounds[kind]:
            return
        self._lowered[kind] = 0
        self._bounds[kind] += 1
        if self._bounds[kind] >= self._maximum:
            del self._lowered[kind]
