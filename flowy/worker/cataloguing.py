"""What a worker does for a catalogue of runs beside telling it what it decides.

It hands runs to activities, and it finds out which executions were closed by nobody's decision: by
a timeout, by a termination, or by a decision whose worker was killed before it could tell.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flowy.listening import Close
from flowy.protocol.client import SwfClient
from flowy.protocol.events.workflow import (
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)
from flowy.protocol.executions import WorkflowExecutionInfo
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import (
    DescribeWorkflowExecution,
    GetWorkflowExecutionHistory,
)
from flowy.protocol.tasks import ActivityTask
from flowy.task.context import RunFiles
from flowy.transport.packing import PACKING, Packing
from flowy.worker.listener import ExecutionListener, unpacked
from flowy.worker.poller import Source

logger = logging.getLogger(__name__)

INTERVAL = 60.0
"""Seconds between two looks at the executions that seem to go on, on the average."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciled:
    """What a look at the service has found out, as ``workflow id/run id``.

    Args:
        closed: Executions that were closed, and are so in the catalogue now.
        unknown: Executions that the service does not know, and that stay as they are: they are of
            another service, or it keeps them no longer.
    """

    closed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def run_of(
    catalog: ExecutionListener | None, source: Source, task: ActivityTask
) -> RunFiles | None:
    """Return the catalogued run that an activity works for; None without a catalogue."""
    execution = task.workflow_execution
    if catalog is None or execution is None:
        return None
    type_name = partial(_type_name, source.client, source.domain, execution)
    return catalog.files(source.domain, execution.workflow_id, execution.run_id, type_name)


def reconcile(
    client: SwfClient, domain: str, catalog: ExecutionListener, packing: Packing = PACKING
) -> Reconciled:
    """Tell a catalogue of those executions that the service has closed and it takes for open.

    Args:
        client: The service.
        domain: The executions' domain.
        catalog: Says which it takes for open, and is told.
        packing: How their results travel.

    Raises:
        FlowyError: The service or the catalogue cannot be used; what was told is told.
    """
    found = Reconciled()
    for workflow_id, run_id, type_name in catalog.unfinished(domain):
        execution = ExecutionId(workflow_id=workflow_id, run_id=run_id)
        try:
            info = _info(client, domain, execution)
            if info.execution_status == "OPEN":
                continue
            state, messages, result = unpacked(_close(client, domain, execution), packing)
        except UnknownResourceFault:
            found.unknown.append(f"{workflow_id}/{run_id}")
            continue
        catalog.closed(domain, workflow_id, run_id, type_name, state, messages, result)
        found.closed.append(f"{workflow_id}/{run_id}")
    return found


class Reconciler:
    """Reconciles now and then, as long as a worker serves: a poller that never has a task.

    Args:
        source: The domain, and the service.
        catalog: What is kept right.
        interval: Seconds from one look to the next, on the average.
    """

    def __init__(
        self, source: Source, catalog: ExecutionListener, interval: float = INTERVAL
    ) -> None:
        self.source = source
        self._catalog = catalog
        self._interval = interval
        self._looked = False

    @property
    def has_begun(self) -> bool:
        """Tell that nothing is left undone."""
        return False

    def poll(self) -> None:
        """Wait, and look; at first at once."""
        source = self.source
        if self._looked:  # workers that were started together spread
            source.stop.pause(self._interval * (0.5 + source.chance()))
        if source.stop.wished:
            return
        self._looked = True
        found = reconcile(source.client, source.domain, self._catalog, source.packing)
        if found.closed:
            logger.info("closed in the catalogue by now: %s", ", ".join(found.closed))
        if found.unknown:
            logger.debug("unknown to the service, left as they are: %s", ", ".join(found.unknown))

    def handle(self, task: Any, more: int = 0) -> None:
        """Do nothing: there are no tasks."""

    def close(self) -> None:
        """Do nothing: nothing is kept."""


def _type_name(client: SwfClient, domain: str, execution: ExecutionId) -> str:
    return str(_info(client, domain, execution).workflow_type)


def _info(client: SwfClient, domain: str, execution: ExecutionId) -> WorkflowExecutionInfo:
    request = DescribeWorkflowExecution(domain=domain, execution=execution)
    return client.call(request).execution_info


def _close(client: SwfClient, domain: str, execution: ExecutionId) -> Close:
    """Return what a closed execution's last event says."""
    request = GetWorkflowExecutionHistory(
        domain=domain, execution=execution, maximum_page_size=1, reverse_order=True
    )
    (event,) = client.call(request).events
    return _READ[type(event)](event.attributes)


def _texts(*texts: str | None) -> list[str]:
    return [text for text in texts if text]


_READ: dict[type[HistoryEvent], Callable[[Any], Close]] = {
    WorkflowExecutionCanceled: lambda said: ("CANCELED", _texts(said.details), None),
    WorkflowExecutionCompleted: lambda said: ("SUCCESS", [], said.result),
    WorkflowExecutionContinuedAsNew: lambda _: ("SUCCESS", [], None),
    WorkflowExecutionFailed: lambda said: ("ERROR", _texts(said.reason, said.details), None),
    WorkflowExecutionTerminated: lambda said: (
        "CANCELED",
        _texts("it was terminated", said.reason, said.details, said.cause),
        None,
    ),
    WorkflowExecutionTimedOut: lambda said: (
        "ERROR",
        [f"it outlived its timeout {said.timeout_type}"],
        None,
    ),
}
