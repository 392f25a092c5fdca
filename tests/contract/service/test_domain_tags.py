"""Tags of domains, on their resource names."""

from tests.contract.service.swf import Swf, refused


def _arn(swf: Swf) -> str:
    found = swf.client.describe_domain(name=swf.domain)
    return str(found["domainInfo"]["arn"])


def _tags(swf: Swf) -> dict[str, str]:
    found = swf.client.list_tags_for_resource(resourceArn=_arn(swf))
    return {tag["key"]: tag.get("value", "") for tag in found["tags"]}


def _pairs(**tags: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def test_a_domain_is_registered_with_tags(unregistered: Swf):
    swf = unregistered
    swf.client.register_domain(
        name=swf.domain, workflowExecutionRetentionPeriodInDays="1", tags=_pairs(team="blue")
    )
    assert _tags(swf) == {"team": "blue"}


def test_a_domain_has_no_tags_at_first(swf: Swf):
    assert _tags(swf) == {}


def test_a_tag_replaces_that_of_its_key(swf: Swf):
    swf.client.tag_resource(resourceArn=_arn(swf), tags=_pairs(team="blue", stage="test"))
    swf.client.tag_resource(resourceArn=_arn(swf), tags=_pairs(team="green"))
    assert _tags(swf) == {"team": "green", "stage": "test"}


def test_a_tag_may_have_no_value(swf: Swf):
    swf.client.tag_resource(resourceArn=_arn(swf), tags=[{"key": "urgent"}])
    assert _tags(swf) == {"urgent": ""}


def test_tags_are_taken_off_by_key(swf: Swf):
    swf.client.tag_resource(resourceArn=_arn(swf), tags=_pairs(team="blue", stage="test"))
    swf.client.untag_resource(resourceArn=_arn(swf), tagKeys=["team", "no such"])
    assert _tags(swf) == {"stage": "test"}


def test_a_domain_carries_fifty_tags_at_most(swf: Swf):
    fifty = _pairs(**{f"key-{n}": "v" for n in range(50)})
    swf.client.tag_resource(resourceArn=_arn(swf), tags=fifty)
    with refused("TooManyTagsFault"):
        swf.client.tag_resource(resourceArn=_arn(swf), tags=_pairs(more="v"))
    assert len(_tags(swf)) == 50


def test_a_domain_is_not_registered_with_more_than_fifty_tags(unregistered: Swf):
    swf = unregistered
    with refused("TooManyTagsFault"):
        swf.client.register_domain(
            name=swf.domain,
            workflowExecutionRetentionPeriodInDays="1",
            tags=_pairs(**{f"key-{n}": "v" for n in range(51)}),
        )
    with refused("UnknownResourceFault"):
        swf.client.describe_domain(name=swf.domain)


def test_an_unknown_resource_is_a_fault(swf: Swf):
    arn = _arn(swf).replace(swf.domain, "nowhere")
    with refused("UnknownResourceFault"):
        swf.client.list_tags_for_resource(resourceArn=arn)
    with refused("UnknownResourceFault"):
        swf.client.tag_resource(resourceArn=arn, tags=_pairs(team="blue"))
    with refused("UnknownResourceFault"):
        swf.client.untag_resource(resourceArn=arn, tagKeys=["team"])
