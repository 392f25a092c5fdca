"""Domains: a name space for types and executions."""

from flowy.protocol.fields import (
    Arn,
    Description,
    DomainName,
    DurationInDays,
    PageSize,
    PageToken,
    RegistrationStatus,
    ResourceTagKey,
)
from flowy.protocol.registration import (
    DomainDetail,
    DomainInfos,
    ListTagsForResourceOutput,
    ResourceTag,
)
from flowy.protocol.request import Request


class RegisterDomain(Request[None]):
    """Make a domain."""

    name: DomainName
    workflow_execution_retention_period_in_days: DurationInDays
    description: Description | None = None
    tags: tuple[ResourceTag, ...] | None = None


class DescribeDomain(Request[DomainDetail]):
    """Tell about a domain."""

    name: DomainName


class ListDomains(Request[DomainInfos]):
    """List the domains in order of name."""

    registration_status: RegistrationStatus
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None


class DeprecateDomain(Request[None]):
    """Take no more types and executions in a domain."""

    name: DomainName


class UndeprecateDomain(Request[None]):
    """Take a deprecated domain into use again."""

    name: DomainName


class ListTagsForResource(Request[ListTagsForResourceOutput]):
    """List the tags of a domain."""

    resource_arn: Arn


class TagResource(Request[None]):
    """Put tags on a domain."""

    resource_arn: Arn
    tags: tuple[ResourceTag, ...]


class UntagResource(Request[None]):
    """Take tags off a domain."""

    resource_arn: Arn
    tag_keys: tuple[ResourceTagKey, ...]
