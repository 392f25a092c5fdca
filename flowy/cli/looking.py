"""One execution as `flowy show` has it: its status, its history, its open activities."""

from collections.abc import Iterator

from flowy.cli import open_activities, tables, timeline, visibility
from flowy.cli.open_activities import OpenActivities
from flowy.cli.reading import Reader
from flowy.cli.tables import Part
from flowy.protocol.client import SwfClient
from flowy.protocol.executions import WorkflowExecutionInfo
from flowy.protocol.history import HistoryEvent
from flowy.protocol.requests.executions import DescribeWorkflowExecution


class Look:
    """What is known of an execution; of its history only what is new is asked for again.

    Args:
        client: The service.
        domain: The domain.
        info: Which one, and its status.
        read: Reads the texts of its history.
    """

    def __init__(
        self, client: SwfClient, domain: str, info: WorkflowExecutionInfo, read: Reader
    ) -> None:
        self.info = info
        self.events: list[HistoryEvent] = []
        self.opened: OpenActivities | None = None
        self._client, self._domain, self._read = client, domain, read
        self._events()

    @property
    def is_closed(self) -> bool:
        """Whether nothing new will come."""
        return self.info.close_status is not None

    def again(self) -> None:
        """Look again."""
        # Its status first: the history of what is closed then is whole.
        request = DescribeWorkflowExecution(domain=self._domain, execution=self.info.execution)
        self.info = self._client.call(request).execution_info
        self._events()

    def parts(self, *, activities: bool) -> Iterator[Part]:
        """Return what is shown of it, with ``activities`` no history."""
        status = self.info.close_status or self.info.execution_status
        yield f"{self.info.execution}, {self.info.workflow_type}: {status}"
        if not activities:
            yield tables.timeline(timeline.lines(self.events, self._read))
        if self.opened is not None or activities:
            yield from _open(self.opened)

    def _events(self) -> None:
        client, domain, execution = self._client, self._domain, self.info.execution
        if not self.events:
            self.events = list(visibility.history(client, domain, execution))
        else:
            self.events += visibility.newer(client, domain, execution, self.events[-1].event_id)
        self.opened = None
        if not self.is_closed:
            self.opened = open_activities.find(client, domain, execution, self.events, self._read)


def _open(found: OpenActivities | None) -> Iterator[Part]:
    if found is None or not found.activities:
        yield "no activity is open"
        return
    yield tables.activities(map(open_activities.row, found.activities))
    if not found.beats:
        yield "this service does not tell of heartbeats, and so of no progress"
