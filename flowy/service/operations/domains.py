"""Domains: register, describe, list, deprecate."""

from flowy.protocol.faults import (
    DomainAlreadyExistsFault,
    DomainDeprecatedFault,
    LimitExceededFault,
    TooManyTagsFault,
    ValidationException,
)
from flowy.protocol.registration import (
    DomainConfiguration,
    DomainDetail,
    DomainInfo,
    DomainInfos,
)
from flowy.protocol.requests.domains import (
    DeprecateDomain,
    DescribeDomain,
    ListDomains,
    RegisterDomain,
    UndeprecateDomain,
)
from flowy.protocol.value import Value
from flowy.service.domain.validation import check_trimmed_name
from flowy.service.operations.arn import domain_arn
from flowy.service.operations.paging import make_token, page_size, resume
from flowy.service.operations.unit import Unit
from flowy.service.store import domains, types
from flowy.service.store.domains import Domain


class After(Value):
    """A page of domains ended with this name."""

    name: str


def register_domain(unit: Unit, request: RegisterDomain) -> None:
    """Make a domain.

    Raises:
        ValidationException: The name or the retention period makes no sense.
        DomainAlreadyExistsFault: There is one of that name, deprecated or not.
        LimitExceededFault: There are as many domains as there may be.
        TooManyTagsFault: A domain carries fewer tags.
    """
    check_trimmed_name("name", request.name)
    _check_retention(unit, request.workflow_execution_retention_period_in_days)
    if domains.find(unit.session, request.name) is not None:
        raise DomainAlreadyExistsFault(request.name)
    if domains.count(unit.session) >= unit.quotas.domains:
        raise LimitExceededFault(f"there are {unit.quotas.domains} domains already")
    tags = request.tags or ()
    if len({tag.key for tag in tags}) > unit.quotas.domain_tags:
        raise TooManyTagsFault(f"a domain carries at most {unit.quotas.domain_tags} tags")
    period = request.workflow_execution_retention_period_in_days
    made = domains.register(unit.session, request.name, period, request.description)
    domains.put_tags(unit.session, made.id, tags)


def describe_domain(unit: Unit, request: DescribeDomain) -> DomainDetail:
    """Tell about a domain.

    Raises:
        UnknownResourceFault: There is none of that name.
    """
    found = unit.domain(request.name)
    configuration = DomainConfiguration(workflow_execution_retention_period_in_days=found.retention)
    return DomainDetail(domain_info=_info(found), configuration=configuration)


def list_domains(unit: Unit, request: ListDomains) -> DomainInfos:
    """List the domains of a status in order of name."""
    size = page_size(unit, request.maximum_page_size)
    position = resume(unit, request, request.next_page_token, After)
    after = None if position is None else position.name
    status, reverse = request.registration_status, bool(request.reverse_order)
    found = domains.page(unit.session, status, after, size + 1, reverse=reverse)
    token = None
    if len(found) > size:
        token = make_token(unit, request, After(name=found[size - 1].name))
    infos = tuple(_info(domain) for domain in found[:size])
    return DomainInfos(domain_infos=infos, next_page_token=token)


def deprecate_domain(unit: Unit, request: DeprecateDomain) -> None:
    """Take no more types and executions in a domain, and deprecate its types.

    Raises:
        UnknownResourceFault: There is none of that name.
        DomainDeprecatedFault: It is deprecated already.
    """
    found = unit.domain(request.name)
    if found.status == "DEPRECATED":
        raise DomainDeprecatedFault(request.name)
    domains.set_status(unit.session, request.name, "DEPRECATED")
    types.deprecate_all(unit.session, found.id, unit.now)
    unit.shared.registrations.forget()


def undeprecate_domain(unit: Unit, request: UndeprecateDomain) -> None:
    """Take a deprecated domain into use again; its types stay deprecated.

    Raises:
        UnknownResourceFault: There is none of that name.
        DomainAlreadyExistsFault: It is not deprecated.
    """
    if unit.domain(request.name).status == "REGISTERED":
        raise DomainAlreadyExistsFault(request.name)
    domains.set_status(unit.session, request.name, "REGISTERED")
    unit.shared.registrations.forget()


def _info(found: Domain) -> DomainInfo:
    return DomainInfo(
        name=found.name,
        status=found.status,
        description=found.description,
        arn=domain_arn(found.name),
    )


def _check_retention(unit: Unit, period: str) -> None:
    longest = unit.quotas.retention_days
    is_number = period.isascii() and period.isdigit()
    if period != "NONE" and not (is_number and int(period) <= longest):
        raise ValidationException(
            f"1 validation error detected: Value '{period}' at "
            "'workflowExecutionRetentionPeriodInDays' failed to satisfy constraint: Member must "
            f"be a number of days from 0 to {longest}, or NONE"
        )
