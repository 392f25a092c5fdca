"""Activity types: a name and a version with defaults."""

from flowy.protocol.fields import (
    Description,
    DomainName,
    DurationInSecondsOptional,
    Name,
    PageSize,
    PageToken,
    RegistrationStatus,
    TaskPriority,
    Version,
)
from flowy.protocol.ids import TaskList, TypeId
from flowy.protocol.registration import ActivityTypeDetail, ActivityTypeInfos
from flowy.protocol.request import Request


class RegisterActivityType(Request[None]):
    """Make an activity type."""

    domain: DomainName
    name: Name
    version: Version
    description: Description | None = None
    default_task_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_task_heartbeat_timeout: DurationInSecondsOptional | None = None
    default_task_list: TaskList | None = None
    default_task_priority: TaskPriority | None = None
    default_task_schedule_to_start_timeout: DurationInSecondsOptional | None = None
    default_task_schedule_to_close_timeout: DurationInSecondsOptional | None = None


class DescribeActivityType(Request[ActivityTypeDetail]):
    """Tell about an activity type."""

    domain: DomainName
    activity_type: TypeId


class ListActivityTypes(Request[ActivityTypeInfos]):
    """List the activity types of a domain in order of name."""

    domain: DomainName
    registration_status: RegistrationStatus
    name: Name | None = None
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None


class DeprecateActivityType(Request[None]):
    """Schedule no more activities of a type."""

    domain: DomainName
    activity_type: TypeId


class UndeprecateActivityType(Request[None]):
    """Take a deprecated activity type into use again."""

    domain: DomainName
    activity_type: TypeId


class DeleteActivityType(Request[None]):
    """Remove a deprecated activity type."""

    domain: DomainName
    activity_type: TypeId
