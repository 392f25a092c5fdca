"""The history that the documentation shows is the one that the service writes."""

import re
import sys
import threading
from contextlib import closing
from pathlib import Path

from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.swf.boilerplate import workflow_starter
from flowy.swf.connect import connect
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task import Activity, Workflow

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "execution.md"


@activity(name="Greet", version=1, task_list="docs")
class Greet(Activity):
    def run(self):
        return "hello"


@workflow(name="OneActivity", version=1, task_list="docs")
class OneActivity(Workflow):
    greet = ActivityProxy(name="Greet", version=1)

    def run(self):
        return self.greet()


def test_history_of_one_activity_is_as_documented():
    shown = re.findall(r"^\| (\d+) (\w+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert shown
    with closing(connect("sqlite://")) as client:
        worker = make_worker(client, "docs", WorkerPlan(packages=sys.modules[__name__]))
        worker.start()
        starter = workflow_starter("docs", "OneActivity", 1, layer1=client)
        with starter.id("one"):
            execution = ExecutionId(workflow_id="one", run_id=starter())
        request = GetWorkflowExecutionHistory(domain="docs", execution=execution)
        for _ in range(300):
            events = client.call(request).events
            if len(events) >= len(shown):
                break
            threading.Event().wait(0.1)
        worker.stop()
        assert worker.join(10)
    assert [(str(event.event_id), type(event).__name__) for event in events] == shown
