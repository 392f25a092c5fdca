"""Wait for the end of an execution."""

import threading

from examples.photo_lab.settings import DOMAIN
from flowy.protocol.client import SwfClient
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import DescribeWorkflowExecution

LOOK_AGAIN = 0.2
"""Seconds between two looks."""


def wait_for(client: SwfClient, workflow_id: str, run_id: str) -> str:
    """Return how an execution was closed, once it is."""
    execution = ExecutionId(workflow_id=workflow_id, run_id=run_id)
    request = DescribeWorkflowExecution(domain=DOMAIN, execution=execution)
    while (info := client.call(request).execution_info).close_status is None:
        threading.Event().wait(LOOK_AGAIN)
    return info.close_status
