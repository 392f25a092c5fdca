"""Plays a story on a database file in a process that kills itself: before or after its nth write.

Usage: python -m tests.acceptance.kitchen_process DATABASE STORY COLOUR CALLS WHEN

The next process goes on where the killed one was, with nothing but the file. When the story has
ended, its last event is printed.
"""

import json
import os
import signal
import sys
from pathlib import Path

from flowy.protocol.events.workflow import WorkflowExecutionContinuedAsNew
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.activity_tasks import RespondActivityTaskCompleted
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.wire import encode
from tests.acceptance.stage import CLOSES, Stage
from tests.kitchen import workflow

WRITES = (RespondActivityTaskCompleted, RespondDecisionTaskCompleted)


class Suicidal:
    """Passes calls on until it is time to die.

    Args:
        client: Answers the calls.
        calls: How many writes it lives for.
        when: "before" or "after" the last of them.
    """

    def __init__(self, client, calls, when):
        self._client = client
        self._left = calls
        self._when = when

    def call(self, request):
        last = isinstance(request, WRITES) and self._counted() == 0
        if last and self._when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = self._client.call(request)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    def _counted(self):
        self._left -= 1
        return self._left

    def interrupt(self):
        pass

    def close(self):
        pass


def main(database, story, colour, calls, when):
    stage = Stage(
        workflow,
        workflow.TASK_LIST,
        url=f"sqlite:///{database}",
        wrap=lambda client: Suicidal(client, int(calls), when),
    )
    first = Path(database).with_suffix(".run")
    if first.exists():
        execution = ExecutionId(workflow_id=colour, run_id=first.read_text("utf-8"))
    else:
        tale = json.loads(Path(story).read_text("utf-8"))["story"]
        execution = stage.start(colour, {**tale, "id": colour, "robust": True})
        first.write_text(execution.run_id, "utf-8")
    sys.stdout.write(encode(play_on(stage, execution)).decode())
    stage.close()


def play_on(stage, execution):
    """Play an execution to its end, from wherever it is, and return its last event."""
    while True:
        last = stage.history(execution)[-1]
        stage.clock.advance(max(0.0, last.event_timestamp - stage.clock.now()))
        if isinstance(last, WorkflowExecutionContinuedAsNew):
            run_id = last.attributes.new_execution_run_id
            execution = ExecutionId(workflow_id=execution.workflow_id, run_id=run_id)
        elif type(last).__name__ in CLOSES:
            return last
        else:
            assert stage.step(), f"nothing is left to do after {last}"


if __name__ == "__main__":
    main(*sys.argv[1:])
