"""Whom workers and starters tell about executions, such as a catalogue of runs."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from flowy.listening import Close, RunListener, tell
from flowy.protocol.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    Decision,
    FailWorkflowExecution,
)
from flowy.protocol.tasks import DecisionTask
from flowy.task.context import RunFiles
from flowy.transport.packing import PACKING, Packing
from flowy.transport.sealed import told


class ExecutionListener(RunListener, Protocol):
    """Is told of executions, and knows their runs."""

    def files(
        self, domain: str, workflow_id: str, run_id: str, type_name: Callable[[], str]
    ) -> RunFiles:
        """Return the files of an execution's run; the type is asked for if that is not known."""
        ...

    def unfinished(self, domain: str) -> Sequence[tuple[str, str, str]]:
        """Return workflow id, run id and type of the executions that seem to go on."""
        ...


def tell_decisions(
    listener: ExecutionListener,
    domain: str,
    task: DecisionTask,
    decisions: Sequence[Decision],
    packing: Packing = PACKING,
) -> None:
    """Tell a listener what decisions that the service has taken mean for their execution."""
    execution, type_id = task.workflow_execution, task.workflow_type
    if execution is None or type_id is None:
        return
    place = (domain, execution.workflow_id, execution.run_id, str(type_id))
    if not task.previous_started_event_id:
        tell(f"{execution} began", lambda: listener.running(*place))
    for decision in decisions:
        read = _CLOSES.get(type(decision))
        if read is not None:
            close = read(decision)
            tell(
                f"{execution} was closed",
                lambda close=close: listener.closed(*place, *unpacked(close, packing)),  # type: ignore[misc]
            )


def unpacked(close: Close, packing: Packing) -> Close:
    """Return how an execution was closed, with its result as its workflow gave it."""
    state, messages, result = close
    text = None if result is None else packing.unpack(result, "the result")
    return state, told(packing, messages), text


def _canceled(decision: Any) -> Close:
    details = decision.attributes.details
    return "CANCELED", [] if details is None else [details], None


def _completed(decision: Any) -> Close:
    return "SUCCESS", [], decision.attributes.result


def _continued(_decision: Any) -> Close:
    return "SUCCESS", [], None


def _failed(decision: Any) -> Close:
    said = (decision.attributes.reason, decision.attributes.details)
    return "ERROR", [text for text in said if text], None


_CLOSES: dict[type[Decision], Callable[[Any], Close]] = {
    CancelWorkflowExecution: _canceled,
    CompleteWorkflowExecution: _completed,
    ContinueAsNewWorkflowExecution: _continued,
    FailWorkflowExecution: _failed,
}
