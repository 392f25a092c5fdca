"""Signals that come in: to the method that takes them, or into a queue until code asks."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, NamedTuple

from flowy.decider.texts import Texts, is_elsewhere
from flowy.errors import PayloadError
from flowy.task.result import Result
from flowy.transport import serializer

Read = Callable[[Any], Any] | None
"""Makes the value that code wants of the one that came; None leaves it."""


class Arrival(NamedTuple):
    """A signal that has come."""

    order: int
    name: str
    text: str | None


class SignalQueues:
    """The signals of one run that nobody has taken, and the code that waits for some.

    Args:
        make_result: Makes a result of the run's loop.
        texts: Unpacks what comes in.
    """

    def __init__(self, make_result: Callable[[type[Result]], Result], texts: Texts) -> None:
        self._texts = texts
        self.handlers: dict[str, Callable[[Arrival], None]] = {}
        """What takes the signals of a name at once."""
        self.keeps_all = False
        """The code has ended with a restart: what comes now is for the next run."""
        self._make_result = make_result
        self._count = 0
        self._queues: defaultdict[str, deque[Arrival]] = defaultdict(deque)
        self._waiting: defaultdict[str, deque[tuple[Result, Read]]] = defaultdict(deque)

    def arrived(self, name: str, text: str | None) -> None:
        """Give a signal to its method, to the code that has waited longest, or to the queue."""
        self._count += 1
        arrival = Arrival(self._count, name, text)
        if not self.keeps_all and self._taken(arrival):
            return
        self._queues[name].append(arrival)

    def next(self, name: str, read: Read = None) -> Result:
        """Take the next signal of a name, now or when it comes; ``read`` makes the value of it."""
        result = self._make_result(Result)
        if self._queues[name]:
            self._give(result, read, self._queues[name].popleft())
        else:
            self._waiting[name].append((result, read))
        return result

    def count(self, name: str) -> int:
        """Return how many signals of a name wait to be taken."""
        return len(self._queues[name])

    def untaken(self) -> list[Arrival]:
        """Return the signals that nobody has taken."""
        return [arrival for queue in self._queues.values() for arrival in queue]

    def _taken(self, arrival: Arrival) -> bool:
        handler = self.handlers.get(arrival.name)
        if handler is not None:
            handler(arrival)
            return True
        waiting = self._waiting[arrival.name]
        while waiting:
            result, read = waiting.popleft()
            if not result.done():
                self._give(result, read, arrival)
                return True
        return False

    def text(self, arrival: Arrival) -> str | None:
        """Return the text that came with a signal."""
        if arrival.text is None:
            return None
        return self._texts.unpack(arrival.text, f"the signal {arrival.name}")

    def value(self, arrival: Arrival) -> Any:
        """Return what was sent with a signal."""
        text = self.text(arrival)
        if text is None:
            return None
        try:
            return serializer.load(text, f"the signal {arrival.name}")
        except PayloadError:
            return text  # another sender's text, which need not be JSON

    def _give(self, result: Result, read: Read, arrival: Arrival) -> None:
        def made() -> Any:
            value = self.value(arrival)
            return value if read is None else read(value)

        if arrival.text is not None and is_elsewhere(arrival.text):
            result.set_later(made)
            return
        try:
            value = made()
        except PayloadError as unfit:
            result.set_exception(unfit)
        else:
            result.set_result(value)
