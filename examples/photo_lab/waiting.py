"""Find an execution that goes on, and wait for its end."""

import threading

from examples.photo_lab.settings import DOMAIN
from flowy.protocol.client import SwfClient
from flowy.protocol.executions import ExecutionTimeFilter, WorkflowExecutionFilter
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import DescribeWorkflowExecution
from flowy.protocol.requests.visibility import ListOpenWorkflowExecutions

LOOK_AGAIN = 0.2
"""Seconds between two looks."""


def open_run(client: SwfClient, workflow_id: str) -> str:
    """Return the run of an execution that goes on."""
    request = ListOpenWorkflowExecutions(
        domain=DOMAIN,
        start_time_filter=ExecutionTimeFilter(oldest_date=0.0),
        execution_filter=WorkflowExecutionFilter(workflow_id=workflow_id),
    )
    (info,) = client.call(request).execution_infos
    return info.execution.run_id


def wait_for(client: SwfClient, workflow_id: str, run_id: str) -> str:
    """Return how an execution was closed, once it is."""
    execution = ExecutionId(workflow_id=workflow_id, run_id=run_id)
    request = DescribeWorkflowExecution(domain=DOMAIN, execution=execution)
    while (info := client.call(request).execution_info).close_status is None:
        threading.Event().wait(LOOK_AGAIN)
    return info.close_status
