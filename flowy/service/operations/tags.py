"""Tags of domains."""

from flowy.protocol.faults import TooManyTagsFault, UnknownResourceFault
from flowy.protocol.registration import ListTagsForResourceOutput, ResourceTag
from flowy.protocol.requests.domains import ListTagsForResource, TagResource, UntagResource
from flowy.service.operations.arn import domain_name
from flowy.service.operations.unit import Unit
from flowy.service.store import domains
from flowy.service.store.domains import Domain


def list_tags_for_resource(unit: Unit, request: ListTagsForResource) -> ListTagsForResourceOutput:
    """List the tags of a domain in order of key.

    Raises:
        UnknownResourceFault: The resource is no domain that exists.
    """
    found = domains.tags(unit.session, _domain(unit, request.resource_arn).id)
    tags = tuple(ResourceTag(key=key, value=value) for key, value in found.items())
    return ListTagsForResourceOutput(tags=tags)


def tag_resource(unit: Unit, request: TagResource) -> None:
    """Put tags on a domain; a tag replaces that with the same key.

    Raises:
        UnknownResourceFault: The resource is no domain that exists.
        TooManyTagsFault: The domain would carry more than it may.
    """
    domain = _domain(unit, request.resource_arn)
    keys = {*domains.tags(unit.session, domain.id), *(tag.key for tag in request.tags)}
    if len(keys) > unit.quotas.domain_tags:
        raise TooManyTagsFault(f"a domain carries at most {unit.quotas.domain_tags} tags")
    domains.put_tags(unit.session, domain.id, request.tags)


def untag_resource(unit: Unit, request: UntagResource) -> None:
    """Take tags off a domain; keys that it does not have do no harm.

    Raises:
        UnknownResourceFault: The resource is no domain that exists.
    """
    domain = _domain(unit, request.resource_arn)
    domains.remove_tags(unit.session, domain.id, request.tag_keys)


def _domain(unit: Unit, arn: str) -> Domain:
    name = domain_name(arn)
    found = None if name is None else domains.find(unit.session, name)
    if found is None:
        raise UnknownResourceFault(f"Unknown resource: {arn}")
    return found
