"""Answer a request: ``python -m examples.approval.answer WORKFLOW-ID ANSWER``."""

import json
import sys
from contextlib import closing

from flowy.protocol.requests.executions import SignalWorkflowExecution
from flowy.swf.connect import as_client


def answer(client, domain, workflow_id, text):
    client.call(
        SignalWorkflowExecution(
            domain=domain,
            workflow_id=workflow_id,
            signal_name="answer",
            input=json.dumps(text),
        )
    )


if __name__ == "__main__":
    with closing(as_client()) as client:
        answer(client, "default", *sys.argv[1:3])
