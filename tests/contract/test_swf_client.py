"""Every SwfClient carries one execution from its registration to its history."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from moto.backends import get_backend
from moto.server import ThreadedMotoServer
from msgspec import structs

from flowy.protocol.client import SwfClient
from flowy.protocol.decisions import (
    CancelTimer,
    CancelTimerAttributes,
    CompleteWorkflowExecution,
    CompleteWorkflowExecutionAttributes,
    RecordMarker,
    RecordMarkerAttributes,
    ScheduleActivityTask,
    ScheduleActivityTaskAttributes,
    StartTimer,
    StartTimerAttributes,
)
from flowy.protocol.executions import ExecutionTimeFilter
from flowy.protocol.faults import (
    DomainAlreadyExistsFault,
    UnknownResourceFault,
    ValidationException,
    WorkflowExecutionAlreadyStartedFault,
)
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCompleted,
)
from flowy.protocol.requests.activity_types import RegisterActivityType
from flowy.protocol.requests.decision_tasks import PollForDecisionTask, RespondDecisionTaskCompleted
from flowy.protocol.requests.domains import DescribeDomain, ListDomains, RegisterDomain
from flowy.protocol.requests.executions import (
    DescribeWorkflowExecution,
    GetWorkflowExecutionHistory,
    SignalWorkflowExecution,
    StartWorkflowExecution,
)
from flowy.protocol.requests.visibility import ListOpenWorkflowExecutions
from flowy.protocol.requests.workflow_types import DescribeWorkflowType, RegisterWorkflowType
from flowy.protocol.tasks import ActivityTask, DecisionTask
from flowy.service.client import EmbeddedClient
from flowy.service.http.serve import HttpServer
from flowy.service.server import Service
from flowy.swf.client import Boto3Client
from flowy.swf.http import HttpClient

DOMAIN = "contract"
DECISIONS = TaskList(name="decisions")
ACTIVITIES = TaskList(name="activities")
WORKFLOW = TypeId(name="Order", version="1")
ACTIVITY = TypeId(name="Pay", version="2")


def boto3_client(endpoint: str) -> Boto3Client:
    return Boto3Client(
        boto3.client(
            "swf",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
    )


@pytest.fixture
def moto() -> Iterator[SwfClient]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    client = boto3_client("http://{}:{}".format(*server.get_host_and_port()))
    yield client
    client.close()
    server.stop()
    # moto keeps its state in the process, not in the server.
    get_backend("swf").reset()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(f"sqlite:///{tmp_path / 'flowy.db'}?synchronous=normal") as running:
        yield running


@pytest.fixture
def embedded(service: Service) -> Iterator[SwfClient]:
    client = EmbeddedClient(service)
    yield client
    client.close()


@pytest.fixture
def endpoint(service: Service) -> Iterator[str]:
    server = HttpServer(service)
    yield server.start()
    server.stop()


@pytest.fixture
def http(endpoint: str) -> Iterator[SwfClient]:
    client = HttpClient(endpoint)
    yield client
    client.close()


@pytest.fixture
def boto(endpoint: str) -> Iterator[SwfClient]:
    client = boto3_client(endpoint)
    yield client
    client.close()


@pytest.fixture
def postgresql_client(postgresql_url: str) -> Iterator[SwfClient]:
    client = EmbeddedClient(Service(postgresql_url).start(), owns_service=True)
    yield client
    client.close()


@pytest.fixture(params=["embedded", "http", "boto", "moto", "postgresql_client"])
def client(request: pytest.FixtureRequest) -> SwfClient:
    return request.getfixturevalue(request.param)


@pytest.fixture
def registered(client: SwfClient) -> SwfClient:
    client.call(RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="1"))
    client.call(
        RegisterWorkflowType(
            domain=DOMAIN,
            name=WORKFLOW.name,
            version=WORKFLOW.version,
            default_task_list=DECISIONS,
            default_child_policy="TERMINATE",
            default_task_start_to_close_timeout="60",
            default_execution_start_to_close_timeout="3600",
        )
    )
    client.call(
        RegisterActivityType(
            domain=DOMAIN,
            name=ACTIVITY.name,
            version=ACTIVITY.version,
            default_task_list=ACTIVITIES,
            default_task_heartbeat_timeout="60",
            default_task_schedule_to_start_timeout="60",
            default_task_schedule_to_close_timeout="60",
            default_task_start_to_close_timeout="60",
        )
    )
    return client


def start(client: SwfClient, workflow_id: str = "order-1") -> ExecutionId:
    run = client.call(
        StartWorkflowExecution(
            domain=DOMAIN,
            workflow_id=workflow_id,
            workflow_type=WORKFLOW,
            input="[[1], {}]",
            tag_list=("blue",),
        )
    )
    assert run.run_id
    return ExecutionId(workflow_id=workflow_id, run_id=run.run_id)


def poll_decision(client: SwfClient) -> DecisionTask:
    request = PollForDecisionTask(domain=DOMAIN, task_list=DECISIONS, identity="decider")
    return client.call(request)


def poll_activity(client: SwfClient) -> ActivityTask:
    request = PollForActivityTask(domain=DOMAIN, task_list=ACTIVITIES, identity="worker")
    return client.call(request)


def test_one_execution_from_start_to_history(registered):
    client = registered
    execution = start(client)

    task = poll_decision(client)
    assert task.task_token
    assert (task.workflow_execution, task.workflow_type) == (execution, WORKFLOW)
    assert task.events[0].attributes.input == "[[1], {}]"
    attributes = ScheduleActivityTaskAttributes(
        activity_type=ACTIVITY, activity_id="pay-1", input="[[2], {}]"
    )
    client.call(
        RespondDecisionTaskCompleted(
            task_token=task.task_token,
            decisions=(ScheduleActivityTask(attributes=attributes),),
            execution_context="waiting for the payment",
        )
    )

    detail = client.call(DescribeWorkflowExecution(domain=DOMAIN, execution=execution))
    assert detail.execution_info.execution_status == "OPEN"
    assert detail.open_counts.open_activity_tasks == 1
    assert detail.latest_execution_context == "waiting for the payment"

    work = poll_activity(client)
    assert (work.activity_id, work.activity_type, work.input) == ("pay-1", ACTIVITY, "[[2], {}]")
    assert work.workflow_execution == execution
    heartbeat = RecordActivityTaskHeartbeat(task_token=work.task_token, details="half")
    assert client.call(heartbeat).cancel_requested is False
    client.call(RespondActivityTaskCompleted(task_token=work.task_token, result="3"))

    task = poll_decision(client)
    assert task.previous_started_event_id == 3
    done = CompleteWorkflowExecutionAttributes(result="4")
    client.call(
        RespondDecisionTaskCompleted(
            task_token=task.task_token, decisions=(CompleteWorkflowExecution(attributes=done),)
        )
    )

    history = client.call(GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution))
    assert [type(event).__name__ for event in history.events] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskCompleted",
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskCompleted",
        "WorkflowExecutionCompleted",
    ]
    assert [event.event_id for event in history.events] == list(range(1, 12))
    assert history.events[6].attributes.result == "3"
    assert history.events[-1].attributes.result == "4"
    detail = client.call(DescribeWorkflowExecution(domain=DOMAIN, execution=execution))
    assert detail.execution_info.close_status == "COMPLETED"
    assert detail.execution_info.tag_list == ("blue",)


def test_what_the_service_refuses_is_the_fault_of_that_name(registered):
    client = registered
    with pytest.raises(UnknownResourceFault, match="Unknown domain: nowhere"):
        client.call(DescribeDomain(name="nowhere"))
    with pytest.raises(DomainAlreadyExistsFault):
        client.call(RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="1"))
    start(client)
    with pytest.raises(WorkflowExecutionAlreadyStartedFault):
        start(client)


def test_what_was_registered_is_described(registered):
    domains = registered.call(ListDomains(registration_status="REGISTERED"))
    assert [info.name for info in domains.domain_infos] == [DOMAIN]
    found = registered.call(DescribeWorkflowType(domain=DOMAIN, workflow_type=WORKFLOW))
    assert found.type_info.workflow_type == WORKFLOW
    assert found.configuration.default_task_list == DECISIONS
    assert found.configuration.default_child_policy == "TERMINATE"
    assert found.type_info.creation_date > 1_000_000_000


def test_an_open_execution_is_listed(registered):
    execution = start(registered)
    since = ExecutionTimeFilter(oldest_date=0.0)
    found = registered.call(ListOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=since))
    assert [info.execution for info in found.execution_infos] == [execution]


def test_a_cancelled_timer_leaves_a_readable_history(registered):
    execution = start(registered)
    task = poll_decision(registered)
    timer = StartTimerAttributes(timer_id="t", start_to_fire_timeout="60")
    registered.call(
        RespondDecisionTaskCompleted(
            task_token=task.task_token,
            decisions=(
                StartTimer(attributes=timer),
                CancelTimer(attributes=CancelTimerAttributes(timer_id="t")),
            ),
        )
    )
    history = registered.call(GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution))
    assert "TimerStarted" in {type(event).__name__ for event in history.events}


def test_an_interrupted_client_polls_no_more_but_still_answers(registered):
    start(registered)
    task = poll_decision(registered)
    registered.interrupt()
    assert poll_activity(registered) == ActivityTask()
    assert poll_decision(registered) == DecisionTask()
    registered.call(RespondDecisionTaskCompleted(task_token=task.task_token))


# moto has no long polls and waits for nobody; the rest is for those that do.
waiting = pytest.mark.parametrize("client", ["embedded", "http", "boto"], indirect=True)


@waiting
def test_a_waiting_poll_gets_the_task_as_soon_as_there_is_one(registered):
    with ThreadPoolExecutor() as threads:
        poll = threads.submit(poll_decision, registered)
        execution = start(registered)
        assert poll.result(10).workflow_execution == execution


@waiting
def test_a_task_goes_to_one_of_those_who_wait(registered):
    with ThreadPoolExecutor() as threads:
        polls = [threads.submit(poll_decision, registered) for _ in range(4)]
        executions = {start(registered, f"order-{n}") for n in range(4)}
        assert {poll.result(10).workflow_execution for poll in polls} == executions


@waiting
def test_a_long_history_comes_in_pages(registered):
    execution = start(registered)
    task = poll_decision(registered)
    marker = RecordMarkerAttributes(marker_name="step", details="x")
    registered.call(
        RespondDecisionTaskCompleted(
            task_token=task.task_token,
            decisions=tuple(RecordMarker(attributes=marker) for _ in range(20)),
        )
    )
    registered.call(SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="go"))
    page = PollForDecisionTask(domain=DOMAIN, task_list=DECISIONS, maximum_page_size=7)
    task = first = registered.call(page)
    events = list(task.events)
    while task.next_page_token:
        assert len(task.events) == 7
        task = registered.call(structs.replace(page, next_page_token=task.next_page_token))
        assert (task.task_token, task.started_event_id) == (
            first.task_token,
            first.started_event_id,
        )
        events.extend(task.events)
    assert [event.event_id for event in events] == list(range(1, first.started_event_id + 1))
    whole = registered.call(GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution))
    assert whole.events == tuple(events)


@waiting
def test_a_request_that_breaks_limits_is_refused_with_all_its_violations(registered):
    bad = StartWorkflowExecution(
        domain="", workflow_id="w" * 257, workflow_type=WORKFLOW, tag_list=("a",) * 6
    )
    with pytest.raises(ValidationException) as caught:
        registered.call(bad)
    # boto3 looks at lengths before it sends anything, and says it in its own words.
    assert "domain" in str(caught.value)
