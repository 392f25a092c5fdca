"""Signals that come in: to the method that takes them, or into a queue until code asks."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from flowy.decider.texts import Texts, is_elsewhere
from flowy.errors import PayloadError
from flowy.task.result import Result
from flowy.transport import serializer


class SignalQueues:
    """The signals of one run that nobody has taken, and the code that waits for some.

    Args:
        make_result: Makes a result of the run's loop.
        texts: Unpacks what comes in.
    """

    def __init__(self, make_result: Callable[[], Result], texts: Texts) -> None:
        self._texts = texts
        self.handlers: dict[str, Callable[[Any], None]] = {}
        """What takes the signals of a name at once."""
        self._make_result = make_result
        self._values: defaultdict[str, deque[str | None]] = defaultdict(deque)
        self._waiting: defaultdict[str, deque[Result]] = defaultdict(deque)

    def arrived(self, name: str, text: str | None) -> None:
        """Give a signal to its method, to the code that has waited longest, or to the queue."""
        handler = self.handlers.get(name)
        if handler is not None:
            handler(self._value(name, text))
            return
        waiting = self._waiting[name]
        while waiting:
            result = waiting.popleft()
            if not result.done():
                self._give(result, name, text)
                return
        self._values[name].append(text)

    def next(self, name: str) -> Result:
        """Take the next signal of a name, now or when it comes."""
        result = self._make_result()
        if self._values[name]:
            self._give(result, name, self._values[name].popleft())
        else:
            self._waiting[name].append(result)
        return result

    def count(self, name: str) -> int:
        """Return how many signals of a name wait to be taken."""
        return len(self._values[name])

    def _give(self, result: Result, name: str, text: str | None) -> None:
        if text is not None and is_elsewhere(text):
            result.set_later(lambda: self._value(name, text))
        else:
            result.set_result(self._value(name, text))

    def _value(self, name: str, text: str | None) -> Any:
        if text is None:
            return None
        found = self._texts.unpack(text, f"the signal {name}")
        try:
            return serializer.load(found, f"the signal {name}")
        except PayloadError:
            return found  # another sender's text, which need not be JSON
