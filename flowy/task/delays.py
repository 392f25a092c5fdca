"""How long to wait: what is no number of seconds is refused by name, where it is said."""

from datetime import timedelta
from typing import Any

from flowy.errors import DefinitionError


def seconds(value: Any, what: str) -> Any:
    """Return a number of seconds as it is.

    Args:
        value: What was given.
        what: Who was given it, for the error: "self.sleep".

    Raises:
        DefinitionError: It is no number.
    """
    kind = type(value)
    if kind is int or (kind is float and value == value):
        return value
    if isinstance(value, str | bytes | timedelta) or not _is_number(value):
        raise DefinitionError(f"{what} takes a number of seconds, not {_shown(value)}")
    return value


def limit(value: Any, what: str) -> Any:
    """Return a number of seconds as it is, or None for no limit; see ``seconds``."""
    return None if value is None else seconds(value, what)


def _is_number(value: Any) -> bool:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return number == number


def _shown(value: Any) -> str:
    if isinstance(value, timedelta):
        return f"{value!r}: give its total_seconds()"
    return f"{value!r:.100}"
