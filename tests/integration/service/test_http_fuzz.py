"""Whatever is sent, SWF's own answers come back, never a failure of the service."""

import http.client
import json
import math
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from flowy.clock import ManualClock
from flowy.protocol.operations import EXTENSIONS, OPERATIONS
from flowy.protocol.polls import EMPTY
from flowy.protocol.validation import MAXIMUM_BODY
from flowy.service.http.serve import HttpServer
from flowy.service.server import Service
from tests.integration.service.driving import DOMAIN

EXAMPLES = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
REFUSALS = {
    "DefaultUndefinedFault",
    "DomainAlreadyExistsFault",
    "DomainDeprecatedFault",
    "LimitExceededFault",
    "OperationNotPermittedFault",
    "RequestEntityTooLargeException",
    "SerializationException",
    "TooManyTagsFault",
    "TypeAlreadyExistsFault",
    "TypeDeprecatedFault",
    "TypeNotDeprecatedFault",
    "UnknownResourceFault",
    "UnknownOperationException",
    "ValidationException",
    "WorkflowExecutionAlreadyStartedFault",
}
WORDS = [
    *["", "x", "d", "NONE", "0", "-1", "1.5", "9" * 8, "9" * 9, "٣", "1e3", " 1", "a:b", "arn"],
    *["REGISTERED", "DEPRECATED", "TERMINATE", "OPEN", "COMPLETED", "\u0000", "\ud800", "é" * 300],
    *["StartTimer", "ScheduleActivityTask", "ScheduleLambdaFunction", "RecordMarker", DOMAIN],
    *["arn:aws:swf:us-east-1:123456789012:/domain/d", "x" * 257, "x" * 32_769, "AAAA" * 20],
]
NUMBERS = [0, 1, 1, 2, -1, 1000, 1001, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**400, 0.5, -0.0]
NUMBERS += [1e308, -1e308, 5e-324, 1e18, math.inf, math.nan]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.sampled_from(WORDS), st.sampled_from(NUMBERS), st.text(max_size=9)
)
GOOD = {
    "domain": ["d"],
    "resourceArn": ["arn:aws:swf:us-east-1:123456789012:/domain/d"],
    "runId": [""],
    "startToFireTimeout": ["0", "10"],
    "executionStartToCloseTimeout": ["10", "31536000"],
    "taskStartToCloseTimeout": ["10", "NONE"],
    "taskPriority": ["0", "-5"],
    "workflowExecutionRetentionPeriodInDays": ["1", "NONE"],
}
"""Texts that fit what is registered, by member; elsewhere it is "x"."""
START = {
    "domain": "e",
    "workflowType": {"name": "x", "version": "x"},
    "taskList": {"name": "fuzz"},
    "executionStartToCloseTimeout": "1000",
    "taskStartToCloseTimeout": "NONE",
    "childPolicy": "ABANDON",
}
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def bare(expected):
    """Take metadata and ``None`` off a type."""
    if isinstance(expected, inspect.Metadata):
        return bare(expected.type)
    if isinstance(expected, inspect.UnionType):
        kinds = [kind for kind in expected.types if not isinstance(kind, inspect.NoneType)]
        return bare(kinds[0]) if len(kinds) == 1 else expected
    return expected


def near(expected, depth=0):
    """Draw values that are right, or nearly, for a type."""
    if isinstance(expected, inspect.Metadata):
        return near(expected.type, depth)
    if isinstance(expected, inspect.UnionType):
        kinds = [kind for kind in expected.types if not isinstance(kind, inspect.NoneType)]
        return st.one_of(*(near(kind, depth) for kind in kinds))
    if isinstance(expected, inspect.StructType):
        return members(expected, depth + 1)
    if isinstance(expected, inspect.VarTupleType):
        return st.lists(near(expected.item_type, depth + 1), max_size=3)
    return _SIMPLE.get(type(expected), lambda _: SCALARS)(expected)


def member(field, depth):
    """Draw a member's value, most often one that fits what is registered."""
    if not isinstance(bare(field.type), inspect.StrType):
        return near(field.type, depth)
    good = GOOD.get(field.encode_name, ["x"])
    return st.sampled_from(good * (3 * len(WORDS) // len(good)) + WORDS)


@st.composite
def members(draw, expected, depth=0):
    """Draw an object with a struct's members, now and then one of them absurd."""
    fields = {field.encode_name: member(field, depth) for field in expected.fields}
    required = {f.encode_name: fields[f.encode_name] for f in expected.fields if f.required}
    tag = {expected.tag_field: st.just(expected.tag)} if expected.tag_field else {}
    optional = {name: value for name, value in fields.items() if name not in required}
    drawn = draw(st.fixed_dictionaries({**tag, **required}, optional=optional))
    if fields and draw(st.integers(0, 2 + 3 * depth)) == 0:
        drawn[draw(st.sampled_from(sorted(fields)))] = draw(ANYTHING)
    return drawn


_SIMPLE = {
    inspect.BoolType: lambda _: st.booleans(),
    inspect.FloatType: lambda _: st.sampled_from([0, 1_800_000_000, *NUMBERS]),
    inspect.IntType: lambda _: st.sampled_from(NUMBERS),
    inspect.LiteralType: lambda expected: st.sampled_from(expected.values),
    inspect.StrType: lambda _: st.sampled_from(WORDS),
}


@pytest.fixture(scope="module")
def server():
    with closing(Service(clock=ManualClock())) as service:
        running = HttpServer(service)
        running._application._poll_seconds = 0.0
        yield running, running.start()
        running.stop()


@pytest.fixture(scope="module")
def connection(server):
    opened = http.client.HTTPConnection(urlsplit(server[1]).netloc, timeout=10)
    for domain in ("d", "e"):
        post(
            opened,
            "RegisterDomain",
            {"name": domain, "workflowExecutionRetentionPeriodInDays": "1"},
        )
        for kind in ("Activity", "Workflow"):
            post(opened, f"Register{kind}Type", {"domain": domain, "name": "x", "version": "x"})
        post(opened, "StartWorkflowExecution", {**START, "domain": domain, "workflowId": "x"})
    yield opened
    opened.close()


EVERY = sorted({**OPERATIONS, **EXTENSIONS})


def post(connection, operation, body, **headers):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    target = operation if operation in EXTENSIONS else f"SimpleWorkflowService.{operation}"
    named = {"X-Amz-Target": target, **headers}
    connection.request("POST", "/", sent, named)
    response = connection.getresponse()
    return response.status, response.read()


def check(answer):
    """Make sure that an answer is a result, or a refusal in the form of AWS."""
    status, body = answer
    if status == 200:
        assert body == b"" or isinstance(json.loads(body), dict)
        return "ok"
    fault = json.loads(body)
    space, _, name = fault["__type"].partition("#")
    assert space.startswith("com.amazon")
    assert name in REFUSALS, fault
    assert status == (413 if name == "RequestEntityTooLargeException" else 400)
    assert isinstance(fault["message"], str)
    return name


@pytest.mark.parametrize("operation", EVERY)
def test_requests_that_are_nearly_right(connection, operation):
    request_class = {**OPERATIONS, **EXTENSIONS}[operation]

    @EXAMPLES
    @given(members(inspect.type_info(request_class)))
    def send(body):
        check(post(connection, operation, body))

    send()


RESPOND = OPERATIONS["RespondDecisionTaskCompleted"]
RESPONSES = members(inspect.type_info(RESPOND))


@EXAMPLES
@given(response=RESPONSES, identity=st.uuids())
def test_decisions_that_are_nearly_right(server, connection, response, identity):
    started = post(connection, "StartWorkflowExecution", {**START, "workflowId": str(identity)})
    run_id = json.loads(started[1])["runId"]
    execution = {"workflowId": str(identity), "runId": run_id}
    while True:
        poll = {"domain": "e", "taskList": START["taskList"]}
        task = json.loads(post(connection, "PollForDecisionTask", poll)[1])
        if not task["taskToken"]:
            break
        if task["workflowExecution"] == execution:
            check(post(connection, RESPOND.__name__, {**response, "taskToken": task["taskToken"]}))
            break
    server[0]._application._service.run_due()
    page = {"domain": "e", "execution": execution}
    events = json.loads(post(connection, "GetWorkflowExecutionHistory", page)[1])["events"]
    assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
    check(post(connection, "DescribeWorkflowExecution", page))
    check(post(connection, "TerminateWorkflowExecution", {"domain": "e", **execution}))


@EXAMPLES
@given(operation=st.sampled_from(EVERY), body=ANYTHING)
def test_json_of_any_kind(connection, operation, body):
    check(post(connection, operation, body))


@EXAMPLES
@given(operation=st.sampled_from(EVERY), body=st.binary(max_size=100))
def test_bytes_of_any_kind(connection, operation, body):
    assert check(post(connection, operation, body)) == "SerializationException"


@EXAMPLES
@given(st.text(st.characters(codec="latin-1", categories=("L", "N", "P", "S")), max_size=30))
def test_operations_of_any_name(connection, name):
    assert check(post(connection, name, {})) == "UnknownOperationException"


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", "SerializationException"),
        (b"[]", "SerializationException"),
        (b"null", "SerializationException"),
        (b"{", "SerializationException"),
        (b"[" * 100_000, "SerializationException"),
        (b'{"name":' * 50_000, "SerializationException"),
        (b"\xff\xfe", "SerializationException"),
        (b'{"name": 1e999}', "SerializationException"),
        (b'{"name": ["d"]}', "SerializationException"),
        (b"{}", "ValidationException"),
        (b'{"name": null}', "ValidationException"),
        (b'{"name": "x", "name": "nobody"}', "UnknownResourceFault"),
        (b'{"name": "' + b"x" * MAXIMUM_BODY + b'"}', "RequestEntityTooLargeException"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_bodies_of_another_kind(connection, body, refusal):
    assert check(post(connection, "DescribeDomain", body)) == refusal


def test_methods_and_paths_of_another_kind(connection):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        connection.request(
            method, "/", b"{}", {"X-Amz-Target": "SimpleWorkflowService.ListDomains"}
        )
        response = connection.getresponse()
        assert check((response.status, response.read())) == "UnknownOperationException"


def test_the_service_is_as_it_was(server, connection):
    for operation in EMPTY:
        assert operation.__name__ in OPERATIONS
    assert check(post(connection, "DescribeDomain", {"name": "d"})) == "ok"
    connection.request("GET", "/ready")
    assert connection.getresponse().read() == b"ready\n"
