"""Domains, types and tags on SQLite."""

import msgspec
import pytest

from flowy.clock import ManualClock
from flowy.protocol.faults import (
    DomainAlreadyExistsFault,
    DomainDeprecatedFault,
    LimitExceededFault,
    TooManyTagsFault,
    TypeAlreadyExistsFault,
    TypeDeprecatedFault,
    TypeNotDeprecatedFault,
    UnknownResourceFault,
    ValidationException,
)
from flowy.protocol.ids import TaskList, TypeId
from flowy.protocol.registration import ResourceTag
from flowy.protocol.requests.activity_types import (
    DeleteActivityType,
    DeprecateActivityType,
    DescribeActivityType,
    ListActivityTypes,
    RegisterActivityType,
    UndeprecateActivityType,
)
from flowy.protocol.requests.domains import (
    DeprecateDomain,
    DescribeDomain,
    ListDomains,
    ListTagsForResource,
    RegisterDomain,
    TagResource,
    UndeprecateDomain,
    UntagResource,
)
from flowy.protocol.requests.workflow_types import (
    DeleteWorkflowType,
    DeprecateWorkflowType,
    DescribeWorkflowType,
    ListWorkflowTypes,
    RegisterWorkflowType,
    UndeprecateWorkflowType,
)
from flowy.service.domain.tokens import seal, unseal
from flowy.service.operations.quotas import Quotas
from flowy.service.server import Service
from tests.integration.service.driving import ACTIVITY, DOMAIN, WORKFLOW, Driver


def domain(name: str, **settings: object) -> RegisterDomain:
    return RegisterDomain(name=name, workflow_execution_retention_period_in_days="7", **settings)


def test_a_domain_is_described_as_registered(service: Service):
    service.call(domain("a", description="first"))
    found = service.call(DescribeDomain(name="a"))
    assert (found.domain_info.name, found.domain_info.description) == ("a", "first")
    assert found.domain_info.status == "REGISTERED"
    assert found.domain_info.arn is not None
    assert found.domain_info.arn.endswith(":/domain/a")
    assert found.configuration.workflow_execution_retention_period_in_days == "7"


def test_a_domain_is_registered_once_also_when_deprecated(service: Service):
    service.call(domain("a"))
    with pytest.raises(DomainAlreadyExistsFault, match=r"^a$"):
        service.call(domain("a"))
    service.call(DeprecateDomain(name="a"))
    with pytest.raises(DomainAlreadyExistsFault):
        service.call(domain("a"))


@pytest.mark.parametrize("period", ["91", "-1", "x", "1.5"])
def test_a_retention_period_is_0_to_90_days_or_none(service: Service, period: str):
    with pytest.raises(ValidationException):
        service.call(RegisterDomain(name="a", workflow_execution_retention_period_in_days=period))


@pytest.mark.parametrize("name", ["a:b", "a/b", "a|b", "arn", " a", "a ", "a\x7f"])
def test_forbidden_names_are_refused(service: Service, name: str):
    with pytest.raises(ValidationException):
        service.call(domain(name))


def test_domains_are_listed_by_status_in_order_and_in_pages(service: Service):
    for name in ("c", "a", "d", "b", "e"):
        service.call(domain(name))
    service.call(DeprecateDomain(name="d"))

    def pages(**settings: object) -> list[list[str]]:
        found, token = [], None
        while True:
            page = service.call(ListDomains(maximum_page_size=2, next_page_token=token, **settings))
            found.append([info.name for info in page.domain_infos])
            token = page.next_page_token
            if token is None:
                return found

    assert pages(registration_status="REGISTERED") == [["a", "b"], ["c", "e"]]
    assert pages(registration_status="REGISTERED", reverse_order=True) == [["e", "c"], ["b", "a"]]
    assert pages(registration_status="DEPRECATED") == [["d"]]


def test_a_page_token_is_good_for_its_own_list_and_for_a_day(service: Service, clock: ManualClock):
    for name in ("a", "b"):
        service.call(domain(name))
    token = service.call(
        ListDomains(registration_status="REGISTERED", maximum_page_size=1)
    ).next_page_token
    with pytest.raises(ValidationException, match="Invalid token"):
        service.call(ListDomains(registration_status="DEPRECATED", next_page_token=token))
    with pytest.raises(ValidationException, match="Invalid token"):
        service.call(ListDomains(registration_status="REGISTERED", next_page_token="rubbish"))
    scope, expires, _ = msgspec.json.decode(unseal(token))
    other = seal(msgspec.json.encode([scope, expires, {"place": "of another version"}]))
    with pytest.raises(ValidationException, match="Invalid token"):
        service.call(ListDomains(registration_status="REGISTERED", next_page_token=other))
    clock.advance(86_401)
    with pytest.raises(ValidationException, match="exceeded its maximum lifetime"):
        service.call(ListDomains(registration_status="REGISTERED", next_page_token=token))


def test_deprecating_a_domain_deprecates_its_types_and_stops_registrations(driver: Driver):
    driver.client.call(DeprecateDomain(name=DOMAIN))
    with pytest.raises(DomainDeprecatedFault, match=DOMAIN):
        driver.client.call(DeprecateDomain(name=DOMAIN))
    found = driver.client.call(DescribeActivityType(domain=DOMAIN, activity_type=ACTIVITY))
    assert found.type_info.status == "DEPRECATED"
    with pytest.raises(DomainDeprecatedFault):
        driver.client.call(RegisterActivityType(domain=DOMAIN, name="n", version="1"))
    with pytest.raises(DomainDeprecatedFault):
        driver.start()
    driver.client.call(UndeprecateDomain(name=DOMAIN))
    with pytest.raises(DomainAlreadyExistsFault):
        driver.client.call(UndeprecateDomain(name=DOMAIN))


def test_an_unknown_domain_is_named(service: Service):
    for request in (
        DescribeDomain(name="x"),
        DeprecateDomain(name="x"),
        UndeprecateDomain(name="x"),
        RegisterActivityType(domain="x", name="n", version="1"),
        ListWorkflowTypes(domain="x", registration_status="REGISTERED"),
    ):
        with pytest.raises(UnknownResourceFault, match="Unknown domain: x"):
            service.call(request)


def test_the_quota_of_domains_and_types_is_kept(clock: ManualClock):
    service = Service(clock=clock, limits=Quotas(domains=1, types=1))
    service.call(domain("a"))
    with pytest.raises(LimitExceededFault):
        service.call(domain("b"))
    service.call(RegisterActivityType(domain="a", name="n", version="1"))
    service.call(RegisterWorkflowType(domain="a", name="n", version="1"))
    with pytest.raises(LimitExceededFault):
        service.call(RegisterActivityType(domain="a", name="n", version="2"))
    service.close()


def test_tags_are_put_replaced_and_taken_off(service: Service):
    service.call(domain("a", tags=(ResourceTag(key="k", value="1"),)))
    arn = service.call(DescribeDomain(name="a")).domain_info.arn
    assert arn is not None
    added = (ResourceTag(key="k", value="2"), ResourceTag(key="b"))
    service.call(TagResource(resource_arn=arn, tags=added))
    tags = service.call(ListTagsForResource(resource_arn=arn)).tags
    assert tags == (ResourceTag(key="b"), ResourceTag(key="k", value="2"))
    service.call(UntagResource(resource_arn=arn, tag_keys=("k", "missing")))
    assert service.call(ListTagsForResource(resource_arn=arn)).tags == (ResourceTag(key="b"),)


def test_a_domain_carries_at_most_50_tags(service: Service):
    service.call(domain("a"))
    arn = "arn:aws:swf:us-east-1:123456789012:/domain/a"
    tags = tuple(ResourceTag(key=str(number)) for number in range(50))
    service.call(TagResource(resource_arn=arn, tags=tags))
    service.call(TagResource(resource_arn=arn, tags=(ResourceTag(key="7", value="new"),)))
    with pytest.raises(TooManyTagsFault):
        service.call(TagResource(resource_arn=arn, tags=(ResourceTag(key="50"),)))
    with pytest.raises(TooManyTagsFault):
        service.call(domain("b", tags=(*tags, ResourceTag(key="50"))))


@pytest.mark.parametrize("arn", ["arn:aws:swf:us-east-1:1:/domain/missing", "rubbish"])
def test_tags_of_what_is_no_domain_are_refused(service: Service, arn: str):
    with pytest.raises(UnknownResourceFault):
        service.call(ListTagsForResource(resource_arn=arn))


def test_types_are_described_with_exactly_the_defaults_given(driver: Driver, clock: ManualClock):
    driver.client.call(
        RegisterActivityType(
            domain=DOMAIN,
            name="n",
            version="1",
            description="d",
            default_task_list=TaskList(name="t"),
            default_task_priority="5",
            default_task_heartbeat_timeout="NONE",
        )
    )
    found = driver.client.call(
        DescribeActivityType(domain=DOMAIN, activity_type=TypeId(name="n", version="1"))
    )
    assert found.type_info.creation_date == clock.now()
    assert found.type_info.description == "d"
    assert found.configuration.default_task_list == TaskList(name="t")
    assert found.configuration.default_task_priority == "5"
    assert found.configuration.default_task_heartbeat_timeout == "NONE"
    assert found.configuration.default_task_start_to_close_timeout is None


KINDS = {
    "activity": (
        ACTIVITY,
        RegisterActivityType,
        DescribeActivityType,
        DeprecateActivityType,
        UndeprecateActivityType,
        DeleteActivityType,
    ),
    "workflow": (
        WORKFLOW,
        RegisterWorkflowType,
        DescribeWorkflowType,
        DeprecateWorkflowType,
        UndeprecateWorkflowType,
        DeleteWorkflowType,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_lives_through_its_states(driver: Driver, clock: ManualClock, kind: str):
    type_id, register, describe, deprecate, undeprecate, delete = KINDS[kind]
    call, of = driver.client.call, {"domain": DOMAIN, f"{kind}_type": type_id}
    text = rf"Type=\[name={type_id.name}, version={type_id.version}\]"
    with pytest.raises(TypeAlreadyExistsFault, match=text):
        call(register(domain=DOMAIN, name=type_id.name, version=type_id.version))
    with pytest.raises(TypeNotDeprecatedFault):
        call(delete(**of))
    with pytest.raises(TypeAlreadyExistsFault):
        call(undeprecate(**of))
    clock.advance(1)
    call(deprecate(**of))
    assert call(describe(**of)).type_info.deprecation_date == clock.now()
    with pytest.raises(TypeDeprecatedFault, match=text):
        call(deprecate(**of))
    call(undeprecate(**of))
    assert call(describe(**of)).type_info.deprecation_date is None
    call(deprecate(**of))
    call(delete(**of))
    with pytest.raises(UnknownResourceFault, match="Unknown type: "):
        call(describe(**of))
    call(register(domain=DOMAIN, name=type_id.name, version=type_id.version))


def test_bad_defaults_are_refused(driver: Driver):
    for settings in (
        {"default_task_start_to_close_timeout": "soon"},
        {"default_task_priority": "high"},
        {"default_task_list": TaskList(name="a:b")},
    ):
        with pytest.raises(ValidationException):
            driver.client.call(
                RegisterActivityType(domain=DOMAIN, name="n", version="1", **settings)
            )


def test_types_are_listed_in_order_of_name_and_version(driver: Driver):
    for name, version in (("b", "1"), ("a", "2"), ("a", "1")):
        driver.client.call(RegisterActivityType(domain=DOMAIN, name=name, version=version))

    def listed(**settings: object) -> list[str]:
        found, token = [], None
        while True:
            page = driver.client.call(
                ListActivityTypes(
                    domain=DOMAIN,
                    registration_status="REGISTERED",
                    maximum_page_size=1,
                    next_page_token=token,
                    **settings,
                )
            )
            found += [str(info.activity_type) for info in page.type_infos]
            token = page.next_page_token
            if token is None:
                return found

    assert listed() == ["Chop 1", "a 1", "a 2", "b 1"]
    assert listed(reverse_order=True) == ["b 1", "a 2", "a 1", "Chop 1"]
    assert listed(name="a") == ["a 1", "a 2"]
    workflows = driver.client.call(
        ListWorkflowTypes(domain=DOMAIN, registration_status="REGISTERED")
    )
    assert [info.workflow_type for info in workflows.type_infos] == [WORKFLOW]
