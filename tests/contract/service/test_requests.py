"""Requests as they come over the wire, good and bad, and the faults that answer them."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from tests.contract.service.stands import Stand
from tests.contract.service.swf import Swf, refused

TARGET = "SimpleWorkflowService"


def _post(stand: Stand, operation: str, body: Any, prefix: str = TARGET) -> tuple[int, bytes, Any]:
    """Send a request with no SDK in between; return status, body and headers."""
    if not stand.endpoint:
        pytest.skip("no requests travel here")
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"{prefix}.{operation}",
        # moto finds the service by the scope of the signature, which nobody checks.
        "Authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/swf/aws4_request, "
        "SignedHeaders=host, Signature=0",
    }
    try:
        with urlopen(Request(stand.endpoint, data, headers), timeout=20) as answer:
            return answer.status, answer.read(), answer.headers
    except HTTPError as error:
        with error:
            return error.code, error.read(), error.headers


def _fault(stand: Stand, operation: str, body: Any) -> tuple[str, str]:
    status, text, _ = _post(stand, operation, body)
    assert status == 400, text
    found = json.loads(text)
    return found["__type"], found.get("message", "")


def test_an_operation_without_an_answer_has_an_empty_body(stand: Stand, unregistered: Swf):
    body = {"name": unregistered.domain, "workflowExecutionRetentionPeriodInDays": "1"}
    assert _post(stand, "RegisterDomain", body)[:2] == (200, b"")


def test_an_answer_is_json_with_a_request_id(stand: Stand, swf: Swf):
    status, text, headers = _post(stand, "DescribeDomain", {"name": swf.domain})
    assert status == 200
    assert json.loads(text)["domainInfo"]["name"] == swf.domain
    assert headers["Content-Type"] == "application/x-amz-json-1.0"
    assert headers["x-amzn-RequestId"]


def test_the_target_of_old_sdks_is_taken(stand: Stand, swf: Swf):
    prefix = "com.amazonaws.swf.service.model.SimpleWorkflowService"
    assert _post(stand, "DescribeDomain", {"name": swf.domain}, prefix)[0] == 200


def test_times_are_numbers_of_seconds(stand: Stand, swf: Swf):
    execution = swf.start()
    body = {"domain": swf.domain, "execution": execution}
    events = json.loads(_post(stand, "GetWorkflowExecutionHistory", body)[1])["events"]
    assert all(isinstance(event["eventTimestamp"], int | float) for event in events)
    assert events[0]["eventTimestamp"] > 1_600_000_000


def test_a_fault_has_the_name_space_of_swf(stand: Stand, swf: Swf):
    assert _fault(stand, "DescribeDomain", {"name": "nowhere"}) == (
        "com.amazonaws.swf.base.model#UnknownResourceFault",
        "Unknown domain: nowhere",
    )


def test_an_invalid_request_is_a_validation_exception(stand: Stand, swf: Swf):
    name, message = _fault(stand, "DescribeDomain", {})
    assert name == "com.amazon.coral.validate#ValidationException"
    assert message == (
        "1 validation error detected: Value null at 'name' failed to satisfy constraint: "
        "Member must not be null"
    )


def test_all_violations_are_counted(stand: Stand, swf: Swf):
    _, message = _fault(stand, "RegisterDomain", {"description": "x" * 1025})
    assert message.startswith("3 validation errors detected: ")


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'"text"', b"\xff\xfe", b"nonsense"])
def test_what_is_not_json_is_a_serialization_exception(stand: Stand, swf: Swf, body: bytes):
    name, _ = _fault(stand, "DescribeDomain", body)
    assert name == "com.amazon.coral.service#SerializationException"


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("DescribeDomain", {"name": 5}),
        ("DescribeDomain", {"name": {"a": 1}}),
        ("ListDomains", {"registrationStatus": "REGISTERED", "maximumPageSize": "ten"}),
        ("StartWorkflowExecution", {"domain": "d", "workflowId": "w", "workflowType": "Order"}),
        ("RespondDecisionTaskCompleted", {"taskToken": "t", "decisions": "none"}),
    ],
)
def test_a_wrong_type_is_a_serialization_exception(
    stand: Stand, swf: Swf, operation: str, body: dict[str, Any]
):
    name, _ = _fault(stand, operation, body)
    assert name == "com.amazon.coral.service#SerializationException"


def test_an_unknown_operation_is_a_fault(stand: Stand, swf: Swf):
    name, _ = _fault(stand, "DescribeNothing", {})
    assert name.endswith("#UnknownOperationException")


def test_unknown_members_are_ignored(stand: Stand, swf: Swf):
    assert _post(stand, "DescribeDomain", {"name": swf.domain, "more": [1]})[0] == 200


def test_an_unknown_enumeration_value_names_the_known_ones(swf: Swf):
    with pytest.raises(ClientError) as caught:
        swf.client.list_domains(registrationStatus="GONE")
    message: str = caught.value.response["Error"]["Message"]
    start, _, known = message.partition(": [")
    assert start == (
        "1 validation error detected: Value 'GONE' at 'registrationStatus' failed to satisfy "
        "constraint: Member must satisfy enum value set"
    )
    assert sorted(known.rstrip("]").split(", ")) == ["DEPRECATED", "REGISTERED"]


@pytest.mark.parametrize("size", [1001, -1, 10**30])
def test_an_absurd_number_is_refused(swf: Swf, size: int):
    with refused("ValidationException"):
        swf.client.list_domains(registrationStatus="REGISTERED", maximumPageSize=size)


def test_a_request_of_more_than_a_megabyte_is_refused(stand: Stand, swf: Swf):
    body = {"name": swf.domain, "padding": "x" * 1_100_000}
    status, text, _ = _post(stand, "DescribeDomain", body)
    assert status in (400, 413)
    assert json.loads(text)["__type"].endswith("#RequestEntityTooLargeException")


def test_a_token_that_is_too_long_is_refused(swf: Swf):
    with refused("ValidationException"):
        swf.client.respond_activity_task_completed(taskToken="t" * 1025)
