"""Boto3Client turns typed calls into boto3's and boto3's errors into ours."""

import datetime as dt
import sys
from typing import Any

import boto3
import pytest
from botocore import exceptions

from flowy.errors import Fault, FlowyError, ServiceUnavailable
from flowy.protocol.decisions import (
    CompleteWorkflowExecution,
    CompleteWorkflowExecutionAttributes,
)
from flowy.protocol.executions import ExecutionTimeFilter, WorkflowExecutionCount
from flowy.protocol.faults import (
    AccessDeniedException,
    UnknownOperationException,
    UnknownResourceFault,
    ValidationException,
)
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.operations import OPERATIONS
from flowy.protocol.requests.activity_tasks import PollForActivityTask
from flowy.protocol.requests.decision_tasks import PollForDecisionTask, RespondDecisionTaskCompleted
from flowy.protocol.requests.domains import DescribeDomain
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.requests.extensions import (
    DescribeOpenActivityTasks,
    EndPolls,
    LeaveTaskList,
)
from flowy.protocol.requests.visibility import CountOpenWorkflowExecutions
from flowy.protocol.requests.workflow_types import DescribeWorkflowType
from flowy.protocol.tasks import ActivityTask, DecisionTask
from flowy.swf import client as adapter
from flowy.swf.client import Boto3Client
from flowy.swf.methods import METHODS

DESCRIBE = DescribeDomain(name="d")


class FakeBoto3:
    """Records the calls that boto3 would send and answers what a test says."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answer: Any = {}
        self.closed = False

    def __getattr__(self, name: str) -> Any:
        def method(**keywords: Any) -> Any:
            self.calls.append((name, keywords))
            if isinstance(self.answer, Exception):
                raise self.answer
            return {**self.answer, "ResponseMetadata": {"HTTPStatusCode": 200}}

        return method

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def fake() -> FakeBoto3:
    return FakeBoto3()


@pytest.fixture
def client(fake: FakeBoto3) -> Boto3Client:
    return Boto3Client(fake)


def refusal(code: str, message: str, status: int = 400) -> exceptions.ClientError:
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return exceptions.ClientError(response, "DescribeDomain")


def test_each_operation_is_a_method_of_a_boto3_client():
    real = boto3.client("swf", region_name="us-east-1")
    mapping = real.meta.method_to_api_mapping
    assert {mapping[method] for method in METHODS.values()} == set(OPERATIONS)
    real.close()


def test_members_travel_in_camel_case_and_absent_ones_not_at_all(client, fake):
    done = CompleteWorkflowExecution(attributes=CompleteWorkflowExecutionAttributes(result="1"))
    request = RespondDecisionTaskCompleted(task_token="t", decisions=(done,))
    assert client.call(request) is None
    ((method, keywords),) = fake.calls
    assert method == "respond_decision_task_completed"
    assert keywords["taskToken"] == "t"
    assert list(keywords["decisions"]) == [
        {
            "decisionType": "CompleteWorkflowExecution",
            "completeWorkflowExecutionDecisionAttributes": {"result": "1"},
        }
    ]
    assert keywords.keys() == {"taskToken", "decisions"}


def test_timestamps_are_seconds_on_our_side(client, fake):
    moment = dt.datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=dt.UTC)
    fake.answer = {
        "typeInfo": {
            "workflowType": {"name": "n", "version": "1"},
            "status": "REGISTERED",
            "creationDate": moment,
        },
        "configuration": {},
    }
    request = DescribeWorkflowType(domain="d", workflow_type=TypeId(name="n", version="1"))
    assert client.call(request).type_info.creation_date == 1_700_000_000.123


def test_a_filter_sends_its_timestamps_as_numbers(client, fake):
    fake.answer = {"count": 3}
    since = ExecutionTimeFilter(oldest_date=1_700_000_000.0)
    counted = client.call(CountOpenWorkflowExecutions(domain="d", start_time_filter=since))
    assert counted == WorkflowExecutionCount(count=3)
    assert fake.calls[0][1]["startTimeFilter"] == {"oldestDate": 1_700_000_000.0}


def test_an_event_of_an_unknown_type_is_left_out(client, fake):
    moment = dt.datetime(2023, 11, 14, tzinfo=dt.UTC)
    fake.answer = {
        "events": [
            {"eventId": 1, "eventTimestamp": moment, "eventType": "TimerCancelled"},
            {
                "eventId": 2,
                "eventTimestamp": moment,
                "eventType": "DecisionTaskScheduled",
                "decisionTaskScheduledEventAttributes": {"taskList": {"name": "l"}},
            },
        ]
    }
    execution = ExecutionId(workflow_id="w", run_id="r")
    history = client.call(GetWorkflowExecutionHistory(domain="d", execution=execution))
    assert [event.event_id for event in history.events] == [2]


@pytest.mark.parametrize(
    "answer", [{}, {"startedEventId": 0}, {"previousStartedEventId": 0, "startedEventId": 0}]
)
def test_a_poll_without_a_task_has_an_empty_token(client, fake, answer):
    fake.answer = answer
    found = client.call(PollForDecisionTask(domain="d", task_list=TaskList(name="l")))
    assert found.task_token == ""


def test_a_refusal_is_the_fault_of_that_name(client, fake):
    fake.answer = refusal("UnknownResourceFault", "Unknown domain: d")
    with pytest.raises(UnknownResourceFault, match="Unknown domain: d"):
        client.call(DESCRIBE)
    fake.answer = refusal("NewFault", "something new")
    with pytest.raises(Fault, match="NewFault: something new"):
        client.call(DESCRIBE)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal("500", "Internal", 500), ServiceUnavailable),
        (exceptions.EndpointConnectionError(endpoint_url="http://x"), ServiceUnavailable),
        (exceptions.ReadTimeoutError(endpoint_url="http://x"), ServiceUnavailable),
        (exceptions.ConnectionClosedError(endpoint_url="http://x"), ServiceUnavailable),
        (exceptions.NoCredentialsError(), AccessDeniedException),
        (exceptions.ParamValidationError(report="name"), ValidationException),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_of_botocore_is_one_of_ours(client, fake, error, expected):
    fake.answer = error
    with pytest.raises(expected) as caught:
        client.call(DESCRIBE)
    assert caught.value.__cause__ is error
    assert str(caught.value)


def test_an_answer_that_cannot_be_read_is_unavailability(client, fake):
    fake.answer = {"domainInfo": 5}
    with pytest.raises(ServiceUnavailable, match="DescribeDomain cannot be read"):
        client.call(DESCRIBE)


def test_after_an_interruption_no_poll_is_sent(client, fake):
    client.interrupt()
    poll = PollForActivityTask(domain="d", task_list=TaskList(name="l"))
    decide = PollForDecisionTask(domain="d", task_list=TaskList(name="l"))
    assert (client.call(poll), client.call(decide)) == (ActivityTask(), DecisionTask())
    assert fake.calls == []


@pytest.mark.parametrize(
    "request_",
    [
        DescribeOpenActivityTasks(domain="d", execution=ExecutionId(workflow_id="w", run_id="r")),
        EndPolls(client="c"),
        LeaveTaskList(domain="d", task_list=TaskList(name="l")),
    ],
)
def test_what_amazon_does_not_offer_is_an_unknown_operation_and_not_sent(client, fake, request_):
    with pytest.raises(UnknownOperationException, match=type(request_).__name__):
        client.call(request_)
    assert fake.calls == []


def test_another_client_polls_on_and_leaves_the_boto3_client_open(client, fake):
    client.interrupt()
    other = client.another()
    other.call(PollForActivityTask(domain="d", task_list=TaskList(name="l")))
    assert [name for name, _ in fake.calls] == ["poll_for_activity_task"]
    other.close()
    assert not fake.closed


def test_closing_closes_the_boto3_client(client, fake):
    client.close()
    assert fake.closed


def test_without_boto3_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(FlowyError, match=r"pip install flowy\[aws\]"):
        adapter.amazon()


def test_without_a_region_the_error_says_so(monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(FlowyError, match="region"):
        adapter.amazon()
    made = adapter.amazon("eu-west-1")
    assert isinstance(made, Boto3Client)
    made.close()
