"""Answers that send an execution's next decision tasks elsewhere, for good or for a while."""

from tests.contract.service.swf import Swf, marker

STICKY = {"taskList": {"name": "sticky"}, "taskListScheduleToStartTimeout": "10"}


def _signal(swf: Swf) -> None:
    swf.client.signal_workflow_execution(
        domain=swf.domain, workflowId="order", signalName="go", input=""
    )


def _waiting(swf: Swf) -> tuple[int, int]:
    return swf.waiting_decisions(), swf.waiting_decisions("sticky")


def test_a_task_list_alone_moves_the_execution_for_good(swf: Swf):
    execution = swf.start()
    swf.decide(taskList={"name": "sticky"})
    assert swf.last(execution, "DecisionTaskCompleted")["taskList"] == {"name": "sticky"}
    for _ in range(2):
        _signal(swf)
        swf.advance(1_000)
        assert _waiting(swf) == (0, 1)
        swf.decide(task_list="sticky")


def test_with_a_timeout_it_moves_while_somebody_is_there(swf: Swf):
    execution = swf.start()
    swf.decide(**STICKY)
    found = swf.last(execution, "DecisionTaskCompleted")
    assert found["taskListScheduleToStartTimeout"] == "10"
    _signal(swf)
    assert _waiting(swf) == (0, 1)
    scheduled = swf.last(execution, "DecisionTaskScheduled")
    assert scheduled["taskList"] == {"name": "sticky"}
    assert scheduled["scheduleToStartTimeout"] == "10"
    swf.decide(task_list="sticky", **STICKY)
    _signal(swf)
    assert _waiting(swf) == (0, 1)


def test_a_task_that_nobody_takes_goes_back_to_the_original_list(swf: Swf):
    execution = swf.start()
    swf.decide(**STICKY)
    _signal(swf)
    swf.advance(11)
    assert _waiting(swf) == (1, 0)
    over = swf.last(execution, "DecisionTaskTimedOut")
    assert (over["timeoutType"], over["startedEventId"]) == ("SCHEDULE_TO_START", 0)
    assert swf.names(execution)[-2:] == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
    swf.decide()
    _signal(swf)
    assert _waiting(swf) == (1, 0)


def test_a_task_that_is_not_answered_goes_back_to_the_original_list(swf: Swf):
    execution = swf.start()
    swf.decide(**STICKY)
    _signal(swf)
    swf.poll("sticky")
    swf.advance(61)
    assert swf.last(execution, "DecisionTaskTimedOut")["timeoutType"] == "START_TO_CLOSE"
    assert _waiting(swf) == (1, 0)


def test_a_task_made_during_the_answer_goes_to_the_new_list(swf: Swf):
    swf.start()
    swf.decide(
        marker(),
        {"decisionType": "CancelTimer", "cancelTimerDecisionAttributes": {"timerId": "none"}},
        **STICKY,
    )
    assert _waiting(swf) == (0, 1)
