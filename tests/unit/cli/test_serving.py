"""What `flowy server` makes of its options."""

import click
import pytest

from flowy.cli.serving import read_limits
from flowy.service.operations.quotas import Quotas


def test_without_limits_they_are_those_of_swf():
    assert read_limits([]) == Quotas()
    assert (Quotas().domains, Quotas().events, Quotas().pollers) == (100, 25_000, 1_000)


@pytest.mark.parametrize("name", Quotas.__struct_fields__)
def test_each_quota_is_set_by_its_name(name):
    limits = read_limits([f"{name}=7"])
    assert getattr(limits, name) == 7
    others = [other for other in Quotas.__struct_fields__ if other != name]
    assert [getattr(limits, other) for other in others] == [
        getattr(Quotas(), other) for other in others
    ]


def test_the_last_value_counts():
    assert read_limits(["domains=1", "domains=2", "types=3"]) == Quotas(domains=2, types=3)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("domain=1", "no quota 'domain'; there are domain_tags, domains, duration"),
        ("domains", "domains takes a whole number, not ''"),
        ("domains=-1", "not '-1'"),
        ("domains=1.5", "not '1.5'"),
        ("domains=٣", "not '٣'"),
        ("page=0", "give page=1 or more"),
    ],
)
def test_a_limit_that_is_wrong_is_named(limit, said):
    with pytest.raises(click.BadParameter) as caught:
        read_limits([limit])
    assert said in caught.value.message
