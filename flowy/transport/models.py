"""Pydantic's models to JSON and back, where pydantic is installed.

Nothing here imports pydantic before a program has: a model comes from a program that did.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


def is_model(cls: Any) -> bool:
    """Tell whether a class is one of pydantic's models."""
    pydantic = _pydantic()
    return pydantic is not None and isinstance(cls, type) and issubclass(cls, pydantic.BaseModel)


def dumped(value: Any) -> Any:
    """Return what JSON can say of a model, so that ``reader`` makes an equal one of it."""
    return value.model_dump(mode="json", by_alias=True, round_trip=True)


def reader(annotation: Any) -> Callable[[bytes], Any] | None:
    """Return what reads JSON into an annotation with models in it; None if pydantic cannot.

    What it raises for JSON that does not fit is a ``ValueError``.
    """
    pydantic = _pydantic()
    if pydantic is None:
        return None
    try:
        read: Callable[[bytes], Any] = pydantic.TypeAdapter(annotation).validate_json
    except pydantic.errors.PydanticSchemaGenerationError:
        return None
    return read


def _pydantic() -> ModuleType | None:
    if "pydantic" not in sys.modules:
        return None
    import pydantic

    return pydantic
