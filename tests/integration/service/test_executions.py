"""Executions from start to close on SQLite, with messages between them."""

import json

import pytest

from flowy.clock import ManualClock
from flowy.protocol import decisions as d
from flowy.protocol.faults import (
    LimitExceededFault,
    UnknownResourceFault,
    ValidationException,
    WorkflowExecutionAlreadyStartedFault,
)
from flowy.protocol.ids import ExecutionId, TaskList
from flowy.protocol.requests.activity_tasks import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.requests.decision_tasks import PollForDecisionTask, RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import (
    DescribeWorkflowExecution,
    GetWorkflowExecutionHistory,
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    TerminateWorkflowExecution,
)
from flowy.service.operations.quotas import Quotas
from flowy.service.server import Service
from tests.integration.service.driving import DOMAIN, Driver, child, complete, schedule, timer

ROUND_TRIP = [
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


def describe(driver: Driver, execution: ExecutionId):
    return driver.client.call(DescribeWorkflowExecution(domain=DOMAIN, execution=execution))


def test_an_execution_runs_from_start_to_close(driver: Driver):
    execution = driver.start(input="in")
    driver.decide(schedule(input="onions"))
    task = driver.poll_activity(identity="cook")
    assert (task.activity_id, task.input) == ("1", "onions")
    assert task.workflow_execution == execution
    driver.client.call(RespondActivityTaskCompleted(task_token=task.task_token, result="cut"))
    last = driver.decide(complete("soup"))
    assert last.previous_started_event_id == 3
    assert driver.names(execution) == ROUND_TRIP
    detail = describe(driver, execution)
    assert detail.execution_info.close_status == "COMPLETED"
    assert detail.open_counts.open_activity_tasks == 0


def test_an_open_execution_is_described(driver: Driver, clock: ManualClock):
    execution = driver.start(tag_list=("hot",), task_priority="3")
    driver.decide(schedule("1"), schedule("2"), timer("t", 10), execution_context="chopping")
    detail = describe(driver, execution)
    assert detail.execution_info.execution_status == "OPEN"
    assert detail.execution_info.start_timestamp == clock.now()
    assert detail.execution_info.tag_list == ("hot",)
    assert detail.open_counts.open_activity_tasks == 2
    assert detail.open_counts.open_timers == 1
    assert detail.open_counts.open_decision_tasks == 0
    assert detail.latest_execution_context == "chopping"
    assert detail.execution_configuration.task_priority == "3"


def test_a_workflow_has_one_open_run_and_a_new_one_after_it(driver: Driver):
    first = driver.start()
    with pytest.raises(WorkflowExecutionAlreadyStartedFault):
        driver.start()
    driver.decide(complete())
    second = driver.start()
    assert second.run_id != first.run_id
    assert second.run_id.endswith("=")


def test_the_quota_of_open_executions_is_kept_through_closes(clock: ManualClock):
    service = Service(clock=clock, limits=Quotas(open_executions=2))
    driver = Driver(service).register()
    driver.start("a")
    driver.start("b")
    with pytest.raises(LimitExceededFault):
        driver.start("c")
    driver.decide(complete())
    driver.start("c")
    with pytest.raises(LimitExceededFault):
        driver.start("d")
    service.close()


@pytest.mark.parametrize(
    "request_class",
    [
        RequestCancelWorkflowExecution,
        TerminateWorkflowExecution,
    ],
)
def test_what_is_unknown_or_closed_cannot_be_acted_on(driver: Driver, request_class: type):
    with pytest.raises(UnknownResourceFault, match="Unknown execution, workflowId = x"):
        driver.client.call(request_class(domain=DOMAIN, workflow_id="x"))
    closed = driver.start()
    driver.decide(complete())
    with pytest.raises(UnknownResourceFault, match=rf"workflowId=soup, runId={closed.run_id}"):
        driver.client.call(request_class(domain=DOMAIN, workflow_id="soup", run_id=closed.run_id))


def test_a_signal_and_a_cancel_request_wake_the_decider_and_a_termination_closes(driver: Driver):
    execution = driver.start()
    driver.decide()
    assert not driver.client.reply(_decision_poll()).typed().task_token
    driver.client.call(
        SignalWorkflowExecution(domain=DOMAIN, workflow_id="soup", signal_name="s", input="i")
    )
    driver.decide()
    driver.client.call(RequestCancelWorkflowExecution(domain=DOMAIN, workflow_id="soup"))
    assert describe(driver, execution).execution_info.cancel_requested
    task = driver.poll_decision()
    driver.client.call(
        TerminateWorkflowExecution(domain=DOMAIN, workflow_id="soup", reason="enough")
    )
    assert driver.names(execution)[-1] == "WorkflowExecutionTerminated"
    with pytest.raises(UnknownResourceFault):
        driver.client.call(RespondDecisionTaskCompleted(task_token=task.task_token))


def _decision_poll():
    return PollForDecisionTask(domain=DOMAIN, task_list=TaskList(name="decisions"))


def test_a_token_is_good_once_and_rubbish_never(driver: Driver):
    driver.start()
    task = driver.decide(schedule())
    with pytest.raises(UnknownResourceFault):
        driver.client.call(RespondDecisionTaskCompleted(task_token=task.task_token))
    activity = driver.act()
    with pytest.raises(UnknownResourceFault, match="Unknown activity, scheduledEventId = 5"):
        driver.client.call(RespondActivityTaskCompleted(task_token=activity.task_token))
    with pytest.raises(ValidationException, match="Invalid token"):
        driver.client.call(RespondActivityTaskCompleted(task_token="rubbish"))


def test_late_answers_to_a_closed_execution_read_no_history(driver: Driver):
    driver.start("a")
    driver.decide(schedule("1"), schedule("2"))
    tasks = [driver.poll_activity(), driver.poll_activity()]
    service = driver.client
    service.call(TerminateWorkflowExecution(domain=DOMAIN, workflow_id="a"))
    misses = service.figures().state_misses
    for task in tasks:
        with pytest.raises(UnknownResourceFault):
            service.call(RespondActivityTaskCompleted(task_token=task.task_token))
    assert service.figures().state_misses == misses


def test_an_invalid_decision_records_nothing_and_keeps_the_token(driver: Driver):
    execution = driver.start()
    task = driver.poll_decision()
    before = driver.history(execution)
    with pytest.raises(ValidationException, match="Close must be last"):
        driver.client.call(
            RespondDecisionTaskCompleted(
                task_token=task.task_token, decisions=(complete(), schedule())
            )
        )
    assert driver.history(execution) == before
    driver.client.call(
        RespondDecisionTaskCompleted(task_token=task.task_token, decisions=(complete(),))
    )


def test_an_activity_fails_or_is_cancelled_through_its_heartbeat(driver: Driver):
    execution = driver.start()
    driver.decide(schedule("1"))
    task = driver.poll_activity()
    beat = RecordActivityTaskHeartbeat(task_token=task.task_token, details="half")
    assert not driver.client.call(beat).cancel_requested
    driver.client.call(SignalWorkflowExecution(domain=DOMAIN, workflow_id="soup", signal_name="s"))
    cancel = d.RequestCancelActivityTask(
        attributes=d.RequestCancelActivityTaskAttributes(activity_id="1")
    )
    driver.decide(cancel, schedule("2"))
    assert driver.client.call(beat).cancel_requested
    driver.client.call(RespondActivityTaskCanceled(task_token=task.task_token, details="ok"))
    other = driver.poll_activity()
    driver.client.call(RespondActivityTaskFailed(task_token=other.task_token, reason="burnt"))
    names = driver.names(execution)
    assert "ActivityTaskCanceled" in names
    assert "ActivityTaskFailed" in names
    with pytest.raises(UnknownResourceFault):
        driver.client.call(beat)


def test_tasks_are_handed_out_by_priority_then_arrival(driver: Driver, clock: ManualClock):
    driver.start("low")
    clock.advance(1)
    driver.start("first-high", task_priority="5")
    clock.advance(1)
    driver.start("second-high", task_priority="5")
    clock.advance(1)
    driver.start("negative", task_priority="-1")
    order = [driver.decide().workflow_execution.workflow_id for _ in range(4)]
    assert order == ["first-high", "second-high", "low", "negative"]


def test_a_parent_hears_of_its_child_in_the_same_transaction(driver: Driver):
    parent = driver.start("parent")
    driver.decide(child("child", input="from parent"))
    names = driver.names(parent)
    assert names[-3:] == [
        "StartChildWorkflowExecutionInitiated",
        "ChildWorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]
    tasks = {task.workflow_execution.workflow_id: task for task in _take(driver, 2)}
    assert set(tasks) == {"parent", "child"}
    driver.client.call(
        RespondDecisionTaskCompleted(
            task_token=tasks["child"].task_token, decisions=(complete("cooked"),)
        )
    )
    assert driver.names(parent)[-2:] == ["ChildWorkflowExecutionCompleted", "DecisionTaskScheduled"]
    closed = driver.history(parent)[-2]
    assert closed.attributes.result == "cooked"


def _take(driver: Driver, count: int):
    return [driver.poll_decision() for _ in range(count)]


def test_the_child_policy_of_a_terminated_parent_reaches_grandchildren(driver: Driver):
    parent = driver.start("parent")
    driver.decide(child("child"))
    for task in _take(driver, 2):
        name = task.workflow_execution.workflow_id
        decisions = (child("grandchild"),) if name == "child" else ()
        driver.client.call(
            RespondDecisionTaskCompleted(task_token=task.task_token, decisions=decisions)
        )
    driver.client.call(TerminateWorkflowExecution(domain=DOMAIN, workflow_id="parent"))
    assert driver.names(parent)[-1] == "WorkflowExecutionTerminated"
    for name in ("child", "grandchild"):
        with pytest.raises(UnknownResourceFault):
            driver.client.call(
                SignalWorkflowExecution(domain=DOMAIN, workflow_id=name, signal_name="s")
            )


def test_executions_signal_and_cancel_each_other(driver: Driver):
    target = driver.start("target")
    driver.decide()
    sender = driver.start("sender")
    driver.decide(
        d.SignalExternalWorkflowExecution(
            attributes=d.SignalExternalWorkflowExecutionAttributes(
                workflow_id="target", signal_name="hello"
            )
        ),
        d.RequestCancelExternalWorkflowExecution(
            attributes=d.RequestCancelExternalWorkflowExecutionAttributes(workflow_id="nobody")
        ),
    )
    assert "WorkflowExecutionSignaled" in driver.names(target)
    names = driver.names(sender)
    assert "ExternalWorkflowExecutionSignaled" in names
    assert "RequestCancelExternalWorkflowExecutionFailed" in names


def test_a_run_continues_as_new(driver: Driver):
    first = driver.start()
    driver.decide(
        d.ContinueAsNewWorkflowExecution(
            attributes=d.ContinueAsNewWorkflowExecutionAttributes(input="again")
        )
    )
    assert driver.names(first)[-1] == "WorkflowExecutionContinuedAsNew"
    task = driver.decide(complete())
    assert task.workflow_execution.workflow_id == "soup"
    assert task.events[0].attributes.continued_execution_run_id == first.run_id


def test_a_history_is_read_in_pages_both_ways(driver: Driver):
    execution = driver.start()
    driver.decide(schedule("1"))
    driver.act()

    def pages(**settings: object) -> list[list[int]]:
        found, token = [], None
        while True:
            page = driver.client.call(
                GetWorkflowExecutionHistory(
                    domain=DOMAIN, execution=execution, next_page_token=token, **settings
                )
            )
            found.append([event.event_id for event in page.events])
            token = page.next_page_token
            if token is None:
                return found

    assert pages(maximum_page_size=3) == [[1, 2, 3], [4, 5, 6], [7, 8]]
    assert pages(maximum_page_size=3, reverse_order=True) == [[8, 7, 6], [5, 4, 3], [2, 1]]
    assert pages(maximum_page_size=4) == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert pages() == [[1, 2, 3, 4, 5, 6, 7, 8]]


def test_the_history_of_what_does_not_exist_is_refused(driver: Driver):
    unknown = ExecutionId(workflow_id="x", run_id="y")
    with pytest.raises(UnknownResourceFault, match="workflowId=x, runId=y"):
        driver.history(unknown)
    with pytest.raises(UnknownResourceFault, match="workflowId=x, runId=y"):
        describe(driver, unknown)


def test_a_decision_task_comes_in_pages_without_recording_more(driver: Driver):
    execution = driver.start()
    driver.decide(schedule("1"))
    driver.act()
    first = driver.poll_decision(maximum_page_size=4)
    assert [event.event_id for event in first.events] == [1, 2, 3, 4]
    driver.client.call(SignalWorkflowExecution(domain=DOMAIN, workflow_id="soup", signal_name="s"))
    second = driver.poll_decision(maximum_page_size=4, next_page_token=first.next_page_token)
    assert second.task_token == first.task_token
    assert second.started_event_id == first.started_event_id == 9
    third = driver.poll_decision(maximum_page_size=4, next_page_token=second.next_page_token)
    assert [event.event_id for event in third.events] == [9]
    assert third.next_page_token is None
    assert driver.names(execution).count("DecisionTaskStarted") == 2
    with pytest.raises(ValidationException, match="Invalid token"):
        driver.client.call(
            GetWorkflowExecutionHistory(
                domain=DOMAIN, execution=execution, next_page_token=first.next_page_token
            )
        )


def test_a_decision_task_can_begin_at_the_previous_started_event(driver: Driver):
    driver.start()
    driver.decide(schedule("1"))
    driver.act()
    task = driver.poll_decision(start_at_previous_started_event=True)
    assert [event.event_id for event in task.events] == [3, 4, 5, 6, 7, 8, 9]
    assert task.previous_started_event_id == 3


def test_a_decision_task_can_come_in_reverse(driver: Driver):
    driver.start()
    task = driver.poll_decision(reverse_order=True, maximum_page_size=2)
    assert [event.event_id for event in task.events] == [3, 2]
    rest = driver.poll_decision(
        reverse_order=True, maximum_page_size=2, next_page_token=task.next_page_token
    )
    assert [event.event_id for event in rest.events] == [1]


def test_the_bytes_for_the_wire_say_what_the_values_say(driver: Driver):
    execution = driver.start()
    driver.decide(schedule("1"))
    request = GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution, maximum_page_size=3)
    body = driver.client.serve(request)
    assert body is not None
    found = json.loads(body)
    assert [event["eventId"] for event in found["events"]] == [1, 2, 3]
    assert found["nextPageToken"]
    driver.act()
    polled = json.loads(driver.client.serve(_decision_poll()))
    assert polled["events"][-1]["eventType"] == "DecisionTaskStarted"
    assert driver.client.serve(_decision_poll()) is None


def test_a_history_at_its_limit_is_terminated(clock: ManualClock):
    service = Service(clock=clock, limits=Quotas(events=12))
    driver = Driver(service).register()
    execution = driver.start()
    for number in range(20):
        try:
            driver.client.call(
                SignalWorkflowExecution(domain=DOMAIN, workflow_id="soup", signal_name=f"s{number}")
            )
        except UnknownResourceFault:
            break
    last = driver.history(execution)[-1]
    assert last.event_id == 12
    assert last.attributes.cause == "EVENT_LIMIT_EXCEEDED"
    service.close()


def test_sticky_decisions_go_to_their_own_list_and_back_when_nobody_comes(
    driver: Driver, clock: ManualClock
):
    driver.start()
    sticky = TaskList(name="sticky")
    driver.decide(task_list=sticky, task_list_schedule_to_start_timeout="5")
    driver.client.call(SignalWorkflowExecution(domain=DOMAIN, workflow_id="soup", signal_name="s"))
    assert not driver.poll_decision().task_token
    clock.advance(5)
    driver.client.run_due()
    assert not driver.poll_decision(task_list=sticky).task_token
    assert driver.poll_decision().task_token
