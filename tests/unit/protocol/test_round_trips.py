"""Values survive the wire, and botocore reads and writes the same bytes as we do."""

import datetime as dt
from typing import Any

import msgspec
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowy.protocol import wire
from flowy.protocol.decisions import DECISION_CLASSES
from flowy.protocol.history import EVENT_CLASSES
from flowy.protocol.operations import ANSWERS, OPERATIONS
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.tasks import History
from tests.unit.protocol.strategies import values_of

MODEL = ServiceModel(Loader().load_service_model("swf", "service-2"), "swf")
SERIALIZER = create_serializer("json", include_validation=True)
PARSER = create_parser("json")
ANSWERING = sorted(name for name, cls in OPERATIONS.items() if ANSWERS[cls] is not type(None))

few = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
by_name = {"ids": lambda cls: cls.__name__}


def as_boto_parses(operation: str, body: bytes) -> dict[str, Any]:
    """Parse an answer with botocore, timestamps as numbers."""
    answer = {"headers": {}, "body": body, "status_code": 200}
    parsed = PARSER.parse(answer, MODEL.operation_model(operation).output_shape)
    del parsed["ResponseMetadata"]
    return timestamps_as_numbers(parsed)


def as_boto_sends(operation: str, keywords: dict[str, Any]) -> bytes:
    """Serialise a call with botocore; it also checks the keywords against the model."""
    request = SERIALIZER.serialize_to_request(keywords, MODEL.operation_model(operation))
    return bytes(request["body"])


def timestamps_as_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: timestamps_as_numbers(member) for name, member in value.items()}
    if isinstance(value, list):
        return [timestamps_as_numbers(member) for member in value]
    return value.timestamp() if isinstance(value, dt.datetime) else value


def built_in(value: msgspec.Struct) -> Any:
    return msgspec.to_builtins(value, str_keys=True)


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@few
@given(data=st.data())
def test_a_request_is_read_as_it_was_written_by_us_and_by_botocore(operation, data):
    request_class = OPERATIONS[operation]
    request = data.draw(values_of(request_class))
    assert wire.decode_request(request_class, wire.encode(request)) == request
    sent = as_boto_sends(operation, lists_for_tuples(built_in(request)))
    assert wire.decode_request(request_class, sent) == request


@pytest.mark.parametrize("operation", ANSWERING)
@few
@given(data=st.data())
def test_an_answer_is_read_as_it_was_written_by_us_and_by_botocore(operation, data):
    request_class = OPERATIONS[operation]
    answer = data.draw(values_of(ANSWERS[request_class]))
    body = wire.encode(answer)
    assert wire.decode_answer(request_class, body) == answer
    parsed = as_boto_parses(operation, body)
    assert parsed == lists_for_tuples(built_in(answer))
    assert msgspec.convert(parsed, ANSWERS[request_class]) == answer


@pytest.mark.parametrize("cls", EVENT_CLASSES, **by_name)
@few
@given(data=st.data())
def test_an_event_is_read_as_it_was_written(cls, data):
    event = data.draw(values_of(cls))
    stored = wire.encode_event(event)
    page = wire.join_events([stored, stored])
    assert wire.decode_events(page) == (event, event)
    history = b'{"events":' + page + b"}"
    parsed = as_boto_parses("GetWorkflowExecutionHistory", history)
    assert parsed == {"events": lists_for_tuples([built_in(event)] * 2)}
    assert msgspec.convert(parsed, History) == History(events=(event, event))


@pytest.mark.parametrize("cls", DECISION_CLASSES, **by_name)
@few
@given(data=st.data())
def test_a_decision_is_read_as_it_was_written(cls, data):
    decision = data.draw(values_of(cls))
    request = RespondDecisionTaskCompleted(task_token="token", decisions=(decision,))
    assert wire.decode_request(type(request), wire.encode(request)) == request
    sent = as_boto_sends(type(request).__name__, lists_for_tuples(built_in(request)))
    assert wire.decode_request(type(request), sent) == request


@pytest.mark.parametrize("milliseconds", [0, 1, 1_497_371_587_073, 1_700_000_000_999])
def test_timestamps_keep_milliseconds(milliseconds):
    stamp = milliseconds / 1000
    body = b'{"typeInfo":{"workflowType":{"name":"n","version":"1"},"status":"REGISTERED",'
    body += b'"creationDate":%s},"configuration":{}}' % msgspec.json.encode(stamp)
    answer = wire.decode_answer(OPERATIONS["DescribeWorkflowType"], body)
    assert answer.type_info.creation_date == stamp
    parsed = as_boto_parses("DescribeWorkflowType", wire.encode(answer))
    assert round(parsed["typeInfo"]["creationDate"] * 1000) == milliseconds


def lists_for_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: lists_for_tuples(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [lists_for_tuples(member) for member in value]
    return value


def test_an_event_of_an_unknown_type_is_left_out():
    known = b'{"eventId":2,"eventTimestamp":1.5,"eventType":"TimerFired",'
    known += b'"timerFiredEventAttributes":{"timerId":"t","startedEventId":1}}'
    unknown = b'{"eventId":1,"eventTimestamp":1.5,"eventType":"TimerCancelled"}'
    page = wire.join_events([unknown, known])
    (event,) = wire.decode_events(page)
    answer = wire.decode_answer(OPERATIONS["GetWorkflowExecutionHistory"], b'{"events":%s}' % page)
    assert answer == History(events=(event,))
    assert event.event_id == 2


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_operation_without_an_answer_gives_none(body):
    assert wire.decode_answer(OPERATIONS["RegisterDomain"], body) is None
