"""Signals that come in: to the method that takes them, or into a queue until code asks."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from flowy.errors import PayloadError
from flowy.task.result import Result
from flowy.transport import serializer

Read = Callable[[Any], Any] | None
"""Makes the value that code wants of the one that came; None leaves it."""


class SignalQueues:
    """The signals of one run that nobody has taken, and the code that waits for some.

    Args:
        make_result: Makes a result of the run's loop.
    """

    def __init__(self, make_result: Callable[[type[Result]], Result]) -> None:
        self.handlers: dict[str, Callable[[Any], None]] = {}
        """What takes the signals of a name at once."""
        self._make_result = make_result
        self._values: defaultdict[str, deque[Any]] = defaultdict(deque)
        self._waiting: defaultdict[str, deque[tuple[Result, Read]]] = defaultdict(deque)

    def arrived(self, name: str, text: str | None) -> None:
        """Give a signal to its method, to the code that has waited longest, or to the queue."""
        value = _value(name, text)
        handler = self.handlers.get(name)
        if handler is not None:
            handler(value)
            return
        waiting = self._waiting[name]
        while waiting:
            result, read = waiting.popleft()
            if not result.done():
                _give(result, read, value)
                return
        self._values[name].append(value)

    def next(self, name: str, read: Read = None) -> Result:
        """Take the next signal of a name, now or when it comes; ``read`` makes the value of it."""
        result = self._make_result(Result)
        if self._values[name]:
            _give(result, read, self._values[name].popleft())
        else:
            self._waiting[name].append((result, read))
        return result

    def count(self, name: str) -> int:
        """Return how many signals of a name wait to be taken."""
        return len(self._values[name])


def _give(result: Result, read: Read, value: Any) -> None:
    try:
        made = value if read is None else read(value)
    except PayloadError as unfit:
        result.set_exception(unfit)
    else:
        result.set_result(made)


def _value(name: str, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return serializer.load(text, f"the signal {name}")
    except PayloadError:
        return text  # another sender's text, which need not be JSON
