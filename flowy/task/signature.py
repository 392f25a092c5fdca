"""What the annotations of a task's code say of its arguments and its result.

Read once for each class or function. Code without annotations costs nothing and gets what JSON
gives.
"""

import asyncio
import collections.abc
import inspect
import logging
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Optional

from flowy.errors import DefinitionError, PayloadMismatch
from flowy.transport import serializer
from flowy.transport.typed import Reader, reader_of, reader_of_all, shown

logger = logging.getLogger(__name__)

_LATER = (
    asyncio.Future,
    collections.abc.Awaitable,
    collections.abc.Coroutine,
)
"""What stands for the value that it holds."""

ReadParameter = Callable[[str, Any], Reader | None]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """The readers of a function's arguments and of its result; where there is none, JSON stays.

    Args:
        python: What Python says of the arguments; None when it does not say.
        positional: By position, with their names.
        extra: Of further positional arguments.
        named: By name.
        extra_named: Of further named arguments.
        result: Of what it returns.
        is_typed: Whether there is any reader of an argument.
        has_sets: Whether an argument may hold a set.
        count: How many positional arguments alone are always right; -1 when none are.
        read_all: Reads that many, and nothing else, at once; None where that cannot be.
    """

    python: inspect.Signature | None = None
    positional: tuple[tuple[str, Reader | None], ...] = ()
    extra: tuple[str, Reader | None] | None = None
    named: Mapping[str, Reader | None] = field(default_factory=dict)
    extra_named: Reader | None = None
    result: Reader | None = None
    is_typed: bool = False
    has_sets: bool = False
    count: int = -1
    read_all: Callable[[str], Any] | None = None

    def load(self, text: str | None, what: str) -> tuple[list[Any], dict[str, Any]]:
        """Read ``[args, kwargs]``; no text is no arguments.

        Raises:
            PayloadMismatch: An argument does not fit its annotation; the message names it.
            PayloadError: The text is not ``[args, kwargs]``.
        """
        if not self.is_typed:
            return serializer.load_arguments(text, what)
        args, kwargs = serializer.split_arguments(text, what)
        readers = self.positional if len(args) <= len(self.positional) else self._stretched(args)
        read = [
            _read(raw, reader, name, what)
            for raw, (name, reader) in zip(args, readers, strict=False)
        ]
        return read, {
            name: _read(raw, self.named.get(name, self.extra_named), name, what)
            for name, raw in kwargs.items()
        }

    def check(self, args: Any, kwargs: Mapping[str, Any], text: str, what: str) -> None:
        """Refuse arguments that the function does not take.

        Args:
            args: The positional arguments.
            kwargs: The named ones.
            text: What is sent of them; it is read as the other end will read it.
            what: What is called, for the error.

        Raises:
            PayloadMismatch: They are too many or too few, or one does not fit its annotation.
        """
        if self.python is not None and (kwargs or len(args) != self.count):
            try:
                self.python.bind(*args, **kwargs)
            except TypeError as error:
                raise PayloadMismatch(f"{what} does not take these arguments: {error}") from None
        if self.is_typed and not self._is_read_at_once(args, kwargs, text):
            self.load(text, what)  # says which argument it is

    def _is_read_at_once(self, args: Any, kwargs: Mapping[str, Any], text: str) -> bool:
        """Tell whether arguments as most calls have them fit."""
        if self.read_all is None or kwargs or len(args) != self.count:
            return False
        try:
            self.read_all(text)
        except (ValueError, RecursionError, UnicodeError):
            return False
        return True

    def _stretched(self, args: Sequence[Any]) -> Iterator[tuple[str, Reader | None]]:
        """Give a reader for each positional argument, also when they are more than have names."""
        yield from self.positional
        name, reader = self.extra or ("", None)
        for number in range(len(self.positional) + 1, len(args) + 1):
            yield f"{number} ({name})" if name else str(number), reader


UNTYPED = Signature()


@lru_cache(maxsize=4_096)
def signature_of(cls: Any, method: str = "run") -> Signature:
    """Return the signature of a method of a task's class.

    Raises:
        DefinitionError: JSON can never give what an annotation asks for.
    """
    return _signature(cls, method, partial(reader_at_use, cls))


def check_declaration(cls: Any, method: str = "run") -> None:
    """Refuse annotations that can never work; those whose names are not there yet may.

    Raises:
        DefinitionError: JSON can never give what an annotation asks for.
    """
    _signature(cls, method, _reader_at_declaration)


def reader_at_use(holder: Any, name: str, annotation: Any) -> Reader | None:
    """Return what reads an annotation of a function or class; None leaves the value as JSON.

    An annotation whose names are not known, as those that only type checkers import, is left to
    JSON, and the log says so.

    Raises:
        DefinitionError: JSON can never give what the annotation asks for.
    """
    try:
        if not isinstance(annotation, str):
            return _reader(name, annotation)
        missing = annotation
    except NameError as error:
        missing = str(error)
    logger.warning(
        "%s.%s: the annotation of %s is not known when the code runs, its values stay as JSON "
        "gives them: %s",
        holder.__module__,
        holder.__qualname__,
        name,
        missing,
    )
    return None


def annotations_of(holder: Any) -> dict[str, Any]:
    """Return the annotations of a function or class; one whose names are not known stays a text."""
    module = sys.modules.get(holder.__module__)
    names = getattr(holder, "__globals__", None) or ({} if module is None else vars(module))
    written = inspect.get_annotations(holder)
    return {name: _resolved(each, names) for name, each in written.items()}


def _signature(cls: Any, method: str, read: ReadParameter) -> Signature:
    run = inspect.getattr_static(cls, method, None)
    skipped = 1
    if isinstance(run, staticmethod | classmethod):
        skipped, run = int(isinstance(run, classmethod)), run.__func__
    return _made(run, skipped, read)


def _made(function: Any, skipped: int, read: ReadParameter) -> Signature:
    inner = inspect.unwrap(function) if callable(function) else function
    try:
        return _of_function(inner, skipped, read)
    except (TypeError, ValueError) as error:
        # What is wrapped may get from its wrapper what never travels: a connection, a client.
        if isinstance(error, DefinitionError) and inner is function:
            raise
        return UNTYPED


def _of_function(function: Any, skipped: int, read: ReadParameter) -> Signature:
    python = inspect.signature(function)
    parameters = list(python.parameters.values())[skipped:]
    annotations = annotations_of(function)
    readers = {each.name: read(each.name, _wanted(each, annotations)) for each in parameters}
    names = {each.kind: each.name for each in parameters}
    star = names.get(inspect.Parameter.VAR_POSITIONAL)
    positional = [each.name for each in parameters if each.kind in _POSITIONAL]
    count = -1 if any(map(_must_be_named, parameters)) else len(positional)
    return Signature(
        python=python.replace(parameters=parameters),
        positional=tuple((name, readers[name]) for name in positional),
        extra=None if star is None else (star, readers[star]),
        named={each.name: readers[each.name] for each in parameters if each.kind in _NAMED},
        extra_named=readers.get(names.get(inspect.Parameter.VAR_KEYWORD, "")),
        result=_result_reader(annotations.get("return", Any), read),
        is_typed=any(reader is not None for reader in readers.values()),
        has_sets=any(reader is not None and reader.has_sets for reader in readers.values()),
        count=count,
        read_all=reader_of_all([readers[name] for name in positional]),
    )


def _must_be_named(parameter: inspect.Parameter) -> bool:
    is_required = parameter.default is inspect.Parameter.empty
    return parameter.kind is inspect.Parameter.KEYWORD_ONLY and is_required


def _wanted(parameter: inspect.Parameter, annotations: Mapping[str, Any]) -> Any:
    wanted = annotations.get(parameter.name, Any)
    if parameter.default is None and not isinstance(wanted, str):
        return Optional[wanted]  # noqa: UP045 -- what `|` does not take may stand here, too
    return wanted


def _read(raw: Any, reader: Reader | None, name: str, what: str) -> Any:
    if reader is None:
        return serializer.load(raw, f"argument {name} of {what}")
    return reader.read(raw, f"argument {name} of {what}")


def _reader_at_declaration(name: str, annotation: Any) -> Reader | None:
    try:
        return _reader(name, annotation)
    except NameError:
        return None


def _reader(name: str, annotation: Any) -> Reader | None:
    if isinstance(annotation, str) or typing.get_origin(annotation) is typing.Unpack:
        return None
    try:
        return reader_of(annotation)
    except DefinitionError as error:
        raise DefinitionError(
            f"argument {name}: {error}; annotate it with what travels, or leave the annotation out"
        ) from error


def _result_reader(annotation: Any, read: ReadParameter) -> Reader | None:
    wanted = _without_results(annotation)
    try:
        return read("return", wanted)
    except DefinitionError:  # what it returns is its own; whoever cannot send it says so then
        logger.debug("results stay as JSON gives them: %s", shown(wanted))
        return None


def _without_results(annotation: Any) -> Any:
    """Return an annotation with the value in place of what is awaited for it."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(annotation, type) and origin is None:
        return Any if issubclass(annotation, _LATER) else annotation
    if isinstance(origin, type) and issubclass(origin, _LATER):
        return _without_results(parts[-1]) if parts else Any
    new = tuple(map(_without_results, parts)) if origin in (list, tuple, dict) else parts
    return annotation if new == parts else types.GenericAlias(origin, new)


def _resolved(annotation: Any, names: dict[str, Any]) -> Any:
    holder = types.SimpleNamespace(__annotations__={"it": annotation})
    try:
        return typing.get_type_hints(holder, names, include_extras=True)["it"]
    except (NameError, AttributeError, TypeError, SyntaxError):
        return annotation
