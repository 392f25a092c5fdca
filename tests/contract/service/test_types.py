"""Workflow and activity types, whose registrations have the same life."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.service.swf import ACTIVITY_DEFAULTS, WORKFLOW_DEFAULTS, Json, Swf, refused


@dataclass(frozen=True)
class Kind:
    """The calls about one kind of type."""

    word: str
    title: str
    defaults: Json

    def call(self, swf: Swf, verb: str, name: str = "Thing", version: str = "1") -> Any:
        return getattr(swf.client, f"{verb}_{self.word}_type")(
            domain=swf.domain, **{f"{self.word}Type": {"name": name, "version": version}}
        )

    def register(self, swf: Swf, name: str = "Thing", version: str = "1", **more: Any) -> None:
        register = getattr(swf.client, f"register_{self.word}_type")
        register(domain=swf.domain, name=name, version=version, **more)

    def listed(self, swf: Swf, status: str = "REGISTERED", **more: Any) -> list[tuple[str, str]]:
        found = getattr(swf.client, f"list_{self.word}_types")(
            domain=swf.domain, registrationStatus=status, **more
        )
        types = [info[f"{self.word}Type"] for info in found["typeInfos"]]
        return [(each["name"], each["version"]) for each in types if each["name"] != "Bare"]


@pytest.fixture(params=["workflow", "activity"])
def kind(request: pytest.FixtureRequest) -> Kind:
    if request.param == "workflow":
        return Kind("workflow", "WorkflowType", WORKFLOW_DEFAULTS)
    return Kind("activity", "ActivityType", ACTIVITY_DEFAULTS)


def test_a_type_is_described_as_it_was_registered(swf: Swf, kind: Kind):
    kind.register(swf, description="what it does", **kind.defaults)
    found = kind.call(swf, "describe")
    assert found["typeInfo"][f"{kind.word}Type"] == {"name": "Thing", "version": "1"}
    assert found["typeInfo"]["status"] == "REGISTERED"
    assert found["typeInfo"]["description"] == "what it does"
    assert "creationDate" in found["typeInfo"]
    assert "deprecationDate" not in found["typeInfo"]
    assert found["configuration"] == kind.defaults


def test_a_type_without_defaults_shows_none(swf: Swf, kind: Kind):
    kind.register(swf)
    assert kind.call(swf, "describe")["configuration"] == {}


def test_a_default_priority_is_kept(swf: Swf, kind: Kind):
    kind.register(swf, defaultTaskPriority="-5")
    assert kind.call(swf, "describe")["configuration"] == {"defaultTaskPriority": "-5"}


def test_a_default_lambda_role_is_kept(swf: Swf):
    role = "arn:aws:iam::123456789012:role/lambda"
    swf.client.register_workflow_type(
        domain=swf.domain, name="Caller", version="1", defaultLambdaRole=role
    )
    found = swf.client.describe_workflow_type(
        domain=swf.domain, workflowType={"name": "Caller", "version": "1"}
    )
    assert found["configuration"] == {"defaultLambdaRole": role}


def test_a_type_is_registered_once(swf: Swf, kind: Kind):
    kind.register(swf)
    with refused("TypeAlreadyExistsFault", f"{kind.title}=[name=Thing, version=1]"):
        kind.register(swf)
    kind.register(swf, version="2")


def test_workflow_and_activity_types_may_share_a_name(swf: Swf):
    swf.client.register_workflow_type(domain=swf.domain, name="Both", version="1")
    swf.client.register_activity_type(domain=swf.domain, name="Both", version="1")


def test_an_unknown_domain_is_a_fault(swf: Swf, kind: Kind):
    elsewhere = Swf(client=swf.client, domain="nowhere", advance=swf.advance)
    with refused("UnknownResourceFault", "Unknown domain: nowhere"):
        kind.register(elsewhere)
    with refused("UnknownResourceFault", "Unknown domain: nowhere"):
        kind.listed(elsewhere)


@pytest.mark.parametrize("verb", ["deprecate", "describe", "undeprecate"])
def test_an_unknown_type_is_a_fault(swf: Swf, kind: Kind, verb: str):
    message = f"Unknown type: {kind.title}=[name=Thing, version=9]"
    with refused("UnknownResourceFault", message):
        kind.call(swf, verb, version="9")


def test_an_unknown_type_cannot_be_deleted(swf: Swf, kind: Kind):
    with refused("UnknownResourceFault", f"Unknown type: {kind.title}=[name=Thing, version=9]"):
        kind.call(swf, "delete", version="9")


def test_a_type_is_deprecated_and_taken_into_use_again(swf: Swf, kind: Kind):
    kind.register(swf)
    kind.call(swf, "deprecate")
    found = kind.call(swf, "describe")
    assert found["typeInfo"]["status"] == "DEPRECATED"
    assert "deprecationDate" in found["typeInfo"]
    with refused("TypeDeprecatedFault", f"{kind.title}=[name=Thing, version=1]"):
        kind.call(swf, "deprecate")
    with refused("TypeAlreadyExistsFault"):
        kind.register(swf)
    kind.call(swf, "undeprecate")
    found = kind.call(swf, "describe")
    assert found["typeInfo"]["status"] == "REGISTERED"
    assert "deprecationDate" not in found["typeInfo"]
    with refused("TypeAlreadyExistsFault", f"{kind.title}=[name=Thing, version=1]"):
        kind.call(swf, "undeprecate")


def test_a_deprecated_type_is_deleted_and_registered_anew(swf: Swf, kind: Kind):
    kind.register(swf)
    kind.call(swf, "deprecate")
    kind.call(swf, "delete")
    with refused("UnknownResourceFault", f"Unknown type: {kind.title}=[name=Thing, version=1]"):
        kind.call(swf, "describe")
    assert ("Thing", "1") not in kind.listed(swf, "DEPRECATED")
    kind.register(swf, defaultTaskPriority="3")
    assert kind.call(swf, "describe")["configuration"] == {"defaultTaskPriority": "3"}


def test_a_type_in_use_is_not_deleted(swf: Swf, kind: Kind):
    kind.register(swf)
    message = "The type is currently registered and cannot be deleted in its current state"
    with refused("TypeNotDeprecatedFault", message):
        kind.call(swf, "delete")


def test_types_are_listed_by_status_in_order_of_name(swf: Swf, kind: Kind):
    for name in ("Zoo", "Ant", "Cow"):
        kind.register(swf, name=name)
    kind.call(swf, "deprecate", name="Cow")
    names = [name for name, _ in kind.listed(swf) if name in ("Ant", "Zoo", "Cow")]
    assert names == ["Ant", "Zoo"]
    assert kind.listed(swf, "DEPRECATED") == [("Cow", "1")]
    names = [name for name, _ in kind.listed(swf, reverseOrder=True) if name in ("Ant", "Zoo")]
    assert names == ["Zoo", "Ant"]


def test_types_are_listed_by_name(swf: Swf, kind: Kind):
    kind.register(swf, name="Ant")
    kind.register(swf, name="Ant", version="2")
    kind.register(swf, name="Anteater")
    assert sorted(kind.listed(swf, name="Ant")) == [("Ant", "1"), ("Ant", "2")]


def test_types_come_in_pages(swf: Swf, kind: Kind):
    for number in range(5):
        kind.register(swf, name=f"T{number}")
    pages = swf.client.get_paginator(f"list_{kind.word}_types").paginate(
        domain=swf.domain, registrationStatus="REGISTERED", PaginationConfig={"PageSize": 3}
    )
    found = [len(page["typeInfos"]) for page in pages]
    # Two of the domain's own beside these five.
    assert found == [3, 3, 1]


@pytest.mark.parametrize("name", ["a:b", "a/b", "a|b", "a\x01b", "arn"])
def test_a_name_that_may_not_be_is_refused(swf: Swf, kind: Kind, name: str):
    with refused("ValidationException"):
        kind.register(swf, name=name)
    with refused("ValidationException"):
        kind.register(swf, version=name)


@pytest.mark.parametrize("duration", ["-1", "1.5", "soon", "99999999"])
def test_a_default_that_may_not_be_is_refused(swf: Swf, kind: Kind, duration: str):
    with refused("ValidationException"):
        kind.register(swf, defaultTaskStartToCloseTimeout=duration)


@pytest.mark.parametrize("priority", ["2147483648", "-2147483649", "high", "1.5"])
def test_a_priority_that_may_not_be_is_refused(swf: Swf, kind: Kind, priority: str):
    with refused("ValidationException"):
        kind.register(swf, defaultTaskPriority=priority)
