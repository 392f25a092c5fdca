"""The faults that commands raise, with SWF's own messages."""

from flowy.protocol.faults import TypeDeprecatedFault, UnknownResourceFault
from flowy.protocol.ids import TypeId


def unknown_domain(name: str) -> UnknownResourceFault:
    """Make the fault for a domain that does not exist."""
    return UnknownResourceFault(f"Unknown domain: {name}")


def unknown_execution(workflow_id: str, run_id: str | None = None) -> UnknownResourceFault:
    """Make the fault for an execution that does not exist, or is closed where it must be open."""
    if not run_id:
        return UnknownResourceFault(f"Unknown execution, workflowId = {workflow_id}")
    return UnknownResourceFault(
        f"Unknown execution: WorkflowExecution=[workflowId={workflow_id}, runId={run_id}]"
    )


def unknown_workflow_type(type_id: TypeId) -> UnknownResourceFault:
    """Make the fault for a workflow type that does not exist."""
    return UnknownResourceFault(f"Unknown type: WorkflowType={_type(type_id)}")


def deprecated_workflow_type(type_id: TypeId) -> TypeDeprecatedFault:
    """Make the fault for a workflow type that starts no executions any more."""
    return TypeDeprecatedFault(f"WorkflowType={_type(type_id)}")


def unknown_activity_task(scheduled_event_id: int) -> UnknownResourceFault:
    """Make the fault for the token of an activity task that is over."""
    return UnknownResourceFault(f"Unknown activity, scheduledEventId = {scheduled_event_id}")


def unknown_decision_task(scheduled_event_id: int) -> UnknownResourceFault:
    """Make the fault for the token of a decision task that is over."""
    return UnknownResourceFault(f"Unknown decision task, scheduledEventId = {scheduled_event_id}")


def unknown_lambda_task(scheduled_event_id: int) -> UnknownResourceFault:
    """Make the fault for a Lambda function task that is over."""
    return UnknownResourceFault(f"Unknown lambda function, scheduledEventId = {scheduled_event_id}")


def _type(type_id: TypeId) -> str:
    return f"[name={type_id.name}, version={type_id.version}]"
