"""The protocol says the same as botocore's model of SWF: every member, limit and word."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, Shape, StringShape, StructureShape

from flowy.protocol import wire
from flowy.protocol.decisions import DECISION_CLASSES, AnyDecision
from flowy.protocol.faults import FAULTS, MODELLED, NAME_SPACES, UnknownOperationException
from flowy.protocol.history import EVENT_CLASSES, EVENTS, HistoryEvent
from flowy.protocol.operations import ANSWERS, EXTENSIONS, OPERATIONS
from flowy.protocol.tasks import ActivityTask, DecisionTask
from flowy.protocol.wire import TARGET_PREFIX

MODEL = ServiceModel(Loader().load_service_model("swf", "service-2"), "swf")

# One class of ours for two shapes that are the same.
OTHER_CLASS_NAMES = {
    "ActivityType": "TypeId",
    "WorkflowType": "TypeId",
    "WorkflowExecution": "ExecutionId",
    "TaskList": "TaskList",
}
# An empty poll answers without these, so nothing but the token can be counted on.
OPTIONAL_BECAUSE_A_POLL_MAY_FIND_NOTHING = {
    DecisionTask: {
        "taskToken",
        "startedEventId",
        "workflowExecution",
        "workflowType",
        "events",
    },
    ActivityTask: {
        "taskToken",
        "activityId",
        "startedEventId",
        "workflowExecution",
        "activityType",
    },
}
# The empty token says "no task"; the model demands a character and the live service sends none.
FREE_OF_LENGTH_BECAUSE_A_POLL_MAY_FIND_NOTHING = {
    (DecisionTask, "taskToken"),
    (ActivityTask, "taskToken"),
}


def without_none(found: Any) -> Any:
    """Strip ``| None`` and metadata off an inspected type."""
    if isinstance(found, msgspec.inspect.Metadata):
        return without_none(found.type)
    if isinstance(found, msgspec.inspect.UnionType):
        types = [t for t in found.types if not isinstance(t, msgspec.inspect.NoneType)]
        return without_none(types[0]) if len(types) == 1 else msgspec.inspect.UnionType(types)
    return found


def fields_of(cls: type[msgspec.Struct]) -> dict[str, Any]:
    return {found.encode_name: found for found in msgspec.inspect.type_info(cls).fields}


def test_every_operation_has_a_request_class():
    assert sorted(OPERATIONS) == sorted(MODEL.operation_names)
    assert len(OPERATIONS) == 39


def test_what_is_not_in_the_model_has_a_name_space_of_its_own():
    for name, request_class in EXTENSIONS.items():
        assert request_class.__name__ not in MODEL.operation_names
        assert wire.target(request_class) == name == f"Flowy.{request_class.__name__}"
        assert wire.operation(wire.operation_name(name)) is request_class
        with pytest.raises(UnknownOperationException):
            wire.operation(wire.operation_name(f"{TARGET_PREFIX}.{request_class.__name__}"))
    for name, request_class in OPERATIONS.items():
        assert wire.target(request_class) == f"{TARGET_PREFIX}.{name}"
        with pytest.raises(UnknownOperationException):
            wire.operation(wire.operation_name(f"Flowy.{name}"))


def test_the_target_and_the_protocol_are_those_of_the_model():
    assert MODEL.metadata["targetPrefix"] == TARGET_PREFIX
    assert (MODEL.metadata["protocol"], MODEL.metadata["jsonVersion"]) == ("json", "1.0")


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_request_and_answer_are_those_of_the_model(operation):
    modelled = MODEL.operation_model(operation)
    request_class = OPERATIONS[operation]
    assert list(compare(modelled.input_shape, request_class)) == []
    if modelled.output_shape is None:
        assert ANSWERS[request_class] is type(None)
    else:
        assert list(compare(modelled.output_shape, ANSWERS[request_class])) == []
        if operation != "StartWorkflowExecution":
            assert ANSWERS[request_class].__name__ == modelled.output_shape.name


def test_the_events_are_the_54_of_the_model():
    assert sorted(EVENTS) == sorted(MODEL.shape_for("EventType").enum)
    assert len(EVENT_CLASSES) == 54
    assert set(HistoryEvent.__args__) == set(EVENT_CLASSES)


def test_the_decisions_are_the_13_of_the_model():
    assert sorted(cls.__name__ for cls in DECISION_CLASSES) == sorted(
        MODEL.shape_for("DecisionType").enum
    )
    assert len(DECISION_CLASSES) == 13
    assert set(AnyDecision.__args__) == set(DECISION_CLASSES)


def test_the_faults_are_the_11_of_the_model():
    modelled = {
        shape
        for operation in MODEL.operation_names
        for shape in (error.name for error in MODEL.operation_model(operation).error_shapes)
    }
    codes = {MODEL.shape_for(name).error_code for name in modelled}
    assert {cls.__name__ for cls in MODELLED} == modelled
    assert codes == modelled
    assert len(MODELLED) == 11
    assert set(MODELLED) < set(NAME_SPACES)
    assert all(name == cls.__name__ for name, cls in FAULTS.items())


@pytest.mark.parametrize("cls", [*EVENT_CLASSES, *DECISION_CLASSES], ids=lambda cls: cls.__name__)
def test_a_kind_has_the_attributes_of_the_model(cls):
    envelope = MODEL.shape_for("HistoryEvent" if cls in EVENT_CLASSES else "Decision")
    members = envelope.members
    config = cls.__struct_config__
    assert config.tag == cls.__name__
    assert config.tag_field == ("eventType" if cls in EVENT_CLASSES else "decisionType")
    attributes = fields_of(cls)
    (name,) = attributes.keys() - {"eventId", "eventTimestamp"}
    suffix = "EventAttributes" if cls in EVENT_CLASSES else "DecisionAttributes"
    assert name.lower() == f"{cls.__name__}{suffix}".lower()
    assert list(compare(members[name], attributes[name].type.cls)) == []
    # An attributes object may stay away exactly where it needs nothing inside.
    assert attributes[name].required == bool(members[name].required_members)


@pytest.mark.parametrize("kind", ["HistoryEvent", "Decision"])
def test_no_attributes_of_the_model_are_left_out(kind):
    classes = EVENT_CLASSES if kind == "HistoryEvent" else DECISION_CLASSES
    ours = {name for cls in classes for name in fields_of(cls)}
    tag = "eventType" if kind == "HistoryEvent" else "decisionType"
    assert ours | {tag} == set(MODEL.shape_for(kind).members)


def test_the_comparison_sees_a_difference():
    # A test of the test: each kind of difference is found.
    class Wrong(msgspec.Struct, rename="camel"):
        name: int
        version: str | None = None
        more: str | None = None

    found = "\n".join(compare(MODEL.shape_for("WorkflowType"), Wrong))
    for part in ("more: not in the model", "name: is IntType", "version: optional"):
        assert part in found


def compare(shape: StructureShape, cls: type[Any]) -> Iterator[str]:
    """Yield a line for each difference between a modelled structure and a class of ours."""
    fields = fields_of(cls)
    optional = OPTIONAL_BECAUSE_A_POLL_MAY_FIND_NOTHING.get(cls, set())
    for name in fields.keys() - shape.members.keys():
        yield f"{cls.__name__}.{name}: not in the model"
    for name, member in shape.members.items():
        where = f"{cls.__name__}.{name}"
        if name not in fields:
            yield f"{where}: missing"
            continue
        required = name in shape.required_members and name not in optional
        if fields[name].required != required:
            yield f"{where}: {'optional' if required else 'required'}"
        if (cls, name) not in FREE_OF_LENGTH_BECAUSE_A_POLL_MAY_FIND_NOTHING:
            yield from compare_types(where, member, without_none(fields[name].type))


def compare_types(where: str, shape: Shape, ours: Any) -> Iterator[str]:
    if shape.name in {"Decision", "HistoryEvent"}:
        expected = DECISION_CLASSES if shape.name == "Decision" else EVENT_CLASSES
        if {found.cls for found in ours.types} != set(expected):
            yield f"{where}: not the union of all kinds"
        return
    kind = "enum" if getattr(shape, "enum", None) else shape.type_name
    expected_type, comparison = COMPARISONS[kind]
    if not isinstance(ours, expected_type):
        yield f"{where}: is {type(ours).__name__}, the model says {kind}"
        return
    yield from comparison(where, shape, ours)


def compare_structures(where: str, shape: StructureShape, ours: Any) -> Iterator[str]:
    expected = OTHER_CLASS_NAMES.get(shape.name, shape.name)
    if ours.cls.__name__ not in {expected, expected.replace("EventAttributes", "Attributes")}:
        yield f"{where}: is {ours.cls.__name__}, the model says {shape.name}"
    yield from compare(shape, ours.cls)


def compare_texts(where: str, shape: StringShape, ours: Any) -> Iterator[str]:
    yield from compare_limits(
        where, shape, min=ours.min_length or 0, max=ours.max_length, pattern=ours.pattern
    )


def compare_words(where: str, shape: StringShape, ours: Any) -> Iterator[str]:
    if list(ours.values) != sorted(shape.enum):
        yield f"{where}: words {sorted(set(ours.values) ^ set(shape.enum))} differ"


def compare_numbers(where: str, shape: Shape, ours: Any) -> Iterator[str]:
    yield from compare_limits(where, shape, min=ours.ge or 0, max=ours.le)


def compare_lists(where: str, shape: ListShape, ours: Any) -> Iterator[str]:
    yield from compare_limits(where, shape, min=ours.min_length or 0, max=ours.max_length)
    yield from compare_types(f"{where}[]", shape.member, without_none(ours.item_type))


def compare_limits(where: str, shape: Shape, **ours: Any) -> Iterator[str]:
    for name, value in ours.items():
        modelled = shape.metadata.get(name, 0 if name == "min" else None)
        if value != modelled:
            yield f"{where}: {name} {value}, the model says {modelled}"


def nothing_to_compare(where: str, shape: Shape, ours: Any) -> Iterator[str]:
    return iter(())


COMPARISONS: dict[str, Any] = {
    "boolean": (msgspec.inspect.BoolType, nothing_to_compare),
    "enum": (msgspec.inspect.LiteralType, compare_words),
    "integer": (msgspec.inspect.IntType, compare_numbers),
    "list": (msgspec.inspect.VarTupleType, compare_lists),
    "long": (msgspec.inspect.IntType, compare_numbers),
    "string": (msgspec.inspect.StrType, compare_texts),
    "structure": (msgspec.inspect.StructType, compare_structures),
    "timestamp": (msgspec.inspect.FloatType, nothing_to_compare),
}


def test_names_in_python_are_those_of_the_model_in_snake_case():
    wrong = [
        f"{cls.__name__}.{found.name}"
        for cls in [*OPERATIONS.values(), *(a for a in ANSWERS.values() if a is not type(None))]
        for found in msgspec.inspect.type_info(cls).fields
        if re.sub(r"_([a-z])", lambda m: m.group(1).upper(), found.name) != found.encode_name
    ]
    assert wrong == []
