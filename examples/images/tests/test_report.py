"""The table of the demo, from answers as a service gives them."""

from rich.console import Console

from examples.images import report
from flowy.protocol.events.activity import ActivityTaskCompleted, ActivityTaskCompletedAttributes
from flowy.protocol.events.workflow import (
    WorkflowExecutionCompleted,
    WorkflowExecutionCompletedAttributes,
    WorkflowExecutionFailed,
    WorkflowExecutionFailedAttributes,
    WorkflowExecutionStarted,
    WorkflowExecutionStartedAttributes,
)
from flowy.protocol.executions import WorkflowExecutionInfo, WorkflowExecutionInfos
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.requests.visibility import (
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)
from flowy.protocol.tasks import History

CATEGORIZE = TypeId(name="CategorizeImage", version="1")
STARTED = WorkflowExecutionStarted(
    event_id=1,
    event_timestamp=100.0,
    attributes=WorkflowExecutionStartedAttributes(
        child_policy="TERMINATE", task_list=TaskList(name="list"), workflow_type=CATEGORIZE
    ),
)
ACTIVITY = ActivityTaskCompleted(
    event_id=2,
    event_timestamp=101.0,
    attributes=ActivityTaskCompletedAttributes(scheduled_event_id=1, started_event_id=1),
)


class Service:
    """Answers lists and histories with one item a page."""

    def __init__(self):
        self.open = []
        self.closed = []
        self.histories = {}

    def call(self, request):
        position = int(request.next_page_token or 0)
        items = self._items(request)
        token = str(position + 1) if position + 1 < len(items) else None
        page = tuple(items[position : position + 1])
        if isinstance(request, GetWorkflowExecutionHistory):
            return History(events=page, next_page_token=token)
        return WorkflowExecutionInfos(execution_infos=page, next_page_token=token)

    def _items(self, request):
        match request:
            case ListOpenWorkflowExecutions():
                return self.open
            case ListClosedWorkflowExecutions():
                return self.closed
            case GetWorkflowExecutionHistory():
                return self.histories[request.execution.workflow_id]


def test_lines_tell_about_open_completed_and_failed_executions():
    service = Service()
    service.open = [_info("rocket.jpg")]
    service.closed = [_info("cat.jpg", "COMPLETED"), _info("bird.jpg", "FAILED")]
    service.histories = {
        "rocket.jpg": [STARTED, ACTIVITY],
        "cat.jpg": [STARTED, ACTIVITY, ACTIVITY, _completed('{"color":"brown","folder":"brown"}')],
        "bird.jpg": [STARTED, _failed("HTTP Error 404")],
    }
    assert report.lines(service) == [
        report.Line(
            photo="bird.jpg",
            status="FAILED",
            activities=0,
            seconds=7.5,
            folder="failed: HTTP Error 404",
        ),
        report.Line(
            photo="cat.jpg",
            status="COMPLETED",
            activities=2,
            seconds=7.5,
            color="brown",
            folder="brown",
        ),
        report.Line(photo="rocket.jpg", status="OPEN", activities=1, seconds=None),
    ]


def test_execution_that_closes_between_the_lists_is_counted_once():
    service = Service()
    service.open = [_info("cat.jpg")]
    service.closed = [_info("cat.jpg", "COMPLETED")]
    assert report.executions(service) == service.closed


def test_table_shows_photograph_color_folder_activities_and_time():
    line = report.Line(
        photo="cat.jpg",
        status="COMPLETED",
        activities=3,
        seconds=7.53,
        color="brown",
        folder="brown",
    )
    console = Console(width=80, force_terminal=False)
    with console.capture() as capture:
        console.print(report.table([line]))
    row = next(text for text in capture.get().splitlines() if "cat.jpg" in text)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "cat.jpg",
        "brown",
        "brown",
        "3",
        "7.5 s",
    ]


def _info(photo, status=None):
    return WorkflowExecutionInfo(
        execution=ExecutionId(workflow_id=photo, run_id="run"),
        workflow_type=CATEGORIZE,
        start_timestamp=100.0,
        execution_status="OPEN" if status is None else "CLOSED",
        close_timestamp=None if status is None else 107.5,
        close_status=status,
    )


def _completed(result):
    return WorkflowExecutionCompleted(
        event_id=9,
        event_timestamp=107.5,
        attributes=WorkflowExecutionCompletedAttributes(
            decision_task_completed_event_id=8, result=result
        ),
    )


def _failed(reason):
    return WorkflowExecutionFailed(
        event_id=9,
        event_timestamp=107.5,
        attributes=WorkflowExecutionFailedAttributes(
            decision_task_completed_event_id=8, reason=reason
        ),
    )
