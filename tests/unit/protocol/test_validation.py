"""Whatever the bytes, decoding gives a request or SWF's own refusal."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowy.errors import Fault
from flowy.protocol import validation, wire
from flowy.protocol.decisions import DECISION_CLASSES, CompleteWorkflowExecution
from flowy.protocol.faults import (
    RequestEntityTooLargeException,
    SerializationException,
    ValidationException,
)
from flowy.protocol.operations import OPERATIONS, REQUEST_CLASSES
from flowy.protocol.requests.decision_tasks import PollForDecisionTask, RespondDecisionTaskCompleted
from flowy.protocol.requests.domains import DescribeDomain, ListDomains, TagResource
from flowy.protocol.requests.executions import StartWorkflowExecution
from flowy.protocol.requests.visibility import CountOpenWorkflowExecutions
from flowy.protocol.violations import DECISION_TYPES
from tests.unit.protocol.strategies import values_of

NULL = "failed to satisfy constraint: Member must not be null"


def refusal(request_class: type[Any], body: Any) -> Fault:
    """Decode a body that must be refused."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(Fault) as caught:
        validation.decode(request_class, raw)
    return caught.value


def start(**members: Any) -> dict[str, Any]:
    workflow_type = {"name": "n", "version": "1"}
    return {"domain": "d", "workflowId": "w", "workflowType": workflow_type, **members}


def decide(*decisions: Any) -> dict[str, Any]:
    return {"taskToken": "t", "decisions": list(decisions)}


def test_one_missing_member_is_one_error():
    error = refusal(DescribeDomain, {})
    assert isinstance(error, ValidationException)
    assert error.message == f"1 validation error detected: Value null at 'name' {NULL}"


def test_all_violations_are_counted_and_named():
    error = refusal(
        StartWorkflowExecution,
        start(domain=None, workflowType={"name": "", "version": "1"}, childPolicy="KEEP"),
    )
    assert error.message == (
        f"3 validation errors detected: Value null at 'domain' {NULL}; "
        "Value '' at 'workflowType.name' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1; "
        "Value 'KEEP' at 'childPolicy' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ABANDON, REQUEST_CANCEL, TERMINATE]"
    )


@pytest.mark.parametrize(
    ("size", "constraint"),
    [
        (1001, "Member must have value less than or equal to 1000"),
        (-1, "Member must have value greater than or equal to 0"),
        (10**25, "Member must have value less than or equal to 1000"),
        (-(10**25), "Member must have value greater than or equal to 0"),
    ],
)
def test_a_number_out_of_range_is_a_violation(size, constraint):
    error = refusal(ListDomains, {"registrationStatus": "REGISTERED", "maximumPageSize": size})
    assert isinstance(error, ValidationException)
    assert f"Value '{size}' at 'maximumPageSize'" in error.message
    assert error.message.endswith(constraint)


def test_a_text_that_is_too_long_is_a_violation_by_characters_not_bytes():
    assert validation.decode(DescribeDomain, json.dumps({"name": "ü" * 256}).encode())
    error = refusal(DescribeDomain, {"name": "ü" * 257})
    assert error.message.endswith("Member must have length less than or equal to 256")


def test_a_list_of_texts_is_judged_as_one_value():
    error = refusal(StartWorkflowExecution, start(tagList=["a", "b" * 257, None]))
    assert error.message.startswith("1 validation error detected: Value '[a, bbb")
    assert error.message.endswith(
        "at 'tagList' failed to satisfy constraint: Member must satisfy constraint: "
        "[Member must have length less than or equal to 256, "
        "Member must have length greater than or equal to 0, Member must not be null]"
    )


def test_a_list_that_is_too_long_is_a_violation():
    error = refusal(StartWorkflowExecution, start(tagList=list("abcdef")))
    assert error.message == (
        "1 validation error detected: Value '[a, b, c, d, e, f]' at 'tagList' failed to satisfy "
        "constraint: Member must have length less than or equal to 5"
    )


def test_members_of_a_list_are_numbered_from_one():
    body = {"resourceArn": "arn", "tags": [{"key": "k"}, {"value": "v"}, None]}
    error = refusal(TagResource, body)
    assert error.message == (
        f"2 validation errors detected: Value null at 'tags.2.member.key' {NULL}; "
        f"Value null at 'tags.3.member' {NULL}"
    )


def test_an_unknown_decision_names_the_known_ones_in_the_order_of_aws():
    error = refusal(RespondDecisionTaskCompleted, decide({"decisionType": "Nap"}))
    assert isinstance(error, ValidationException)
    assert error.message == (
        "1 validation error detected: Value 'Nap' at 'decisions.1.member.decisionType' failed to "
        "satisfy constraint: Member must satisfy enum value set: [CompleteWorkflowExecution, "
        "StartTimer, RequestCancelExternalWorkflowExecution, SignalExternalWorkflowExecution, "
        "CancelTimer, RecordMarker, ScheduleActivityTask, ContinueAsNewWorkflowExecution, "
        "ScheduleLambdaFunction, FailWorkflowExecution, RequestCancelActivityTask, "
        "StartChildWorkflowExecution, CancelWorkflowExecution]"
    )
    assert sorted(DECISION_TYPES) == sorted(cls.__name__ for cls in DECISION_CLASSES)


def test_a_decision_without_its_attributes_misses_what_they_must_hold():
    error = refusal(RespondDecisionTaskCompleted, decide({"decisionType": "StartTimer"}))
    where = "decisions.1.member.startTimerDecisionAttributes"
    assert error.message == (
        f"2 validation errors detected: Value null at '{where}.timerId' {NULL}; "
        f"Value null at '{where}.startToFireTimeout' {NULL}"
    )


def test_the_whole_batch_is_looked_at():
    error = refusal(
        RespondDecisionTaskCompleted,
        decide(
            {"decisionType": "CompleteWorkflowExecution"},
            {"decisionType": None},
            {"decisionType": "RecordMarker", "recordMarkerDecisionAttributes": {"markerName": ""}},
        ),
    )
    assert error.message.startswith("2 validation errors detected: ")
    assert "Value null at 'decisions.2.member.decisionType'" in error.message
    assert "at 'decisions.3.member.recordMarkerDecisionAttributes.markerName'" in error.message


def test_attributes_that_need_nothing_may_be_null():
    body = {
        "decisionType": "CompleteWorkflowExecution",
        "completeWorkflowExecutionDecisionAttributes": None,
    }
    request = validation.decode(RespondDecisionTaskCompleted, json.dumps(decide(body)).encode())
    assert request.decisions == (CompleteWorkflowExecution(),)


@pytest.mark.parametrize(
    ("request_class", "body", "message"),
    [
        (DescribeDomain, {"name": 5}, "NUMBER_VALUE can not be converted to a String (at 'name')"),
        (DescribeDomain, {"name": True}, "BOOLEAN_VALUE can not be converted to a String"),
        (DescribeDomain, {"name": {}}, "Start of structure or map found where not expected"),
        (DescribeDomain, {"name": []}, "Start of list found where not expected"),
        (
            ListDomains,
            {"registrationStatus": "REGISTERED", "maximumPageSize": "5"},
            "STRING_VALUE can not be converted to an Integer (at 'maximumPageSize')",
        ),
        (
            ListDomains,
            {"registrationStatus": "REGISTERED", "maximumPageSize": 1.5},
            "NUMBER_VALUE can not be converted to an Integer (at 'maximumPageSize')",
        ),
        (
            ListDomains,
            {"registrationStatus": "REGISTERED", "reverseOrder": "true"},
            "STRING_VALUE can not be converted to a Boolean (at 'reverseOrder')",
        ),
        (ListDomains, {"registrationStatus": 1}, "NUMBER_VALUE can not be converted to a String"),
        (
            CountOpenWorkflowExecutions,
            {"domain": "d", "startTimeFilter": {"oldestDate": "2023-11-14"}},
            "STRING_VALUE can not be converted to a Timestamp (at 'startTimeFilter.oldestDate')",
        ),
        (PollForDecisionTask, {"domain": "d", "taskList": "l"}, "Unexpected field type"),
        (StartWorkflowExecution, start(tagList="a"), "Unexpected field type (at 'tagList')"),
        (StartWorkflowExecution, start(tagList=[1]), "NUMBER_VALUE can not be converted"),
        (RespondDecisionTaskCompleted, decide("x"), "Unexpected field type"),
        (RespondDecisionTaskCompleted, decide({"decisionType": 1}), "NUMBER_VALUE can not be"),
    ],
)
def test_a_wrong_json_type_is_a_serialization_exception(request_class, body, message):
    error = refusal(request_class, body)
    assert isinstance(error, SerializationException)
    assert error.message.startswith(message)


def test_a_wrong_type_comes_before_broken_constraints():
    assert isinstance(
        refusal(StartWorkflowExecution, {"domain": "", "workflowId": 1}), SerializationException
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"name":"d"} x',
        b'{"name":NaN}',
        b'{"name":"\xff"}',
        b'{"name":"\\ud800"}',
        b'\xef\xbb\xbf{"name":"d"}',
        b'{"name":"d","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000,
        b'{"name":' + b"1" * 100_000 + b"}",
        b'{"name":1e999}',
        b'{"name":-' + b"1" * 5000 + b"}",
        b"\x00" * 100,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_not_a_json_object_is_a_serialization_exception(body):
    assert isinstance(refusal(DescribeDomain, body), SerializationException)


@pytest.mark.parametrize("number", ["1e400", "1" * 400, "1" * 4000, "-" + "9" * 320])
def test_a_moment_that_no_number_can_hold_is_a_serialization_exception(number):
    body = f'{{"domain":"d","startTimeFilter":{{"oldestDate":{number}}}}}'.encode()
    assert isinstance(refusal(CountOpenWorkflowExecutions, body), SerializationException)


def test_of_duplicate_members_the_last_counts():
    request = validation.decode(DescribeDomain, b'{"name":1,"name":"d"}'.replace(b"1", b'"c"'))
    assert request == DescribeDomain(name="d")


def test_unknown_members_are_ignored():
    request = validation.decode(DescribeDomain, b'{"name":"d","color":{"deep":[1]}}')
    assert request == DescribeDomain(name="d")


def test_a_body_over_a_megabyte_is_too_large():
    body = b'{"name":"' + b"n" * validation.MAXIMUM_BODY + b'"}'
    assert isinstance(refusal(DescribeDomain, body), RequestEntityTooLargeException)


def test_a_huge_value_is_not_echoed_whole():
    assert len(refusal(StartWorkflowExecution, start(input="x" * 100_000)).message) < 2000


thorough = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["REGISTERED", "StartTimer", "TERMINATE", ""])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
members = st.sampled_from(
    sorted({f.encode_name for cls in REQUEST_CLASSES for f in msgspec.structs.fields(cls)})
)


@thorough
@given(request_class=st.sampled_from(REQUEST_CLASSES), body=st.binary(max_size=200))
def test_any_bytes_give_a_request_or_a_fault(request_class, body):
    check(request_class, body)


@thorough
@given(
    request_class=st.sampled_from(REQUEST_CLASSES),
    body=st.dictionaries(members, anything, max_size=8),
)
def test_any_json_gives_a_request_or_a_fault(request_class, body):
    check(request_class, json.dumps(body).encode())


@thorough
@given(data=st.data())
def test_a_good_request_spoilt_in_one_place_gives_a_request_or_a_fault(data):
    request_class = data.draw(st.sampled_from(REQUEST_CLASSES))
    body = json.loads(wire.encode(data.draw(values_of(request_class))))
    place = body
    while isinstance(place, dict | list) and place:
        key = data.draw(
            st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place)))
        )
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(anything)
            break
        place = place[key]
    check(request_class, json.dumps(body).encode())


@thorough
@given(data=st.data())
def test_a_good_request_cut_or_flipped_gives_a_request_or_a_fault(data):
    request_class = data.draw(st.sampled_from(REQUEST_CLASSES))
    body = bytearray(wire.encode(data.draw(values_of(request_class))))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    check(request_class, bytes(body[: data.draw(st.integers(0, len(body)))]))


def check(request_class: type[Any], body: bytes) -> None:
    """Decode: a request of the class that encodes again, or one of SWF's two refusals."""
    try:
        request = validation.decode(request_class, body)
    except (SerializationException, ValidationException) as fault:
        answer = wire.encode_fault(fault)
        request = None
    if request is None:
        assert wire.decode_fault(answer).message
    else:
        assert type(request) is request_class is OPERATIONS[request_class.__name__]
        assert wire.decode_request(request_class, wire.encode(request)) == request
