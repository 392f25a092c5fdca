"""What is true of every history, whatever happened."""

from collections.abc import Sequence
from typing import Any

from flowy.protocol.executions import WorkflowExecutionDetail
from flowy.protocol.history import HistoryEvent

CLOSING = {
    "WorkflowExecutionCanceled": "CANCELED",
    "WorkflowExecutionCompleted": "COMPLETED",
    "WorkflowExecutionContinuedAsNew": "CONTINUED_AS_NEW",
    "WorkflowExecutionFailed": "FAILED",
    "WorkflowExecutionTerminated": "TERMINATED",
    "WorkflowExecutionTimedOut": "TIMED_OUT",
}
ELSEWHERE = {"external_initiated_event_id", "parent_initiated_event_id"}
"""References to events of another history."""
STARTS = {
    "ActivityTask": "ActivityTaskStarted",
    "ChildWorkflowExecution": "ChildWorkflowExecutionStarted",
    "DecisionTask": "DecisionTaskStarted",
    "LambdaFunction": "LambdaFunctionStarted",
    "Timer": "TimerStarted",
}
"""What ``startedEventId`` refers to, by the beginning of the name of the event that has it."""
ENDS = {
    "ActivityTaskCanceled",
    "ActivityTaskCompleted",
    "ActivityTaskFailed",
    "ActivityTaskTimedOut",
    "DecisionTaskCompleted",
    "DecisionTaskTimedOut",
    "LambdaFunctionCompleted",
    "LambdaFunctionFailed",
    "LambdaFunctionTimedOut",
}


def check_history(events: Sequence[HistoryEvent], detail: WorkflowExecutionDetail) -> None:
    """Check the invariants of one history, and that the description agrees with it."""
    names = [type(event).__name__ for event in events]
    assert [event.event_id for event in events] == list(range(1, len(events) + 1))
    stamps = [event.event_timestamp for event in events]
    assert stamps == sorted(stamps)
    for event in events:
        _check_references(event, names)
    _check_ends(events)
    _check_decision_tasks(names)
    _check_close(names, detail)
    _check_counts(events, names, detail)


def _check_references(event: HistoryEvent, names: list[str]) -> None:
    name = type(event).__name__
    for member in event.attributes.__struct_fields__:
        target = getattr(event.attributes, member)
        if not member.endswith("event_id") or member in ELSEWHERE or not target:
            continue
        assert 0 < target < event.event_id, f"{name} {event.event_id}: {member} is {target}"
        assert names[target - 1] in _targets(name, member), f"{name}.{member}: {names[target - 1]}"


def _targets(name: str, member: str) -> set[str]:
    if member == "decision_task_completed_event_id":
        return {"DecisionTaskCompleted"}
    if member == "latest_cancel_requested_event_id":
        return {"ActivityTaskCancelRequested"}
    if member == "scheduled_event_id":
        kind = name.removeprefix("Start").partition("Task")[0].partition("Function")[0]
        return {f"{kind}TaskScheduled", f"{kind}FunctionScheduled"}
    if member == "started_event_id":
        return {STARTS[kind] for kind in STARTS if name.startswith(kind)}
    assert member == "initiated_event_id", member
    verb = next((each for each in ("Signal", "RequestCancel", "StartChild") if each in name), None)
    if name.startswith("External"):
        verb = "Signal" if name.endswith("Signaled") else "RequestCancel"
    middle = "External" if verb in ("Signal", "RequestCancel") else ""
    return {f"{verb or 'StartChild'}{middle}WorkflowExecutionInitiated"}


def _check_ends(events: Sequence[HistoryEvent]) -> None:
    ended = [
        event.attributes.scheduled_event_id for event in events if type(event).__name__ in ENDS
    ]
    assert len(ended) == len(set(ended)), "a task was closed twice"
    timers = [
        event.attributes.started_event_id
        for event in events
        if type(event).__name__ in ("TimerCanceled", "TimerFired")
    ]
    assert len(timers) == len(set(timers)), "a timer was closed twice"


def _check_decision_tasks(names: list[str]) -> None:
    waiting = started = 0
    for name in names:
        if name == "DecisionTaskScheduled":
            waiting += 1
        elif name == "DecisionTaskStarted":
            waiting, started = waiting - 1, started + 1
        elif name in ("DecisionTaskCompleted", "DecisionTaskTimedOut"):
            started -= 1
        assert 0 <= waiting <= 1, "more than one decision task waits"
        assert 0 <= started <= 1, "more than one decision task is in hand"


def _check_close(names: list[str], detail: WorkflowExecutionDetail) -> None:
    info = detail.execution_info
    closing = [name for name in names if name in CLOSING]
    if info.execution_status == "OPEN":
        assert not closing
        assert info.close_status is None
    else:
        assert closing == [names[-1]], "something happened after the close"
        assert info.close_status == CLOSING[names[-1]]


def _check_counts(
    events: Sequence[HistoryEvent], names: list[str], detail: WorkflowExecutionDetail
) -> None:
    counts = detail.open_counts
    if detail.execution_info.execution_status == "CLOSED":
        found: Any = (counts.open_activity_tasks, counts.open_timers)
        assert found == (0, 0)
        assert counts.open_child_workflow_executions == counts.open_decision_tasks == 0
        return
    scheduled, ended = names.count("ActivityTaskScheduled"), 0
    for event in events:
        ended += type(event).__name__ in ENDS and type(event).__name__.startswith("Activity")
    assert counts.open_activity_tasks == scheduled - ended
    fired = names.count("TimerFired") + names.count("TimerCanceled")
    assert counts.open_timers == names.count("TimerStarted") - fired
