"""Decision tasks: when one is scheduled, handed out, answered, and where it waits."""

import pytest

from flowy.protocol.faults import UnknownResourceFault, ValidationException
from flowy.protocol.ids import TaskList
from flowy.service.domain.tokens import TaskToken

STICKY = TaskList(name="sticky")


def test_a_decision_task_is_started_and_completed(world):
    world.start()
    token = world.take_decision()
    assert world.tasks == {}
    assert world.last("DecisionTaskStarted").attributes.identity == "decider"
    world.answer(token, execution_context="ctx")
    assert world.names() == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskCompleted",
    ]
    completed = world.last("DecisionTaskCompleted").attributes
    assert (completed.scheduled_event_id, completed.started_event_id) == (2, 3)
    state = world.states["run1"]
    assert state.execution_context == "ctx"
    assert state.previous_started_event_id == 3
    assert world.tasks == {}


def test_a_context_that_is_not_given_leaves_the_last_one(world):
    world.start()
    world.decide(execution_context="one")
    world.signal()
    world.decide()
    assert world.states["run1"].execution_context == "one"


def test_what_happens_while_one_is_worked_on_schedules_the_next_at_once(world):
    world.start()
    token = world.take_decision()
    world.signal()
    world.signal()
    assert world.names(since=2) == [
        "DecisionTaskStarted",
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "WorkflowExecutionSignaled",
    ]
    assert world.tasks == {}, "it is not handed out before the one in hand is over"
    world.answer(token)
    assert world.names(since=6) == ["DecisionTaskCompleted"]
    assert world.lists() == [("decision", "deciders")]


def test_a_second_decision_task_is_not_handed_out(world):
    world.start()
    world.take_decision()
    world.signal()
    with pytest.raises(UnknownResourceFault):
        world.take_decision()


def test_while_one_waits_no_second_is_scheduled(world):
    world.start()
    world.signal()
    assert world.names(since=1) == ["DecisionTaskScheduled", "WorkflowExecutionSignaled"]


@pytest.mark.parametrize(
    "closing",
    [
        "CompleteWorkflowExecution",
        "FailWorkflowExecution",
        "CancelWorkflowExecution",
        "ContinueAsNewWorkflowExecution",
    ],
)
def test_a_close_with_unseen_events_is_unhandled(world, ask, closing):
    world.start()
    token = world.take_decision()
    world.signal()
    marker = ask("RecordMarker", marker_name="m")
    world.answer(token, marker, ask(closing))
    assert world.names(since=5) == ["DecisionTaskCompleted", "MarkerRecorded", f"{closing}Failed"]
    failed = world.last(f"{closing}Failed").attributes
    assert failed.cause == "UNHANDLED_DECISION"
    assert failed.decision_task_completed_event_id == 6
    assert world.states["run1"].is_open
    assert world.lists() == [("decision", "deciders")]


def test_a_failed_decision_and_a_close_in_one_batch_close(world, ask):
    world.start()
    world.decide(ask("CancelTimer", timer_id="no"), ask("CompleteWorkflowExecution"))
    assert world.names(since=3) == [
        "DecisionTaskCompleted",
        "CancelTimerFailed",
        "WorkflowExecutionCompleted",
    ]


def test_many_failures_schedule_one_decision_task(world, ask):
    world.start()
    world.decide(
        ask("CancelTimer", timer_id="x"), ask("RequestCancelActivityTask", activity_id="y")
    )
    assert world.names(since=4) == [
        "CancelTimerFailed",
        "RequestCancelActivityTaskFailed",
        "DecisionTaskScheduled",
    ]
    assert len({event.event_timestamp for event in world.histories["run1"][3:]}) == 1


def test_a_close_must_be_last_and_the_token_stays_good(world, ask):
    world.start()
    token = world.take_decision()
    with pytest.raises(ValidationException) as caught:
        world.answer(token, ask("CompleteWorkflowExecution"), ask("RecordMarker", marker_name="m"))
    assert caught.value.message == "Close must be last decision in list"
    assert world.names(since=3) == []
    world.answer(token, ask("CompleteWorkflowExecution"))
    assert world.states["run1"].close_status == "COMPLETED"


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("StartTimer", {"timer_id": "a/b", "start_to_fire_timeout": "1"}),
        ("StartTimer", {"timer_id": "t", "start_to_fire_timeout": "NONE"}),
        ("StartTimer", {"timer_id": "t", "start_to_fire_timeout": "soon"}),
        ("CancelTimer", {"timer_id": "a:b"}),
        ("RequestCancelActivityTask", {"activity_id": "a|b"}),
        ("SignalExternalWorkflowExecution", {"workflow_id": "a:b", "signal_name": "s"}),
        ("RequestCancelExternalWorkflowExecution", {"workflow_id": "arn"}),
        ("ScheduleLambdaFunction", {"id": "i", "name": "n", "start_to_close_timeout": "901"}),
        ("ContinueAsNewWorkflowExecution", {"workflow_type_version": "1:2"}),
        ("ContinueAsNewWorkflowExecution", {"execution_start_to_close_timeout": "NONE"}),
    ],
)
def test_one_senseless_decision_refuses_the_whole_answer(world, ask, name, attributes):
    world.start()
    token = world.take_decision()
    with pytest.raises(ValidationException, match=r"decisions\.2\.member"):
        world.answer(token, ask("RecordMarker", marker_name="m"), ask(name, **attributes))
    assert world.names(since=3) == []


def test_a_token_is_good_once(world):
    world.start()
    token = world.take_decision()
    world.answer(token)
    with pytest.raises(UnknownResourceFault) as caught:
        world.answer(token)
    assert caught.value.message == "Unknown decision task, scheduledEventId = 2"


def test_a_token_of_another_run_is_unknown(world):
    world.start()
    token = world.take_decision()
    other = TaskToken("decision", 1, "other", token.scheduled_event_id, token.started_event_id)
    world.states["other"] = world.states["run1"]
    with pytest.raises(UnknownResourceFault):
        world.answer(other)


def test_a_token_of_a_closed_execution_is_unknown(world):
    world.start()
    token = world.take_decision()
    world.terminate()
    with pytest.raises(UnknownResourceFault, match="Unknown execution"):
        world.answer(token)


def test_a_started_decision_task_times_out_and_is_scheduled_again(world):
    world.start()
    token = world.take_decision()
    world.sleep(100)
    timed_out, scheduled = world.histories["run1"][-2:]
    assert world.names(since=3) == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
    assert timed_out.event_timestamp == scheduled.event_timestamp == 1_000_030.0
    assert timed_out.attributes.timeout_type == "START_TO_CLOSE"
    assert timed_out.attributes.scheduled_event_id == 2
    assert timed_out.attributes.started_event_id == 3
    with pytest.raises(UnknownResourceFault):
        world.answer(token)
    assert world.states["run1"].previous_started_event_id == 0
    assert world.lists() == [("decision", "deciders")]


def test_a_waiting_task_takes_the_place_of_one_that_timed_out(world):
    world.start()
    world.take_decision()
    world.signal()
    world.sleep(31)
    assert world.names(since=3) == [
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "DecisionTaskTimedOut",
    ]
    assert world.lists() == [("decision", "deciders")]


def test_a_waiting_decision_task_waits_without_limit(world):
    world.start()
    world.sleep(3599)
    assert world.names(since=2) == []


def test_a_task_list_in_the_answer_is_for_good(world):
    world.start()
    world.decide(task_list=STICKY)
    world.signal()
    assert world.lists() == [("decision", "sticky")]
    assert world.last("DecisionTaskScheduled").attributes.schedule_to_start_timeout == "NONE"
    world.take_decision()
    world.sleep(31)
    assert world.lists() == [("decision", "sticky")]


def test_an_override_ends_when_its_task_is_not_started_in_time(world):
    world.start()
    world.decide(task_list=STICKY, task_list_schedule_to_start_timeout="5")
    world.signal()
    assert world.lists() == [("decision", "sticky")]
    assert world.last("DecisionTaskScheduled").attributes.schedule_to_start_timeout == "5"
    world.sleep(5)
    timed_out = world.last("DecisionTaskTimedOut").attributes
    assert world.names(since=6) == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
    assert (timed_out.timeout_type, timed_out.started_event_id) == ("SCHEDULE_TO_START", 0)
    assert world.lists() == [("decision", "deciders")]
    world.decide()
    world.signal()
    assert world.lists() == [("decision", "deciders")]


def test_an_override_ends_when_its_task_is_not_completed_in_time(world):
    world.start()
    world.decide(task_list=STICKY, task_list_schedule_to_start_timeout="5")
    world.signal()
    world.take_decision()
    world.sleep(30)
    assert world.last("DecisionTaskTimedOut").attributes.timeout_type == "START_TO_CLOSE"
    assert world.lists() == [("decision", "deciders")]


def test_an_override_stays_while_its_tasks_are_answered(world):
    world.start()
    world.decide(task_list=STICKY, task_list_schedule_to_start_timeout="5")
    world.signal()
    world.decide()
    world.signal()
    assert world.lists() == [("decision", "sticky")]


def test_a_decision_task_made_by_a_late_timeout_times_out_in_the_same_pass(world):
    world.start()
    token = world.take_decision()
    world.signal()
    world.answer(token, task_list=STICKY, task_list_schedule_to_start_timeout="5")
    assert world.lists() == [("decision", "deciders")]
    world.take_decision()
    world.sleep(100)
    assert [
        (type(event).__name__, event.event_timestamp) for event in world.histories["run1"][7:]
    ] == [
        ("DecisionTaskTimedOut", 1_000_030.0),
        ("DecisionTaskScheduled", 1_000_030.0),
        ("DecisionTaskTimedOut", 1_000_035.0),
        ("DecisionTaskScheduled", 1_000_035.0),
    ]
    assert world.lists() == [("decision", "deciders")]
    assert world.states["run1"].next_due == 1_003_600.0
