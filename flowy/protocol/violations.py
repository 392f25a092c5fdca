"""Finds everything in a parsed JSON body that its request class does not take.

The walk follows the type, never the body, so it is as deep as the type and no deeper. A member that
is null counts as missing, as it does on the live service.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from msgspec import inspect

DECISION_TAG = "decisionType"
LONGEST_ECHO = 1024

# The order of the live service's message, which its users compare with.
DECISION_TYPES = (
    "CompleteWorkflowExecution",
    "StartTimer",
    "RequestCancelExternalWorkflowExecution",
    "SignalExternalWorkflowExecution",
    "CancelTimer",
    "RecordMarker",
    "ScheduleActivityTask",
    "ContinueAsNewWorkflowExecution",
    "ScheduleLambdaFunction",
    "FailWorkflowExecution",
    "RequestCancelActivityTask",
    "StartChildWorkflowExecution",
    "CancelWorkflowExecution",
)
NOT_NULL = "Member must not be null"


class Mistyped(NamedTuple):
    """A value of a JSON type that cannot stand in its place."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.what} (at '{self.where}')"


class Violation(NamedTuple):
    """A value that breaks a constraint."""

    where: str
    value: Any
    constraint: str

    def __str__(self) -> str:
        value = "null" if self.value is None else f"'{_echo(self.value)}'"
        return f"Value {value} at '{self.where}' failed to satisfy constraint: {self.constraint}"


Problem = Mistyped | Violation


def problems(request_class: Any, body: dict[str, Any]) -> Iterator[Problem]:
    """Yield all that is wrong with a parsed body, in the order of the request's members."""
    return _structure("", _inspected(request_class), body)


@cache
def _inspected(cls: Any) -> inspect.Type:
    return inspect.type_info(cls)


def _look(where: str, expected: Any, value: Any) -> Iterator[Problem]:
    look = _LOOKS[type(expected)]
    return look(where, expected, value)


def _structure(where: str, expected: Any, value: Any) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Mistyped(where, _misplaced(value))
        return
    for field in expected.fields:
        path = f"{where}.{field.encode_name}" if where else field.encode_name
        member = value.get(field.encode_name)
        if member is not None:
            yield from _look(path, field.type, member)
        elif field.required:
            yield Violation(path, None, NOT_NULL)


def _decision(where: str, expected: Any, value: Any) -> Iterator[Problem]:
    """Look at one decision; as on the live service, at every attributes object that it brings."""
    if not isinstance(value, dict):
        yield Mistyped(where, _misplaced(value))
        return
    tag = value.get(DECISION_TAG)
    path = f"{where}.{DECISION_TAG}"
    if tag is None:
        yield Violation(path, None, NOT_NULL)
    elif not isinstance(tag, str):
        yield Mistyped(path, _unconvertible(tag, "String"))
    elif tag not in DECISION_TYPES:
        yield Violation(path, tag, _one_of(DECISION_TYPES))
    for kind in expected.types:
        (attributes,) = kind.fields
        given = value.get(attributes.encode_name)
        if given is not None or kind.tag == tag:
            given = {} if given is None else given
            yield from _structure(f"{where}.{attributes.encode_name}", attributes.type, given)


def _union(where: str, expected: Any, value: Any) -> Iterator[Problem]:
    kinds = [kind for kind in expected.types if not isinstance(kind, inspect.NoneType)]
    if len(kinds) == 1:
        return _look(where, kinds[0], value)
    return _decision(where, expected, value)


def _list(where: str, expected: Any, value: Any) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Mistyped(where, _misplaced(value))
        return
    constraints = list(_length_constraints(expected, len(value)))
    yield from (Violation(where, value, constraint) for constraint in constraints)
    if isinstance(expected.item_type, inspect.StrType):
        yield from _texts(where, expected.item_type, value)
        return
    for number, item in enumerate(value, start=1):
        path = f"{where}.{number}.member"
        if item is None:
            yield Violation(path, None, NOT_NULL)
        else:
            yield from _look(path, expected.item_type, item)


def _texts(where: str, expected: Any, values: list[Any]) -> Iterator[Problem]:
    """Look at a list of texts, which the live service judges as one value."""
    found = [problem for value in values for problem in _text_or_null(where, expected, value)]
    yield from (problem for problem in found if isinstance(problem, Mistyped))
    if any(isinstance(problem, Violation) for problem in found):
        rules = [_at_most(expected.max_length), _at_least(expected.min_length or 0), NOT_NULL]
        yield Violation(where, values, f"Member must satisfy constraint: [{', '.join(rules)}]")


def _text_or_null(where: str, expected: Any, value: Any) -> Iterator[Problem]:
    if value is None:
        return iter((Violation(where, None, NOT_NULL),))
    return _text(where, expected, value)


def _text(where: str, expected: Any, value: Any) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Mistyped(where, _unconvertible(value, "String"))
        return
    for constraint in _length_constraints(expected, len(value)):
        yield Violation(where, value, constraint)


def _word(where: str, expected: Any, value: Any) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Mistyped(where, _unconvertible(value, "String"))
    elif value not in expected.values:
        yield Violation(where, value, _one_of(expected.values))


def _integer(where: str, expected: Any, value: Any) -> Iterator[Problem]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield Mistyped(where, _unconvertible(value, "Integer"))
        return
    if expected.le is not None and value > expected.le:
        yield Violation(where, value, f"Member must have value less than or equal to {expected.le}")
    if expected.ge is not None and value < expected.ge:
        yield Violation(
            where, value, f"Member must have value greater than or equal to {expected.ge}"
        )


def _timestamp(where: str, _expected: Any, value: Any) -> Iterator[Problem]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield Mistyped(where, _unconvertible(value, "Timestamp"))


def _boolean(where: str, _expected: Any, value: Any) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Mistyped(where, _unconvertible(value, "Boolean"))


def _metadata(where: str, expected: Any, value: Any) -> Iterator[Problem]:
    return _look(where, expected.type, value)


def _length_constraints(expected: Any, length: int) -> Iterator[str]:
    if expected.max_length is not None and length > expected.max_length:
        yield _at_most(expected.max_length)
    if expected.min_length is not None and length < expected.min_length:
        yield _at_least(expected.min_length)


def _at_most(length: int) -> str:
    return f"Member must have length less than or equal to {length}"


def _at_least(length: int) -> str:
    return f"Member must have length greater than or equal to {length}"


def _one_of(words: tuple[Any, ...]) -> str:
    return f"Member must satisfy enum value set: [{', '.join(map(str, words))}]"


def _unconvertible(value: Any, to: str) -> str:
    if isinstance(value, dict | list):
        return _misplaced(value)
    return f"{_JSON_NAMES[type(value)]} can not be converted to {_ARTICLES[to]} {to}"


def _misplaced(value: Any) -> str:
    kind: type[object] = type(value)
    return _MISPLACED.get(kind, "Unexpected field type")


def _echo(value: Any) -> str:
    text = f"[{', '.join(map(_echo, value))}]" if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}..."


_ARTICLES = {"Boolean": "a", "Integer": "an", "String": "a", "Timestamp": "a"}
_JSON_NAMES = {
    bool: "BOOLEAN_VALUE",
    float: "NUMBER_VALUE",
    int: "NUMBER_VALUE",
    str: "STRING_VALUE",
}
_MISPLACED: dict[type[object], str] = {
    dict: "Start of structure or map found where not expected",
    list: "Start of list found where not expected",
}
_LOOKS: dict[type[inspect.Type], Callable[[str, Any, Any], Iterator[Problem]]] = {
    inspect.BoolType: _boolean,
    inspect.FloatType: _timestamp,
    inspect.IntType: _integer,
    inspect.LiteralType: _word,
    inspect.Metadata: _metadata,
    inspect.StrType: _text,
    inspect.StructType: _structure,
    inspect.UnionType: _union,
    inspect.VarTupleType: _list,
}
