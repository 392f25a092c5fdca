"""JSON to the values that annotations ask for.

What msgspec can read it reads; pydantic's models are read by pydantic. An annotation that says no
more than JSON does, or that JSON cannot be told apart by, leaves the value as JSON gives it.
"""

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import PurePath
from typing import Any, TypeVar

import msgspec

from flowy.errors import DefinitionError, PayloadMismatch
from flowy.transport import models, serializer

Read = Callable[[Any], Any]

_PLAIN = (str, int, float, bool, list, dict, type(None))
"""What JSON gives."""

_SETS = (msgspec.inspect.SetType, msgspec.inspect.FrozenSetType)

_LEFT_AS_JSON = (Any, object, inspect.Parameter.empty)


class Reader:
    """Reads the JSON of one annotation.

    Args:
        annotation: What is wanted.
        read: Reads JSON bytes or text; a ``ValueError`` says that they do not fit.
        has_sets: There are sets in it, so that a value has no order of its own.
        is_whole: msgspec reads it, so that it can be read as a part of something larger, too.
    """

    __slots__ = ("_read", "annotation", "has_sets", "is_whole")

    def __init__(
        self, annotation: Any, read: Read, *, has_sets: bool = False, is_whole: bool = False
    ) -> None:
        self.annotation = annotation
        self._read = read
        self.has_sets = has_sets
        self.is_whole = is_whole

    def read(self, text: Any, what: str) -> Any:
        """Make the value of a JSON text.

        Args:
            text: The JSON, as text or bytes.
            what: What the value is, for the error: "argument size of resize 1".

        Raises:
            PayloadMismatch: It does not fit; the message names value, annotation and what came.
        """
        try:
            return self._read(text)
        except (ValueError, RecursionError, UnicodeError) as error:
            came = text if isinstance(text, str) else bytes(text).decode(errors="replace")
            raise PayloadMismatch(
                f"{what} does not fit {shown(self.annotation)}: {error}: {came[:100]}"
            ) from error

    def convert(self, value: Any, what: str) -> Any:
        """Make the value of what JSON gave, or would give.

        Raises:
            PayloadMismatch: It does not fit.
            PayloadError: It has no JSON form.
        """
        return self.read(serializer.dump(value, what, None), what)


def reader_of(annotation: Any) -> Reader | None:
    """Return what reads an annotation; None leaves the value as JSON gives it.

    Raises:
        DefinitionError: JSON can never give what the annotation asks for; the message says why.
        NameError: A name in it is not known (yet).
    """
    try:
        return _cached(annotation)
    except TypeError:  # it does not hash
        return _make(annotation)


def reader_of_all(readers: Iterable[Reader | None]) -> Read | None:
    """Return what reads ``[args, kwargs]`` with just these positional arguments, all at once.

    It refuses what one of the readers refuses, and does not say which. None where they cannot be
    put together, as with those of other libraries.
    """
    parts = [Any if reader is None else reader.annotation for reader in readers]
    if not all(reader is None or reader.is_whole for reader in readers):
        return None
    try:
        arguments = types.GenericAlias(tuple, tuple(parts))
        frame = types.GenericAlias(tuple, (arguments, dict[str, Any]))
        return msgspec.json.Decoder(frame, dec_hook=_made).decode
    except TypeError:
        return None


def shown(annotation: Any) -> str:
    """Return an annotation as people write it."""
    return annotation.__qualname__ if isinstance(annotation, type) else str(annotation)


@lru_cache(maxsize=4_096)
def _cached(annotation: Any) -> Reader | None:
    return _make(annotation)


def _make(annotation: Any) -> Reader | None:
    if annotation in _LEFT_AS_JSON or isinstance(annotation, TypeVar):
        return None
    if any(map(models.is_model, _parts(annotation))):
        read = models.reader(annotation)
        if read is not None:
            return Reader(annotation, _as_bytes(read))
    why = _read_by_msgspec(annotation)
    if isinstance(why, Reader):
        return why
    if _is_json(annotation):
        return None
    raise DefinitionError(f"{shown(annotation)} cannot be read from JSON: {why}")


def _read_by_msgspec(annotation: Any) -> Reader | str:
    """Return what reads an annotation, or why msgspec does not."""
    try:
        found = list(_within(msgspec.inspect.type_info(annotation)))
    except TypeError as error:
        return str(error)
    for each in found:
        if isinstance(each, msgspec.inspect.CustomType) and not _can_be_made(each.cls):
            return f"JSON has no {shown(each.cls)}"
    read = msgspec.json.Decoder(annotation, dec_hook=_made).decode
    has_sets = any(isinstance(each, _SETS) for each in found)
    return Reader(annotation, read, has_sets=has_sets, is_whole=True)


def _as_bytes(read: Callable[[bytes], Any]) -> Read:
    return lambda text: read(text.encode() if isinstance(text, str) else bytes(text))


def _made(cls: Any, value: Any) -> Any:
    """Make what msgspec does not know of what JSON gave; msgspec checks the outcome."""
    if models.is_model(cls):
        read = models.reader(cls)
        return read(msgspec.json.encode(value)) if read is not None else value
    if isinstance(cls, type) and issubclass(cls, PurePath) and isinstance(value, str):
        return cls(value)
    return value


def _parts(annotation: Any) -> Iterator[Any]:
    """Give an annotation and all that stands in its brackets."""
    yield annotation
    for part in typing.get_args(annotation):
        yield from _parts(part)


def _within(info: Any) -> Iterator[msgspec.inspect.Type]:
    """Give a type and all the types in it, however deep."""
    pending, seen = [info], set()
    while pending:
        found = pending.pop()
        if id(found) not in seen and isinstance(found, msgspec.inspect.Type):
            seen.add(id(found))
            yield found
            pending += _inside(found)


def _inside(info: msgspec.inspect.Type) -> Iterator[Any]:
    for name in info.__struct_fields__:
        value = getattr(info, name)
        if isinstance(value, msgspec.inspect.Type):
            yield value
        elif isinstance(value, tuple):
            for each in value:
                yield each.type if isinstance(each, msgspec.inspect.Field) else each


def _can_be_made(cls: Any) -> bool:
    if models.is_model(cls) or (isinstance(cls, type) and issubclass(cls, PurePath)):
        return True
    return _takes_json(cls)


def _takes_json(cls: Any) -> bool:
    """Tell whether something that JSON gives is an instance: of an abstract class, or object."""
    try:
        return any(issubclass(plain, cls) for plain in _PLAIN)
    except TypeError:  # a protocol that is not checked at run time
        return False


def _is_json(annotation: Any) -> bool:
    """Tell whether what JSON gives can be what an annotation asks for."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return any(map(_is_json, parts))
    if origin is typing.Annotated:
        return _is_json(parts[0])
    if origin is None:
        return _is_json_class(annotation)
    return _is_json_class(origin) and all(map(_is_json, _types(parts)))


def _types(parts: Iterable[Any]) -> Iterator[Any]:
    return (part for part in parts if part is not Ellipsis)


def _is_json_class(cls: Any) -> bool:
    if not isinstance(cls, type):
        return True  # a special form of typing, which says nothing of a class
    if getattr(cls, "_is_protocol", False) or cls is tuple:
        return True
    return (issubclass(cls, _PLAIN) and not hasattr(cls, "__members__")) or _takes_json(cls)
