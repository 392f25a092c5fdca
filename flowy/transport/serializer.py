"""Values to JSON texts and back, with errors that say which value cannot travel."""

import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

import msgspec

from flowy.errors import PayloadError, PayloadTooLarge
from flowy.transport import models

MAXIMUM = 32_768
"""Characters that SWF takes for an input, a result or details."""

SHORT = 1_000
"""Characters of a text that fits anywhere."""


def _plainer(value: Any) -> Any:
    """Return what JSON can say of a value that msgspec does not know."""
    if isinstance(value, PurePath):
        return os.fspath(value)
    if models.is_model(type(value)):
        return models.dumped(value)
    raise TypeError(f"Encoding objects of type {type(value).__name__} is unsupported")


_encoder = msgspec.json.Encoder(enc_hook=_plainer)
_decoder = msgspec.json.Decoder()
_frame = msgspec.json.Decoder(tuple[list[msgspec.Raw], dict[str, msgspec.Raw]])


def dump(value: Any, what: str, maximum: int | None = MAXIMUM) -> str:
    """Encode a value as JSON.

    Args:
        value: What JSON can say: None, booleans, finite numbers, texts, lists, tuples and dicts of
            those; also what has one usual form in it (dates, UUIDs, enums, dataclasses, paths).
        what: What the value is, for the error: "the result of resize 1".
        maximum: Characters that the text may have; None leaves that to `flowy.transport.packing`.

    Raises:
        PayloadError: The value, or something in it, has no JSON form.
        PayloadTooLarge: The text is longer.
    """
    try:
        text = _encoder.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError, UnicodeError) as error:
        raise PayloadError(f"{what} cannot be sent as JSON: {error}") from error
    if "null" in text:
        _refuse_nan(value, what)
    if maximum is not None and len(text) > maximum:
        raise PayloadTooLarge(
            f"{what} has {len(text):,} characters as JSON, SWF takes {maximum:,}: "
            "send a reference, such as a path or a URL"
        )
    return text


def dump_arguments(
    args: Iterable[Any], kwargs: Mapping[str, Any], what: str, maximum: int | None = MAXIMUM
) -> str:
    """Encode the arguments of a task as ``[args, kwargs]``.

    Raises:
        PayloadError: An argument cannot travel; the message names it.
    """
    positional = args if type(args) is tuple else tuple(args)
    try:
        text = _encoder.encode((positional, kwargs)).decode()
    except Exception:  # noqa: BLE001 -- the second look says which argument it is
        text = "null"
    if len(text) <= SHORT and "null" not in text:  # nothing about it needs a second look
        return text
    try:
        return dump([positional, kwargs], f"the arguments of {what}", maximum)
    except PayloadError:
        for name, value in [*enumerate(positional, 1), *kwargs.items()]:
            dump(value, f"argument {name} of {what}", maximum)
        raise


def ordered(value: Any) -> Any:
    """Return what JSON says of a value, with its sets and dicts in an order that repeats.

    The order of a set is another one in another process; what a workflow asks for must not be.

    Raises:
        PayloadError: The value, or something in it, has no JSON form.
    """
    try:
        return msgspec.to_builtins(value, enc_hook=_plainer, order="deterministic")
    except (TypeError, ValueError, OverflowError, RecursionError, UnicodeError) as error:
        raise PayloadError(f"sets cannot be put in order: {error}") from error


def load(text: str, what: str) -> Any:
    """Decode a JSON text.

    Raises:
        PayloadError: The text is not JSON.
    """
    try:
        return _decoder.decode(text)
    except (ValueError, RecursionError, UnicodeError) as error:
        raise PayloadError(f"{what} is not JSON ({error}): {text[:100]!r}") from error


def loader(what: str) -> Callable[[str], Any]:
    """Return what decodes JSON texts that are all the same thing; it raises what ``load`` does."""

    def load_it(text: str) -> Any:
        try:
            return _decoder.decode(text)
        except (ValueError, RecursionError, UnicodeError):
            return load(text, what)  # says what is wrong

    return load_it


def load_arguments(text: str | None, what: str) -> tuple[list[Any], dict[str, Any]]:
    """Decode ``[args, kwargs]``; no text is no arguments.

    Raises:
        PayloadError: The text is not JSON, or not a list and an object.
    """
    if text is None:
        return [], {}
    match load(text, f"the input of {what}"):
        case [list(args), dict(kwargs)]:
            return args, kwargs
    raise PayloadError(f"the input of {what} is not [args, kwargs]: {text[:100]!r}")


def split_arguments(
    text: str | None, what: str
) -> tuple[list[msgspec.Raw], dict[str, msgspec.Raw]]:
    """Take ``[args, kwargs]`` apart and leave each argument as JSON; no text is no arguments.

    Raises:
        PayloadError: The text is not JSON, or not a list and an object.
    """
    if text is None:
        return [], {}
    try:
        return _frame.decode(text)
    except (ValueError, RecursionError, UnicodeError):
        load_arguments(text, what)  # says what is wrong
        raise


def check(text: object, what: str) -> str:
    """Return a text as SWF takes it; an overridden hook may have made anything.

    Raises:
        PayloadError: It is no text, or holds half of a surrogate pair.
        PayloadTooLarge: It is longer than SWF takes.
    """
    found = encodable(text, what)
    if len(found) > MAXIMUM:
        raise PayloadTooLarge(
            f"{what} has {len(found):,} characters, SWF takes {MAXIMUM:,}: "
            "send a reference, such as a path or a URL"
        )
    return found


def encodable(text: object, what: str) -> str:
    """Return a text that can be sent; an overridden hook may have made anything.

    Raises:
        PayloadError: It is no text, or holds half of a surrogate pair.
    """
    if not isinstance(text, str):
        raise PayloadError(f"{what} was serialized to {type(text).__name__}, not str")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise PayloadError(f"{what} is not text: {error}") from error
    return text


def _refuse_nan(value: Any, what: str) -> None:
    """JSON has no NaN and no infinity; the encoder would send null in their place."""
    pending = [msgspec.to_builtins(value, enc_hook=_plainer)]
    while pending:
        found = pending.pop()
        if isinstance(found, float) and not math.isfinite(found):
            raise PayloadError(f"{what} cannot be sent as JSON: it holds the number {found}")
        if isinstance(found, dict):
            pending.extend(found.values())
        elif isinstance(found, list | tuple):
            pending.extend(found)
