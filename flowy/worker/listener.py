"""Whom workers and starters tell about executions, such as a catalogue of runs."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from flowy.protocol.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    Decision,
    FailWorkflowExecution,
)
from flowy.protocol.tasks import DecisionTask
from flowy.task.context import RunFiles

logger = logging.getLogger(__name__)


class ExecutionListener(Protocol):
    """Is told what has become of executions, perhaps more than once and by several processes.

    It is told after the service has agreed. A process that is killed in between tells nothing.
    """

    def pending(
        self, domain: str, workflow_id: str, run_id: str, type_name: str, arguments: str | None
    ) -> None:
        """Take note that an execution was started."""
        ...

    def running(self, domain: str, workflow_id: str, run_id: str, type_name: str) -> None:
        """Take note that an execution's first decision was made."""
        ...

    def closed(
        self,
        domain: str,
        workflow_id: str,
        run_id: str,
        type_name: str,
        state: str,
        messages: Sequence[str],
        result: str | None,
    ) -> None:
        """Take note that an execution was closed as SUCCESS, ERROR or CANCELED."""
        ...

    def files(
        self, domain: str, workflow_id: str, run_id: str, type_name: Callable[[], str]
    ) -> RunFiles:
        """Return the files of an execution's run; the type is asked for if that is not known."""
        ...

    def unfinished(self, domain: str) -> Sequence[tuple[str, str, str]]:
        """Return workflow id, run id and type of the executions that seem to go on."""
        ...


Close = tuple[str, list[str], str | None]


def tell(what: str, telling: Callable[[], None]) -> None:
    """Tell a listener something; what it cannot take does not stop the work, and is logged."""
    try:
        telling()
    except Exception:
        logger.exception("the catalogue was not told that %s", what)


def tell_decisions(
    listener: ExecutionListener, domain: str, task: DecisionTask, decisions: Sequence[Decision]
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
            tell(f"{execution} was closed", lambda close=close: listener.closed(*place, *close))  # type: ignore[misc]


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
