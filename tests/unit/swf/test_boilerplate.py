"""The documented ways in: what they scan, register, poll and leave alone."""

import inspect
import json

import pytest

from flowy.protocol.decisions import CompleteWorkflowExecution
from flowy.protocol.faults import TypeAlreadyExistsFault, UnknownResourceFault
from flowy.protocol.ids import TypeId
from flowy.protocol.registration import (
    ActivityTypeConfiguration,
    ActivityTypeDetail,
    ActivityTypeInfo,
)
from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.requests.activity_types import DescribeActivityType, RegisterActivityType
from flowy.protocol.requests.decision_tasks import (
    PollForDecisionTask,
    RespondDecisionTaskCompleted,
)
from flowy.protocol.requests.workflow_types import RegisterWorkflowType
from flowy.protocol.tasks import ActivityTaskStatus, DecisionTask
from flowy.swf import boilerplate
from flowy.task import Workflow
from tests.unit.decider.simulator import Simulator
from tests.unit.swf import shop
from tests.unit.worker.fakes import EXECUTION, FakeClient, activity_task

PACK = TypeId(name="pack", version="1")


@pytest.fixture
def client():
    return FakeClient()


def test_the_signatures_are_the_documented_ones():
    def shown(function):
        parameters = inspect.signature(function).parameters.values()
        return ", ".join(
            p.name if p.default is p.empty else f"{p.name}={p.default}"
            for p in parameters
            if p.kind is not p.KEYWORD_ONLY
        )

    worker = "domain, task_list, layer1=None, reg_remote=True, loop=-1, package=None, ignore=None"
    assert shown(boilerplate.start_activity_worker) == worker
    assert shown(boilerplate.start_workflow_worker) == worker
    assert shown(boilerplate.async_scheduler) == "domain, layer1=None"
    assert shown(boilerplate.workflow_starter) == (
        "domain, name, version, task_list=None, decision_duration=None, workflow_duration=None, "
        "layer1=None"
    )


def test_an_activity_worker_registers_polls_and_answers(client):
    client.answer(PollForActivityTask, activity_task('[["hat"], {}]', PACK))
    boilerplate.start_activity_worker("photos", "parcels", client, loop=1, package=shop)
    assert [request.name for request in client.of(RegisterActivityType)] == ["pack"]
    assert client.of(RegisterWorkflowType) == []
    assert client.of(PollForActivityTask)[0].task_list.name == "parcels"
    assert client.of(RespondActivityTaskCompleted)[0].result == '"hat in a box"'


def test_a_workflow_worker_registers_polls_and_answers(client):
    simulator = Simulator(Workflow, "hat")
    started = simulator.start_decision()
    client.answer(
        PollForDecisionTask,
        DecisionTask(
            task_token="token",
            started_event_id=started.event_id,
            workflow_execution=EXECUTION,
            workflow_type=TypeId(name="order", version="1"),
            events=tuple(simulator.events),
        ),
    )
    boilerplate.start_workflow_worker("photos", "deciders", client, loop=1, package=shop)
    assert [request.name for request in client.of(RegisterWorkflowType)] == ["order"]
    assert client.of(RegisterActivityType) == []
    (decision,) = client.of(RespondDecisionTaskCompleted)[0].decisions
    assert isinstance(decision, CompleteWorkflowExecution)
    assert json.loads(decision.attributes.result) == "hat"


def test_without_remote_registration_only_the_polls_are_sent(client):
    boilerplate.start_activity_worker("photos", "p", client, reg_remote=False, loop=0, package=shop)
    assert client.sent == []


def test_the_callers_package_is_scanned_when_none_is_named(client):
    boilerplate.start_activity_worker("photos", "parcels", client, loop=0)
    assert "pack" in [request.name for request in client.of(RegisterActivityType)]


def test_what_is_ignored_is_not_scanned(client):
    boilerplate.start_activity_worker(
        "photos", "p", client, loop=0, package=shop, ignore=lambda name: name.endswith("Pack")
    )
    assert client.of(RegisterActivityType) == []


def test_a_type_registered_differently_ends_the_program_with_1_and_says_what(client, caplog):
    client.always(RegisterActivityType, TypeAlreadyExistsFault("pack"))
    client.always(
        DescribeActivityType,
        ActivityTypeDetail(
            type_info=ActivityTypeInfo(activity_type=PACK, status="REGISTERED", creation_date=0.0),
            configuration=ActivityTypeConfiguration(),
        ),
    )
    with pytest.raises(SystemExit) as caught:
        boilerplate.start_activity_worker("photos", "p", client, package=shop)
    assert caught.value.code == 1
    assert client.of(PollForActivityTask) == []
    assert "activity pack 1 in domain photos: heartbeat: ours 30, theirs NONE" in caplog.text


def test_the_async_scheduler_answers_by_token(client):
    scheduler = boilerplate.async_scheduler("photos", client)
    assert scheduler.heartbeat("t") is True
    assert scheduler.complete("t", {"a": [1]}) is True
    assert scheduler.fail("t", "x" * 300) is True
    assert scheduler.suspend("t") is True
    assert len(client.sent) == 3
    assert client.of(RespondActivityTaskCompleted)[0].result == '{"a":[1]}'
    assert client.of(RespondActivityTaskFailed)[0].reason == "x" * 256


def test_the_async_scheduler_reports_and_answers_a_cancel_request(client):
    scheduler = boilerplate.async_scheduler("photos", client)
    assert scheduler.heartbeat("t", "half") is True
    assert scheduler.cancel_requested("t") is False
    client.always(RecordActivityTaskHeartbeat, ActivityTaskStatus(cancel_requested=True))
    assert scheduler.cancel_requested("t") is True
    assert scheduler.cancel("t", "stopped at row 9") is True
    client.always(RecordActivityTaskHeartbeat, UnknownResourceFault("closed"))
    assert scheduler.cancel_requested("t") is None
    assert client.of(RecordActivityTaskHeartbeat)[0].details == "half"
    (canceled,) = client.of(RespondActivityTaskCanceled)
    assert canceled.details == "stopped at row 9"


def test_the_async_scheduler_tells_when_the_service_does_not_accept(client):
    gone = UnknownResourceFault("gone")
    for request_class in (
        RecordActivityTaskHeartbeat,
        RespondActivityTaskCompleted,
        RespondActivityTaskFailed,
    ):
        client.always(request_class, gone)
    scheduler = boilerplate.async_scheduler("photos", client)
    assert scheduler.heartbeat("t") is False
    assert scheduler.complete("t", 1) is False
    assert scheduler.fail("t", "why") is False


def test_a_starter_is_made_for_the_domain_and_type(client):
    start = boilerplate.workflow_starter("photos", "order", 1, "fast", 5, 50, client)
    assert start("hat") == "run-1"
    (request,) = client.sent
    assert (request.domain, str(request.workflow_type)) == ("photos", "order 1")
    assert (request.task_start_to_close_timeout, request.execution_start_to_close_timeout) == (
        "5",
        "50",
    )


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        (boilerplate.start_activity_worker, "activity"),
        (boilerplate.start_workflow_worker, "workflow"),
    ],
)
def test_a_worker_that_serves_nothing_says_so(client, caplog, start, wanted):
    start("photos", "parcels", client, loop=0, package=json)
    assert f"no {wanted} was found, and what comes on task list parcels" in caplog.text
    caplog.clear()
    start("photos", "parcels", client, loop=0, package=shop)
    assert "was found" not in caplog.text
