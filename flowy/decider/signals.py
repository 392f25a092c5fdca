"""Signals that come in: to the method that takes them, or into a queue until code asks."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from flowy.errors import PayloadError
from flowy.task.result import Result
from flowy.transport import serializer


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
        self._waiting: defaultdict[str, deque[Result]] = defaultdict(deque)

    def arrived(self, name: str, text: str | None) -> None:
        """Give a signal to its method, to the code that has waited longest, or to the queue."""
        value = _value(name, text)
        handler = self.handlers.get(name)
        if handler is not None:
            handler(value)
            return
        waiting = self._waiting[name]
        while waiting:
            result = waiting.popleft()
            if not result.done():
                result.set_result(value)
                return
        self._values[name].append(value)

    def next(self, name: str) -> Result:
        """Take the next signal of a name, now or when it comes."""
        result = self._make_result(Result)
        if self._values[name]:
            result.set_result(self._values[name].popleft())
        else:
            self._waiting[name].append(result)
        return result

    def count(self, name: str) -> int:
        """Return how many signals of a name wait to be taken."""
        return len(self._values[name])


def _value(name: str, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return serializer.load(text, f"the signal {name}")
    except PayloadError:
        return text  # another sender's text, which need not be JSON
