"""What happened to tasks and timers, applied to the calls that wait for it."""

from collections.abc import Callable
from typing import Any

from flowy.decider import declined, endings
from flowy.decider.asked import Task, not_begun
from flowy.decider.calls import Calls
from flowy.errors import (
    ActivityFailed,
    ChildFailed,
    LambdaFailed,
    TaskCanceled,
    TaskNotScheduled,
    TaskTerminated,
)
from flowy.protocol.event import Event
from flowy.protocol.events import activity, child, lambda_, timer
from flowy.transport.failure import of_function, revive


def _activity_canceled(calls: Calls, event: activity.ActivityTaskCanceled) -> None:
    task = calls.close(event.attributes.scheduled_event_id)
    details = _revealed(calls, task, event.attributes.details, f"the end of {task}")
    endings.cancelled(calls, task, TaskCanceled(f"{task} was cancelled", details), details)


def _activity_completed(calls: Calls, event: activity.ActivityTaskCompleted) -> None:
    endings.complete(
        calls, calls.close(event.attributes.scheduled_event_id), event.attributes.result
    )


def _activity_failed(calls: Calls, event: activity.ActivityTaskFailed) -> None:
    attributes = event.attributes
    task = calls.close(attributes.scheduled_event_id)
    details = _revealed(calls, task, attributes.details, f"the failure of {task}")
    endings.failed(calls, task, revive(ActivityFailed, attributes.reason, details))


def _activity_not_scheduled(calls: Calls, event: activity.ScheduleActivityTaskFailed) -> None:
    attributes = event.attributes
    declined.refused(calls, "activity", attributes.activity_id, attributes.cause, "scheduled")


def _activity_timed_out(calls: Calls, event: activity.ActivityTaskTimedOut) -> None:
    task = calls.close(event.attributes.scheduled_event_id)
    details = _revealed(calls, task, event.attributes.details, f"what {task} said last")
    endings.time_out(calls, task, event.attributes.timeout_type, details)


def _child_canceled(calls: Calls, event: child.ChildWorkflowExecutionCanceled) -> None:
    task = calls.close(event.attributes.initiated_event_id)
    details = _revealed(calls, task, event.attributes.details, f"the end of {task}")
    endings.cancelled(calls, task, TaskCanceled(f"{task} was cancelled", details), details)


def _child_completed(calls: Calls, event: child.ChildWorkflowExecutionCompleted) -> None:
    endings.complete(
        calls, calls.close(event.attributes.initiated_event_id), event.attributes.result
    )


def _child_failed(calls: Calls, event: child.ChildWorkflowExecutionFailed) -> None:
    attributes = event.attributes
    task = calls.close(attributes.initiated_event_id)
    details = _revealed(calls, task, attributes.details, f"the failure of {task}")
    endings.failed(calls, task, revive(ChildFailed, attributes.reason, details))


def _child_not_started(calls: Calls, event: child.StartChildWorkflowExecutionFailed) -> None:
    attributes = event.attributes
    if attributes.initiated_event_id:
        task = calls.close(attributes.initiated_event_id)
        calls.fail(task, not_begun(task, "started", attributes.cause))
    else:
        declined.refused(calls, "child", attributes.workflow_id, attributes.cause, "started")


def _child_started(calls: Calls, event: child.ChildWorkflowExecutionStarted) -> None:
    calls.began(event.attributes.initiated_event_id, event.attributes.workflow_execution)


def _child_terminated(calls: Calls, event: child.ChildWorkflowExecutionTerminated) -> None:
    task = calls.close(event.attributes.initiated_event_id)
    calls.fail(task, TaskTerminated(f"{task} was terminated"))


def _child_timed_out(calls: Calls, event: child.ChildWorkflowExecutionTimedOut) -> None:
    task = calls.close(event.attributes.initiated_event_id)
    endings.time_out(calls, task, event.attributes.timeout_type)


def _function_completed(calls: Calls, event: lambda_.LambdaFunctionCompleted) -> None:
    endings.complete(
        calls, calls.close(event.attributes.scheduled_event_id), event.attributes.result
    )


def _function_failed(calls: Calls, event: lambda_.LambdaFunctionFailed) -> None:
    attributes = event.attributes
    task = calls.close(attributes.scheduled_event_id)
    found = of_function(attributes.details)
    reason = attributes.reason if found is None else found.message
    endings.failed(calls, task, revive(LambdaFailed, reason, attributes.details, found))


def _function_not_scheduled(calls: Calls, event: lambda_.ScheduleLambdaFunctionFailed) -> None:
    declined.refused(calls, "lambda", event.attributes.id, event.attributes.cause, "scheduled")


def _function_not_started(calls: Calls, event: lambda_.StartLambdaFunctionFailed) -> None:
    attributes = event.attributes
    task = calls.close(attributes.scheduled_event_id or 0)
    error = not_begun(task, "invoked", str(attributes.cause))
    if attributes.message:
        error = TaskNotScheduled(f"{error}: {attributes.message}", None, error.cause)
    calls.fail(task, error)


def _function_timed_out(calls: Calls, event: lambda_.LambdaFunctionTimedOut) -> None:
    attributes = event.attributes
    task = calls.close(attributes.scheduled_event_id)
    endings.time_out(calls, task, attributes.timeout_type or "START_TO_CLOSE")


def _revealed(calls: Calls, task: Task | None, details: str | None, what: str) -> str | None:
    """Return what details say; those that nobody waits for need not be readable."""
    is_wanted = task is not None and not task.result.done()
    return calls.texts.reveal(details, what) if is_wanted else details


def _timer_fired(calls: Calls, event: timer.TimerFired) -> None:
    fired = calls.timers.close(event.attributes.timer_id)
    if fired is not None:
        fired.fired()


def _timer_not_started(calls: Calls, event: timer.StartTimerFailed) -> None:
    declined.timer_refused(calls, event.attributes.timer_id, event.attributes.cause)


OUTCOMES: dict[type[Event], Callable[[Calls, Any], None]] = {
    activity.ActivityTaskCanceled: _activity_canceled,
    activity.ActivityTaskCompleted: _activity_completed,
    activity.ActivityTaskFailed: _activity_failed,
    activity.ActivityTaskTimedOut: _activity_timed_out,
    activity.ScheduleActivityTaskFailed: _activity_not_scheduled,
    child.ChildWorkflowExecutionCanceled: _child_canceled,
    child.ChildWorkflowExecutionCompleted: _child_completed,
    child.ChildWorkflowExecutionFailed: _child_failed,
    child.ChildWorkflowExecutionStarted: _child_started,
    child.ChildWorkflowExecutionTerminated: _child_terminated,
    child.ChildWorkflowExecutionTimedOut: _child_timed_out,
    child.StartChildWorkflowExecutionFailed: _child_not_started,
    lambda_.LambdaFunctionCompleted: _function_completed,
    lambda_.LambdaFunctionFailed: _function_failed,
    lambda_.LambdaFunctionTimedOut: _function_timed_out,
    lambda_.ScheduleLambdaFunctionFailed: _function_not_scheduled,
    lambda_.StartLambdaFunctionFailed: _function_not_started,
    timer.StartTimerFailed: _timer_not_started,
    timer.TimerFired: _timer_fired,
}
