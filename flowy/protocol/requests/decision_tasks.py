"""What a decider calls."""

from flowy.protocol.decisions import AnyDecision
from flowy.protocol.fields import (
    Data,
    DomainName,
    DurationInSecondsOptional,
    Identity,
    PageSize,
    PageToken,
    TaskToken,
)
from flowy.protocol.ids import TaskList
from flowy.protocol.request import Request
from flowy.protocol.tasks import DecisionTask


class PollForDecisionTask(Request[DecisionTask]):
    """Wait up to 60 seconds for a decision task, or read the next page of one."""

    domain: DomainName
    task_list: TaskList
    identity: Identity | None = None
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None
    start_at_previous_started_event: bool | None = None


class RespondDecisionTaskCompleted(Request[None]):
    """Answer a decision task with decisions."""

    task_token: TaskToken
    decisions: tuple[AnyDecision, ...] | None = None
    execution_context: Data | None = None
    task_list: TaskList | None = None
    task_list_schedule_to_start_timeout: DurationInSecondsOptional | None = None
