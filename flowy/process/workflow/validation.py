"""Rules that refuse an input before a process is run."""

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from flowy.execution.call import Call
from flowy.execution.strategy import Attempt


def refusal(rules: Iterable[Callable[[Any], object]] | None, value: Any) -> Exception | None:
    """Return why a value is refused, or None if every rule accepts it.

    Args:
        rules: Each refuses by returning False or by raising.
        value: The input of a process.
    """
    for rule in rules or ():
        try:
            accepted = rule(value)
        except Exception as error:  # noqa: BLE001 -- the rule's way to refuse; recorded
            return error
        if accepted is False:
            name = getattr(rule, "__name__", repr(rule))
            return ValueError(f"the input was refused by validation rule {name}")
    return None


class Refusing:
    """The strategy of a call whose input was refused: it fails before it starts.

    Args:
        reason: What it fails with.
    """

    def __init__(self, reason: Exception) -> None:
        self._reason = reason

    def start(self, call: Call, attempt: Attempt) -> NoReturn:
        """Fail."""
        raise self._reason

    def close(self) -> None:
        """Do nothing: nothing was made."""
