"""Domains: registered, described, listed, deprecated and taken into use again."""

import pytest

from tests.contract.service.swf import ACTIVITY, WORKFLOW, Swf, refused


def test_a_domain_is_described_as_it_was_registered(swf: Swf):
    found = swf.client.describe_domain(name=swf.domain)
    assert found["domainInfo"]["name"] == swf.domain
    assert found["domainInfo"]["status"] == "REGISTERED"
    assert found["domainInfo"]["description"] == "a case"
    assert found["domainInfo"]["arn"].endswith(f":/domain/{swf.domain}")
    assert found["configuration"] == {"workflowExecutionRetentionPeriodInDays": "7"}


def test_a_name_is_registered_once(swf: Swf):
    with refused("DomainAlreadyExistsFault", swf.domain):
        swf.client.register_domain(name=swf.domain, workflowExecutionRetentionPeriodInDays="1")


def test_a_deprecated_name_is_not_registered_again(swf: Swf):
    swf.client.deprecate_domain(name=swf.domain)
    with refused("DomainAlreadyExistsFault", swf.domain):
        swf.client.register_domain(name=swf.domain, workflowExecutionRetentionPeriodInDays="1")


@pytest.mark.parametrize("call", ["describe_domain", "deprecate_domain", "undeprecate_domain"])
def test_an_unknown_domain_is_a_fault(swf: Swf, call: str):
    with refused("UnknownResourceFault", "Unknown domain: nowhere"):
        getattr(swf.client, call)(name="nowhere")


def test_a_domain_is_deprecated_and_taken_into_use_again(swf: Swf):
    swf.client.deprecate_domain(name=swf.domain)
    found = swf.client.describe_domain(name=swf.domain)
    assert found["domainInfo"]["status"] == "DEPRECATED"
    with refused("DomainDeprecatedFault", swf.domain):
        swf.client.deprecate_domain(name=swf.domain)
    swf.client.undeprecate_domain(name=swf.domain)
    found = swf.client.describe_domain(name=swf.domain)
    assert found["domainInfo"]["status"] == "REGISTERED"
    with refused("DomainAlreadyExistsFault", swf.domain):
        swf.client.undeprecate_domain(name=swf.domain)


def test_a_deprecated_domain_takes_no_types_and_no_executions(swf: Swf):
    swf.client.deprecate_domain(name=swf.domain)
    with refused("DomainDeprecatedFault"):
        swf.client.register_workflow_type(domain=swf.domain, name="New", version="1")
    with refused("DomainDeprecatedFault"):
        swf.client.register_activity_type(domain=swf.domain, name="New", version="1")
    with refused("DomainDeprecatedFault"):
        swf.start()


def test_deprecating_a_domain_deprecates_its_types(swf: Swf):
    swf.client.deprecate_domain(name=swf.domain)
    workflow = swf.client.describe_workflow_type(domain=swf.domain, workflowType=WORKFLOW)
    activity = swf.client.describe_activity_type(domain=swf.domain, activityType=ACTIVITY)
    assert workflow["typeInfo"]["status"] == "DEPRECATED"
    assert activity["typeInfo"]["status"] == "DEPRECATED"


def test_executions_of_a_deprecated_domain_go_on_and_are_seen(swf: Swf):
    execution = swf.start()
    swf.client.deprecate_domain(name=swf.domain)
    swf.decide()
    found = swf.client.list_open_workflow_executions(
        domain=swf.domain, startTimeFilter={"oldestDate": 0}
    )
    assert [info["execution"] for info in found["executionInfos"]] == [execution]


def _listed(swf: Swf, prefix: str, status: str, **options: object) -> list[str]:
    found = swf.client.list_domains(registrationStatus=status, **options)
    return [info["name"] for info in found["domainInfos"] if info["name"].startswith(prefix)]


def _register(swf: Swf, *names: str) -> None:
    for name in names:
        swf.client.register_domain(name=name, workflowExecutionRetentionPeriodInDays="0")


def test_domains_are_listed_by_status_in_order_of_name(swf: Swf):
    prefix = f"{swf.domain}-list"
    _register(swf, f"{prefix}-b", f"{prefix}-c", f"{prefix}-a")
    swf.client.deprecate_domain(name=f"{prefix}-c")
    assert _listed(swf, prefix, "REGISTERED") == [f"{prefix}-a", f"{prefix}-b"]
    assert _listed(swf, prefix, "DEPRECATED") == [f"{prefix}-c"]
    assert _listed(swf, prefix, "REGISTERED", reverseOrder=True) == [f"{prefix}-b", f"{prefix}-a"]


def test_domains_come_in_pages(swf: Swf):
    names = [f"{swf.domain}-page-{n}" for n in range(5)]
    _register(swf, *names)
    pages = swf.client.get_paginator("list_domains").paginate(
        registrationStatus="REGISTERED", PaginationConfig={"PageSize": 2}
    )
    found = [[info["name"] for info in page["domainInfos"]] for page in pages]
    assert all(len(page) == 2 for page in found[:-1])
    flat = [name for page in found for name in page]
    assert [name for name in flat if name in names] == names


@pytest.mark.parametrize(
    "name", ["a:b", "a/b", "a|b", "a\x00b", "a\x1fb", "a\x7fb", "a\x9fb", "arn", " a", "a "]
)
def test_a_name_that_may_not_be_is_refused(unregistered: Swf, name: str):
    with refused("ValidationException"):
        unregistered.client.register_domain(name=name, workflowExecutionRetentionPeriodInDays="1")


@pytest.mark.parametrize("period", ["91", "-1", "1.5", "ten", "none"])
def test_a_retention_period_that_may_not_be_is_refused(unregistered: Swf, period: str):
    with refused("ValidationException"):
        unregistered.client.register_domain(
            name=unregistered.domain, workflowExecutionRetentionPeriodInDays=period
        )


@pytest.mark.parametrize("period", ["0", "90", "NONE"])
def test_a_retention_period_of_up_to_ninety_days_is_taken(unregistered: Swf, period: str):
    unregistered.client.register_domain(
        name=unregistered.domain, workflowExecutionRetentionPeriodInDays=period
    )
    found = unregistered.client.describe_domain(name=unregistered.domain)
    assert found["configuration"]["workflowExecutionRetentionPeriodInDays"] == period
