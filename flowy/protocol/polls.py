"""Which requests wait, which can be repeated, and what a wait without a task answers."""

from typing import Any

from flowy.protocol.operations import OPERATIONS
from flowy.protocol.request import Request
from flowy.protocol.requests.activity_tasks import PollForActivityTask, RecordActivityTaskHeartbeat
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.requests.extensions import DescribeOpenActivityTasks
from flowy.protocol.tasks import ActivityTask, DecisionTask

POLL_SECONDS = 60.0
"""How long SWF holds a poll that finds no task."""

EMPTY: dict[type[Request[Any]], ActivityTask | DecisionTask] = {
    PollForActivityTask: ActivityTask(),
    PollForDecisionTask: DecisionTask(),
}
"""What a poll answers that found no task."""

NO_TASK = b'{"taskToken":"","startedEventId":0,"previousStartedEventId":0}'
"""The same as the body that SWF sends."""

CLIENT_HEADER = "X-Flowy-Client"
"""Over HTTP, names the client that a poll is of; see `flowy.protocol.requests.extensions`."""

_READS = ("Count", "Describe", "Get", "List", "Poll")

REPEATABLE: frozenset[type[Request[Any]]] = frozenset(
    cls for name, cls in OPERATIONS.items() if name.startswith(_READS)
) | {DescribeOpenActivityTasks, RecordActivityTaskHeartbeat}
"""Requests that may be sent again when it is not known whether they arrived."""


def waits(request: Request[Any]) -> bool:
    """Tell whether a request waits for a task; the next page of a decision task does not."""
    return type(request) in EMPTY and not getattr(request, "next_page_token", None)
