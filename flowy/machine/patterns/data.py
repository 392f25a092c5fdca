"""Patterns that read and write the token and the engine's data."""

from collections.abc import Sequence
from typing import Any

from flowy.machine.callbacks import Task
from flowy.machine.patterns.comments import with_nice_docs
from flowy.machine.ways import make_task


def EMPTY_CALL(obj: Any, eng: Any) -> None:
    """Do nothing."""


@with_nice_docs
def ENG_GET(something: str) -> Task:
    """Give a value of the engine's ``extra_data``, or None; used as a condition.

    Args:
        something: The key.
    """

    def read(obj: Any, eng: Any) -> Any:
        return eng.extra_data.get(something)

    return make_task(read, "ENG_GET")


@with_nice_docs
def ENG_SET(key: str, value: Any) -> Task:
    """Keep a value in the engine's ``extra_data``.

    Args:
        key: The key.
        value: The value, which must be there when the definition is made.
    """

    def write(obj: Any, eng: Any) -> None:
        eng.extra_data[key] = value

    return make_task(write, "ENG_SET")


@with_nice_docs
def OBJ_GET(something: str | Sequence[str], cond: str = "all") -> Task:
    """Give items of the token that are not empty; used as a condition.

    Args:
        something: A key, or several.
        cond: With several keys: ``"all"`` gives all of them or False, ``"any"`` the first value
            or None, ``"many"`` those that are there.
    """

    def read(obj: Any, eng: Any) -> Any:
        if isinstance(something, str):
            return _given(obj, something)
        found = {key: obj[key] for key in something if _given(obj, key)}
        if cond.lower() == "any":
            return next(iter(found.values()), None)
        if cond.lower() == "many":
            return found
        return found if all(key in found for key in something) else False

    return make_task(read, "OBJ_GET")


@with_nice_docs
def OBJ_SET(key: str, value: Any) -> Task:
    """Put a value into the token.

    Args:
        key: The key.
        value: The value, which must be there when the definition is made.
    """

    def write(obj: Any, eng: Any) -> None:
        obj[key] = value

    return make_task(write, "OBJ_SET")


def _given(obj: Any, key: str) -> Any:
    """Return an item of a token, which may have no `get`, or False."""
    return key in obj and obj[key]
