"""How the events of timers, children and requests to other executions move a state on."""

from typing import Any

import msgspec

from flowy.protocol.events import child, external, timer
from flowy.service.domain.deadlines import DeadlineKind
from flowy.service.domain.durations import moment
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.items import OpenChild, OpenRequest, OpenTimer


def timer_started(state: ExecutionState, event: timer.TimerStarted) -> None:
    """A timer runs."""
    timer_id, event_id = event.attributes.timer_id, event.event_id
    due = moment(event.event_timestamp + int(event.attributes.start_to_fire_timeout))
    state.timers[event_id] = OpenTimer(started_event_id=event_id, timer_id=timer_id, due=due)
    state.timer_ids[timer_id] = event_id
    state.deadlines.push(due, event_id, DeadlineKind.TIMER)


def timer_closed(state: ExecutionState, event: timer.TimerFired | timer.TimerCanceled) -> None:
    """The timer is over; its id is free again."""
    del state.timers[event.attributes.started_event_id]
    del state.timer_ids[event.attributes.timer_id]


def child_initiated(
    state: ExecutionState, event: child.StartChildWorkflowExecutionInitiated
) -> None:
    """A child is open."""
    initiated = event.attributes
    state.children[event.event_id] = OpenChild(
        initiated_event_id=event.event_id,
        decision_task_completed_event_id=initiated.decision_task_completed_event_id,
        workflow_id=initiated.workflow_id,
        workflow_type=initiated.workflow_type,
        control=initiated.control,
    )


def child_started(state: ExecutionState, event: child.ChildWorkflowExecutionStarted) -> None:
    """The child has a run."""
    started = event.attributes
    state.children[started.initiated_event_id] = msgspec.structs.replace(
        state.children[started.initiated_event_id],
        started_event_id=event.event_id,
        execution=started.workflow_execution,
    )


def child_closed(state: ExecutionState, event: Any) -> None:
    """The child is over, or never came to be."""
    state.children.pop(event.attributes.initiated_event_id, None)


def request_initiated(
    state: ExecutionState,
    event: (
        external.RequestCancelExternalWorkflowExecutionInitiated
        | external.SignalExternalWorkflowExecutionInitiated
    ),
) -> None:
    """A request to another execution waits for its answer."""
    request = event.attributes
    state.requests[event.event_id] = OpenRequest(
        initiated_event_id=event.event_id,
        decision_task_completed_event_id=request.decision_task_completed_event_id,
        workflow_id=request.workflow_id,
        run_id=request.run_id,
        control=request.control,
    )


def request_closed(state: ExecutionState, event: Any) -> None:
    """The request is answered."""
    state.requests.pop(event.attributes.initiated_event_id, None)
