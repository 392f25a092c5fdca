"""Keyword arguments as boto3 takes them become the body of a request, or a report of what is wrong.

The checks and their words are those of botocore: required and unknown names, types, and the lowest
lengths and values. What is too long or no known word is left to the service, as botocore does.
"""

import calendar
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import inspect

from flowy.protocol.violations import DECISION_TAG

Members = Mapping[str, tuple[bool, Any]]
"""Of each member: whether it is required, and its type."""


def report(request_class: type[Any], parameters: Mapping[str, Any]) -> str:
    """Return a line for each wrong parameter; an empty text says that they can be sent."""
    return "\n".join(_structure("", inspect.type_info(request_class), parameters))


def body(value: Any) -> Any:
    """Return parameters as they go into JSON: timestamps are seconds since the epoch.

    As botocore, this drops fractions of seconds.
    """
    if isinstance(value, Mapping):
        return {name: body(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [body(member) for member in value]
    return _seconds(value) if isinstance(value, dt.datetime) else value


def with_timestamps(request_class: type[Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Turn every form of a timestamp that boto3 takes into a ``datetime``."""
    found: dict[str, Any] = _converted(inspect.type_info(request_class), parameters)
    return found


def _converted(expected: Any, value: Any) -> Any:
    expected = _bare(expected)
    if isinstance(expected, inspect.FloatType):
        return _moment(value)
    if isinstance(expected, inspect.StructType):
        members = _members(expected)
        return {name: _converted(members[name][1], member) for name, member in value.items()}
    return value


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    try:
        return dt.datetime.fromtimestamp(float(value), dt.UTC)
    except ValueError:
        return dt.datetime.fromisoformat(value)


def _seconds(moment: dt.datetime) -> int:
    aware = moment.astimezone() if moment.tzinfo is None else moment
    return calendar.timegm(aware.utctimetuple())


def _look(where: str, expected: Any, value: Any) -> Iterator[str]:
    constraint = expected
    found = _bare(expected)
    return _LOOKS[type(found)](where, found if found is not None else constraint, value)


def _bare(expected: Any) -> Any:
    """Take metadata and ``| None`` off a type; a union of several stands for a decision."""
    if isinstance(expected, inspect.Metadata):
        return _bare(expected.type)
    if isinstance(expected, inspect.UnionType):
        kinds = [kind for kind in expected.types if not isinstance(kind, inspect.NoneType)]
        return _bare(kinds[0]) if len(kinds) == 1 else expected
    return expected


def _structure(where: str, expected: Any, value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield _mistyped(where, value, dict)
        return
    members = _members(expected)
    for name, (required, _) in members.items():
        if required and name not in value:
            yield f'Missing required parameter in {_name(where)}: "{name}"'
    for name in value:
        if name not in members:
            known = ", ".join(members)
            yield f'Unknown parameter in {_name(where)}: "{name}", must be one of: {known}'
    for name, member in value.items():
        if name in members:
            yield from _look(f"{where}.{name}", members[name][1], member)


@cache
def _struct_members(cls: type[Any]) -> Members:
    found: Any = inspect.type_info(cls)
    return {field.encode_name: (field.required, field.type) for field in found.fields}


def _members(expected: Any) -> Members:
    if isinstance(expected, inspect.StructType):
        return _struct_members(expected.cls)
    members: dict[str, tuple[bool, Any]] = {DECISION_TAG: (True, inspect.StrType())}
    for kind in expected.types:
        (attributes,) = kind.fields
        members[attributes.encode_name] = (False, attributes.type)
    return members


def _list(where: str, expected: Any, value: Any) -> Iterator[str]:
    if not isinstance(value, list | tuple):
        yield _mistyped(where, value, list, tuple)
        return
    for number, item in enumerate(value):
        yield from _look(f"{where}[{number}]", expected.item_type, item)


def _text(where: str, expected: Any, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield _mistyped(where, value, str)
        return
    lowest = getattr(expected, "min_length", None)
    if lowest is not None and len(value) < lowest:
        yield (
            f"Invalid length for parameter {_name(where)}, value: {len(value)}, "
            f"valid min length: {lowest}"
        )


def _integer(where: str, expected: Any, value: Any) -> Iterator[str]:
    if not isinstance(value, int):
        yield _mistyped(where, value, int)
    elif expected.ge is not None and value < expected.ge:
        yield (
            f"Invalid value for parameter {_name(where)}, value: {value}, "
            f"valid min value: {expected.ge}"
        )


def _boolean(where: str, _expected: Any, value: Any) -> Iterator[str]:
    if not isinstance(value, bool):
        yield _mistyped(where, value, bool)


def _timestamp(where: str, _expected: Any, value: Any) -> Iterator[str]:
    try:
        _moment(value)
    except (TypeError, ValueError, OverflowError, OSError):
        yield _mistyped(where, value, dt.datetime, "timestamp-string")


def _mistyped(where: str, value: Any, *types: object) -> str:
    valid = ", ".join(map(str, types))
    return (
        f"Invalid type for parameter {_name(where)}, value: {value}, type: {type(value)}, "
        f"valid types: {valid}"
    )


def _name(where: str) -> str:
    return where.removeprefix(".") or "input"


_LOOKS: dict[type[Any], Callable[[str, Any, Any], Iterator[str]]] = {
    inspect.BoolType: _boolean,
    inspect.FloatType: _timestamp,
    inspect.IntType: _integer,
    inspect.LiteralType: _text,
    inspect.StrType: _text,
    inspect.StructType: _structure,
    inspect.UnionType: _structure,
    inspect.VarTupleType: _list,
}
