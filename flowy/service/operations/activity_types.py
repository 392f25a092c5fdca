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
from flowy.service.operations import registration
from flowy.service.operations.lookups import activity_type_detail, activity_type_info
from flowy.service.operations.unit import Unit


def register_activity_type(unit: Unit, request: RegisterActivityType) -> None:
    """Make an activity type."""
    configuration = registration.configured(ActivityTypeConfiguration, request)
    registration.register(unit, "activity", request, configuration)


def describe_activity_type(unit: Unit, request: DescribeActivityType) -> ActivityTypeDetail:
    """Tell about an activity type."""
    found = registration.describe(unit, "activity", request.domain, request.activity_type)
    return activity_type_detail(found)


def list_activity_types(unit: Unit, request: ListActivityTypes) -> ActivityTypeInfos:
    """List the activity types of a domain in order of name."""
    found, token = registration.listed(unit, "activity", request)
    infos = tuple(activity_type_info(each) for each in found)
    return ActivityTypeInfos(type_infos=infos, next_page_token=token)


def deprecate_activity_type(unit: Unit, request: DeprecateActivityType) -> None:
    """Take an activity type out of use."""
    registration.deprecate(unit, "activity", request.domain, request.activity_type)


def undeprecate_activity_type(unit: Unit, request: UndeprecateActivityType) -> None:
    """Take a deprecated activity type into use again."""
    registration.undeprecate(unit, "activity", request.domain, request.activity_type)


def delete_activity_type(unit: Unit, request: DeleteActivityType) -> None:
    """Delete a deprecated activity type."""
    registration.remove(unit, "activity", request.domain, request.activity_type)
