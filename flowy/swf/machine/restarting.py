"""Restart a halted machine from outside, and see where it stands."""

from typing import Any

import msgspec

from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import DescribeWorkflowExecution, SignalWorkflowExecution
from flowy.swf.connect import as_client
from flowy.swf.machine.workflow import SIGNAL, Halted, Restart
from flowy.transport import serializer


def restart(
    domain: str,
    workflow_id: str,
    obj: str = "current",
    task: str = "current",
    *,
    layer1: Any = None,
    run_id: str | None = None,
    **more: Any,
) -> None:
    """Restart a machine that has halted, or that will: a restart is kept until it halts.

    Args:
        domain: Where the execution is.
        workflow_id: The execution.
        obj: The token to begin with: ``"prev"``, ``"current"``, ``"next"`` or ``"first"``.
        task: The task that it begins with: the same words.
        layer1: The service: a boto3 SWF client or a `flowy.protocol.client.SwfClient`; None is what
            the environment says.
        run_id: Which run; None is the open one.
        more: ``halt``, ``token``, ``extra_data``, ``objects``: see ``Restart``.

    Raises:
        PayloadError: A value cannot travel.
        Fault: The service refused, such as for an execution that is not open.
    """
    signal = Restart(obj=obj, task=task, **more)
    as_client(layer1).call(
        SignalWorkflowExecution(
            domain=domain,
            workflow_id=workflow_id,
            run_id=run_id,
            signal_name=SIGNAL,
            input=serializer.dump(signal, f"the restart of {workflow_id}"),
        )
    )


def halted(domain: str, workflow_id: str, run_id: str, *, layer1: Any = None) -> Halted | None:
    """Return where a machine stands that waits for its restart, or None while it does not.

    Args:
        domain: Where the execution is.
        workflow_id: The execution.
        run_id: Which run.
        layer1: The service, as for ``restart``.

    Raises:
        Fault: The service refused, such as for an unknown execution.
    """
    execution = ExecutionId(workflow_id=workflow_id, run_id=run_id)
    request = DescribeWorkflowExecution(domain=domain, execution=execution)
    context = as_client(layer1).call(request).latest_execution_context
    return msgspec.json.decode(context, type=Halted | None) if context else None
