"""SWF's quotas: those of the rules of executions, and those of everything around them."""

from flowy.service.domain.limits import Limits


class Quotas(Limits, frozen=True, kw_only=True):
    """How much of everything the service takes; the defaults are SWF's.

    ``types`` counts workflow types and activity types of a domain separately. ``retention_days``
    is the longest retention period. ``pollers`` is how many polls may wait at one task list.
    ``page`` is the longest page and the default.
    """

    domains: int = 100
    domain_tags: int = 50
    types: int = 10_000
    retention_days: int = 90
    pollers: int = 1_000
    page: int = 1_000
