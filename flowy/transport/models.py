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
        adapter = pydantic.TypeAdapter(annotation)
    except pydantic.errors.PydanticSchemaGenerationError:
        return None

    def read(text: bytes) -> Any:
        try:
            return adapter.validate_json(text)
        except pydantic.ValidationError as error:
            raise ValueError(_said(error)) from error

    return read


def _said(error: Any) -> str:
    """Return what pydantic says, in one line."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found)


def _pydantic() -> ModuleType | None:
    if sys.modules.get("pydantic") is None:  # not imported, or kept from being imported
        return None
    import pydantic

    return pydantic
