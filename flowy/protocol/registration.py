"""Domains and types as the service describes them."""

from flowy.protocol.fields import (
    Arn,
    ChildPolicy,
    Description,
    DomainName,
    DurationInDays,
    DurationInSecondsOptional,
    PageToken,
    RegistrationStatus,
    ResourceTagKey,
    ResourceTagValue,
    TaskPriority,
    Timestamp,
)
from flowy.protocol.ids import TaskList, TypeId
from flowy.protocol.value import Value


class ResourceTag(Value):
    """A key and a value on a domain."""

    key: ResourceTagKey
    value: ResourceTagValue | None = None


class ListTagsForResourceOutput(Value):
    """The tags of a domain."""

    tags: tuple[ResourceTag, ...] | None = None


class DomainInfo(Value):
    """A domain and its registration."""

    name: DomainName
    status: RegistrationStatus
    description: Description | None = None
    arn: Arn | None = None


class DomainInfos(Value):
    """A page of domains."""

    domain_infos: tuple[DomainInfo, ...]
    next_page_token: PageToken | None = None


class DomainConfiguration(Value):
    """What a domain was registered with."""

    workflow_execution_retention_period_in_days: DurationInDays


class DomainDetail(Value):
    """A domain with its configuration."""

    domain_info: DomainInfo
    configuration: DomainConfiguration


class ActivityTypeInfo(Value):
    """An activity type and its registration."""

    activity_type: TypeId
    status: RegistrationStatus
    creation_date: Timestamp
    description: Description | None = None
    deprecation_date: Timestamp | None = None


class ActivityTypeInfos(Value):
    """A page of activity types."""

    type_infos: tuple[ActivityTypeInfo, ...]
    next_page_token: PageToken | None = None


class ActivityTypeConfiguration(Value):
    """The defaults that an activity type was registered with."""

    default_task_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_task_heartbeat_timeout: DurationInSecondsOptional | None = None
    default_task_list: TaskList | None = None
    default_task_priority: TaskPriority | None = None
    default_task_schedule_to_start_timeout: DurationInSecondsOptional | None = None
    default_task_schedule_to_close_timeout: DurationInSecondsOptional | None = None


class ActivityTypeDetail(Value):
    """An activity type with its defaults."""

    type_info: ActivityTypeInfo
    configuration: ActivityTypeConfiguration


class WorkflowTypeInfo(Value):
    """A workflow type and its registration."""

    workflow_type: TypeId
    status: RegistrationStatus
    creation_date: Timestamp
    description: Description | None = None
    deprecation_date: Timestamp | None = None


class WorkflowTypeInfos(Value):
    """A page of workflow types."""

    type_infos: tuple[WorkflowTypeInfo, ...]
    next_page_token: PageToken | None = None


class WorkflowTypeConfiguration(Value):
    """The defaults that a workflow type was registered with."""

    default_task_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_task_list: TaskList | None = None
    default_task_priority: TaskPriority | None = None
    default_child_policy: ChildPolicy | None = None
    default_lambda_role: Arn | None = None


class WorkflowTypeDetail(Value):
    """A workflow type with its defaults."""

    type_info: WorkflowTypeInfo
    configuration: WorkflowTypeConfiguration
