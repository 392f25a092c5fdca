"""Values that a record takes: what JSON can say, refused at once where it cannot."""

from collections.abc import Mapping
from typing import Any

import msgspec

from flowy.errors import PayloadError


def jsonable(what: str, value: Any) -> Any:
    """Return a value as it will be read back.

    Args:
        what: How messages name it, such as ``argument 'path'``.
        value: The value.

    Raises:
        PayloadError: JSON has nothing for it.
    """
    try:
        return msgspec.json.decode(msgspec.json.encode(value))
    except (TypeError, ValueError, msgspec.MsgspecError) as error:
        raise PayloadError(
            f"{what} cannot be kept: {error}; give texts, numbers, lists and dictionaries"
        ) from error


def jsonable_values(what: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dictionary as it will be read back; see ``jsonable``."""
    return {str(key): jsonable(f"{what} {key!r}", value) for key, value in values.items()}
