"""How an execution ends: its last event, what becomes of its children, what its parent hears."""

from typing import Any, cast

from flowy.protocol.event import Event
from flowy.protocol.events.child import StartChildWorkflowExecutionInitiated
from flowy.protocol.events.workflow import (
    WorkflowExecutionTerminated,
    WorkflowExecutionTerminatedAttributes,
    WorkflowExecutionTimedOut,
    WorkflowExecutionTimedOutAttributes,
)
from flowy.protocol.fields import ChildPolicy, CloseStatus
from flowy.service.domain.change import Change
from flowy.service.domain.draft import Draft
from flowy.service.domain.limits import Limits
from flowy.service.domain.messages import ApplyChildPolicy, ChildClosed, Outcome


def close(draft: Draft, status: CloseStatus, event_class: type[Event], attributes: Any) -> None:
    """Record the last event and tell an open parent; children are left alone."""
    draft.record(event_class, attributes)
    draft.close(status)
    settings = draft.state.settings
    parent = settings.parent_workflow_execution
    if parent is not None and status != "CONTINUED_AS_NEW":
        draft.messages.append(
            ChildClosed(
                workflow_id=parent.workflow_id,
                run_id=parent.run_id,
                initiated_event_id=settings.parent_initiated_event_id or 0,
                child=draft.state.execution,
                workflow_type=settings.workflow_type,
                outcome=cast(Outcome, draft.events[-1]),
            )
        )


def terminate(draft: Draft, attributes: WorkflowExecutionTerminatedAttributes) -> None:
    """Terminate the execution and apply the given child policy."""
    _apply_child_policy(draft, attributes.child_policy)
    close(draft, "TERMINATED", WorkflowExecutionTerminated, attributes)


def time_out(draft: Draft) -> None:
    """Close the execution because it outlived its timeout, and apply its child policy."""
    policy = draft.state.settings.child_policy
    _apply_child_policy(draft, policy)
    attributes = WorkflowExecutionTimedOutAttributes(
        timeout_type="START_TO_CLOSE", child_policy=policy
    )
    close(draft, "TIMED_OUT", WorkflowExecutionTimedOut, attributes)


def finish(draft: Draft, limits: Limits) -> Change:
    """Make the change, terminating an execution whose history has room for one event only."""
    if draft.closes is None and draft.events and draft.next_event_id >= limits.events:
        attributes = WorkflowExecutionTerminatedAttributes(
            child_policy=draft.state.settings.child_policy, cause="EVENT_LIMIT_EXCEEDED"
        )
        terminate(draft, attributes)
    return draft.change()


def _apply_child_policy(draft: Draft, policy: ChildPolicy) -> None:
    if policy == "ABANDON":
        return
    children = [(event_id, child.workflow_id) for event_id, child in draft.state.children.items()]
    children += [
        (event.event_id, event.attributes.workflow_id)
        for event in draft.events
        if isinstance(event, StartChildWorkflowExecutionInitiated)
    ]
    draft.messages += [
        ApplyChildPolicy(
            workflow_id=workflow_id,
            parent=draft.state.execution,
            initiated_event_id=initiated_event_id,
            policy=policy,
        )
        for initiated_event_id, workflow_id in children
    ]
