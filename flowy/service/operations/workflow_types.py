"""The calls about workflow types."""

from flowy.protocol.registration import (
    WorkflowTypeConfiguration,
    WorkflowTypeDetail,
    WorkflowTypeInfos,
)
from flowy.protocol.requests.workflow_types import (
    DeleteWorkflowType,
    DeprecateWorkflowType,
    DescribeWorkflowType,
    ListWorkflowTypes,
    RegisterWorkflowType,
    UndeprecateWorkflowType,
)
from flowy.service.operations import registration
from flowy.service.operations.lookups import workflow_type_detail, workflow_type_info
from flowy.service.operations.unit import Unit


def register_workflow_type(unit: Unit, request: RegisterWorkflowType) -> None:
    """Make a workflow type."""
    configuration = registration.configured(WorkflowTypeConfiguration, request)
    registration.register(unit, "workflow", request, configuration)


def describe_workflow_type(unit: Unit, request: DescribeWorkflowType) -> WorkflowTypeDetail:
    """Tell about a workflow type."""
    found = registration.describe(unit, "workflow", request.domain, request.workflow_type)
    return workflow_type_detail(found)


def list_workflow_types(unit: Unit, request: ListWorkflowTypes) -> WorkflowTypeInfos:
    """List the workflow types of a domain in order of name."""
    found, token = registration.listed(unit, "workflow", request)
    infos = tuple(workflow_type_info(each) for each in found)
    return WorkflowTypeInfos(type_infos=infos, next_page_token=token)


def deprecate_workflow_type(unit: Unit, request: DeprecateWorkflowType) -> None:
    """Take a workflow type out of use."""
    registration.deprecate(unit, "workflow", request.domain, request.workflow_type)


def undeprecate_workflow_type(unit: Unit, request: UndeprecateWorkflowType) -> None:
    """Take a deprecated workflow type into use again."""
    registration.undeprecate(unit, "workflow", request.domain, request.workflow_type)


def delete_workflow_type(unit: Unit, request: DeleteWorkflowType) -> None:
    """Delete a deprecated workflow type."""
    registration.remove(unit, "workflow", request.domain, request.workflow_type)
