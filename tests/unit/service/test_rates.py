"""A bucket of tokens for each operation."""

from contextlib import suppress

import pytest

from flowy.clock import ManualClock
from flowy.protocol.faults import ThrottlingException
from flowy.protocol.operations import OPERATIONS
from flowy.service.rates import SWF_RATES, Rate, Throttle


@pytest.fixture
def clock():
    return ManualClock()


def admitted(throttle, operation, calls):
    """Count how many of several calls pass."""
    passed = 0
    for _ in range(calls):
        with suppress(ThrottlingException):
            throttle.admit(operation)
            passed += 1
    return passed


def test_a_call_that_comes_too_soon_is_told_as_aws_tells_it(clock):
    throttle = Throttle({"ListDomains": Rate(1, 1)}, clock)
    throttle.admit("ListDomains")
    with pytest.raises(ThrottlingException, match="Rate exceeded"):
        throttle.admit("ListDomains")


def test_a_burst_passes_and_then_as_many_as_time_allows(clock):
    throttle = Throttle({"ListDomains": Rate(5, 2)}, clock)
    assert admitted(throttle, "ListDomains", 8) == 5
    clock.advance(0.4)
    assert admitted(throttle, "ListDomains", 1) == 0
    clock.advance(0.2)
    assert admitted(throttle, "ListDomains", 8) == 1
    clock.advance(1)
    assert admitted(throttle, "ListDomains", 8) == 2
    clock.advance(1000)
    assert admitted(throttle, "ListDomains", 8) == 5, "a bucket does not fill beyond its burst"


def test_each_operation_has_a_bucket_of_its_own(clock):
    throttle = Throttle({"ListDomains": Rate(1, 1), "DescribeDomain": Rate(2, 1)}, clock)
    assert admitted(throttle, "ListDomains", 3) == 1
    assert admitted(throttle, "DescribeDomain", 3) == 2
    assert admitted(throttle, "RegisterDomain", 300) == 300


def test_rates_of_swf_are_of_its_operations():
    assert set(SWF_RATES) <= set(OPERATIONS)
    assert SWF_RATES["StartWorkflowExecution"] == Rate(2000, 200)
