"""How often operations may be called: a bucket of tokens for each, as SWF throttles.

Nothing is throttled unless rates are given: a service of one's own has no neighbours to protect.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from flowy.clock import Clock
from flowy.protocol.faults import ThrottlingException


@dataclass(frozen=True, slots=True)
class Rate:
    """How often an operation may be called.

    Args:
        burst: So many calls at once, after a pause.
        per_second: So many in the long run.
    """

    burst: float
    per_second: float


Rates = Mapping[str, Rate]
"""Rates by operation name; an operation that is not there is not throttled."""

SWF_RATES: Rates = {
    "CountClosedWorkflowExecutions": Rate(2000, 6),
    "CountOpenWorkflowExecutions": Rate(2000, 6),
    "CountPendingActivityTasks": Rate(200, 6),
    "CountPendingDecisionTasks": Rate(200, 6),
    "DeprecateActivityType": Rate(200, 6),
    "DeprecateDomain": Rate(100, 6),
    "DeprecateWorkflowType": Rate(200, 6),
    "DescribeActivityType": Rate(2000, 6),
    "DescribeDomain": Rate(200, 6),
    "DescribeWorkflowExecution": Rate(2000, 6),
    "DescribeWorkflowType": Rate(2000, 6),
    "GetWorkflowExecutionHistory": Rate(2000, 60),
    "ListActivityTypes": Rate(200, 6),
    "ListClosedWorkflowExecutions": Rate(200, 6),
    "ListDomains": Rate(100, 6),
    "ListOpenWorkflowExecutions": Rate(200, 48),
    "ListWorkflowTypes": Rate(200, 6),
    "PollForActivityTask": Rate(2000, 200),
    "PollForDecisionTask": Rate(2000, 200),
    "RecordActivityTaskHeartbeat": Rate(2000, 160),
    "RegisterActivityType": Rate(200, 60),
    "RegisterDomain": Rate(100, 6),
    "RegisterWorkflowType": Rate(200, 60),
    "RequestCancelWorkflowExecution": Rate(2000, 30),
    "RespondActivityTaskCanceled": Rate(2000, 200),
    "RespondActivityTaskCompleted": Rate(2000, 200),
    "RespondActivityTaskFailed": Rate(2000, 200),
    "RespondDecisionTaskCompleted": Rate(2000, 200),
    "SignalWorkflowExecution": Rate(2000, 30),
    "StartWorkflowExecution": Rate(2000, 200),
    "TerminateWorkflowExecution": Rate(2000, 60),
}
"""SWF's own, of the developer guide's page on quotas, for an account in a large region."""


@dataclass(slots=True)
class _Bucket:
    rate: Rate
    tokens: float
    filled_at: float


class Throttle:
    """Lets calls pass as often as their rates allow; several threads may ask at once.

    Args:
        rates: Rates by operation name.
        clock: What buckets are filled by.
    """

    def __init__(self, rates: Rates, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        now = clock.now()
        self._buckets = {name: _Bucket(rate, rate.burst, now) for name, rate in rates.items()}

    def admit(self, operation: str) -> None:
        """Take note of a call.

        Raises:
            ThrottlingException: It comes too soon.
        """
        bucket = self._buckets.get(operation)
        if bucket is None:
            return
        with self._lock:
            now = self._clock.now()
            gained = (now - bucket.filled_at) * bucket.rate.per_second
            bucket.tokens = min(bucket.rate.burst, bucket.tokens + gained)
            bucket.filled_at = now
            if bucket.tokens < 1:
                raise ThrottlingException("Rate exceeded")
            bucket.tokens -= 1
