"""Workflow types: a name and a version with defaults."""

from flowy.protocol.fields import (
    Arn,
    ChildPolicy,
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
from flowy.protocol.registration import WorkflowTypeDetail, WorkflowTypeInfos
from flowy.protocol.request import Request


class RegisterWorkflowType(Request[None]):
    """Make a workflow type."""

    domain: DomainName
    name: Name
    version: Version
    description: Description | None = None
    default_task_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_task_list: TaskList | None = None
    default_task_priority: TaskPriority | None = None
    default_child_policy: ChildPolicy | None = None
    default_lambda_role: Arn | None = None


class DescribeWorkflowType(Request[WorkflowTypeDetail]):
    """Tell about a workflow type."""

    domain: DomainName
    workflow_type: TypeId


class ListWorkflowTypes(Request[WorkflowTypeInfos]):
    """List the workflow types of a domain in order of name."""

    domain: DomainName
    registration_status: RegistrationStatus
    name: Name | None = None
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None


class DeprecateWorkflowType(Request[None]):
    """Start no more executions of a type."""

    domain: DomainName
    workflow_type: TypeId


class UndeprecateWorkflowType(Request[None]):
    """Take a deprecated workflow type into use again."""

    domain: DomainName
    workflow_type: TypeId


class DeleteWorkflowType(Request[None]):
    """Remove a deprecated workflow type."""

    domain: DomainName
    workflow_type: TypeId
