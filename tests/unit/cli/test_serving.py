"""What `flowy server` makes of its options."""

import click
import pytest

from flowy.cli.serving import read_limits
from flowy.service.operations.quotas import Quotas
from flowy.service.rates import SWF_RATES, Rate


def test_without_limits_they_are_those_of_swf():
    assert read_limits([]) == (Quotas(), {})
    assert (Quotas().domains, Quotas().events, Quotas().pollers) == (100, 25_000, 1_000)


@pytest.mark.parametrize("name", Quotas.__struct_fields__)
def test_each_quota_is_set_by_its_name(name):
    limits, _ = read_limits([f"{name}=7"])
    assert getattr(limits, name) == 7
    others = [other for other in Quotas.__struct_fields__ if other != name]
    assert [getattr(limits, other) for other in others] == [
        getattr(Quotas(), other) for other in others
    ]


def test_the_last_value_counts():
    limits, rates = read_limits(["domains=1", "domains=2", "types=3"])
    assert (limits, rates) == (Quotas(domains=2, types=3), {})


def test_operations_are_throttled_by_their_names():
    _, rates = read_limits(["ListDomains=10/0.5"])
    assert rates == {"ListDomains": Rate(10, 0.5)}


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_said_of_an_operation_wins_over_swfs_rates(order):
    _, rates = read_limits(["rates=swf", "ListDomains=10/1"][::order])
    assert rates == {**SWF_RATES, "ListDomains": Rate(10, 1)}


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("domain=1", "no quota 'domain'; there are domain_tags, domains, duration"),
        ("domains", "domains takes a whole number, not ''"),
        ("domains=-1", "not '-1'"),
        ("domains=1.5", "not '1.5'"),
        ("domains=٣", "not '٣'"),
        ("rates=fast", "no quota 'rates'"),
        ("ListDomains=10", "ListDomains takes calls at once / calls a second"),
        ("ListDomains=0/1", "not '0/1'"),
        ("ListDomains=1/0", "not '1/0'"),
        ("ListDomains=1/inf", "not '1/inf'"),
        ("ListDomains=x/y", "not 'x/y'"),
        ("page=0", "give page=1 or more"),
    ],
)
def test_a_limit_that_is_wrong_is_named(limit, said):
    with pytest.raises(click.BadParameter) as caught:
        read_limits([limit])
    assert said in caught.value.message
