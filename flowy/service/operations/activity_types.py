"""The calls about activity types."""

from flowy.protocol.registration import (
    ActivityTypeConfiguration,
    ActivityTypeDetail,
    ActivityTypeInfos,
)
from flowy.protocol.requests.activity_types import (
    DeleteActivityType,
    DeprecateActivityType,
    DescribeActivityType,
    ListActivityTypes,
    RegisterActivityType,
    UndeprecateActivityType,
)
from flowy.service.operations import types
from flowy.service.operations.lookups import activity_type_detail, activity_type_info
from flowy.service.operations.unit import Unit


def register_activity_type(unit: Unit, request: RegisterActivityType) -> None:
    """Make an activity type."""
    configuration = types.configured(ActivityTypeConfiguration, request)
    types.register(unit, "activity", request, configuration)


def describe_activity_type(unit: Unit, request: DescribeActivityType) -> ActivityTypeDetail:
    """Tell about an activity type."""
    found = types.describe(unit, "activity", request.domain, request.activity_type)
    return activity_type_detail(found)


def list_activity_types(unit: Unit, request: ListActivityTypes) -> ActivityTypeInfos:
    """List the activity types of a domain in order of name."""
    found, token = types.listed(unit, "activity", request)
    infos = tuple(activity_type_info(each) for each in found)
    return ActivityTypeInfos(type_infos=infos, next_page_token=token)


def deprecate_activity_type(unit: Unit, request: DeprecateActivityType) -> None:
    """Take an activity type out of use."""
    types.deprecate(unit, "activity", request.domain, request.activity_type)


def undeprecate_activity_type(unit: Unit, request: UndeprecateActivityType) -> None:
    """Take a deprecated activity type into use again."""
    types.undeprecate(unit, "activity", request.domain, request.activity_type)


def delete_activity_type(unit: Unit, request: DeleteActivityType) -> None:
    """Delete a deprecated activity type."""
    types.remove(unit, "activity", request.domain, request.activity_type)
