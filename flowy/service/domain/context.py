"""What a command may know besides the execution it works on."""

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from flowy.protocol.decisions import Decision
from flowy.protocol.ids import TypeId
from flowy.protocol.registration import ActivityTypeDetail, WorkflowTypeDetail
from flowy.service.domain.limits import Limits

Refusal = Literal["OPERATION_NOT_PERMITTED", "RATE_EXCEEDED"]
"""Why the service will not carry out a decision that the rules would allow."""


class Types(Protocol):
    """The types registered in the execution's domain, deprecated ones included."""

    def workflow_type(self, type_id: TypeId) -> WorkflowTypeDetail | None:
        """Return a workflow type, or None when there is none of that name and version."""
        ...

    def activity_type(self, type_id: TypeId) -> ActivityTypeDetail | None:
        """Return an activity type, or None when there is none of that name and version."""
        ...


class Executions(Protocol):
    """The other executions of the domain, as far as a rule asks for them."""

    def has_open(self, workflow_id: str) -> bool:
        """Tell whether a run of the workflow is open."""
        ...

    def count_open(self) -> int:
        """Count the open executions of the domain."""
        ...


def _nobody_left(task_list: str) -> bool:
    return False


def _refuse_nothing(decision: Decision) -> Refusal | None:
    return None


class CommandContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a command may know besides the execution: time, types, quotas, chance.

    ``now`` is in seconds since the epoch. ``new_run_id`` gives a run id that was never given
    before. ``refuse`` may refuse a decision for reasons outside the rules, such as a token bucket;
    it is asked once a decision. ``lambda_available`` says whether Lambda functions can be run.
    ``has_left`` tells whether whoever polled a list of decision tasks has said to leave it.
    """

    now: float
    types: Types
    executions: Executions
    new_run_id: Callable[[], str]
    limits: Limits = Limits()
    refuse: Callable[[Decision], Refusal | None] = _refuse_nothing
    lambda_available: bool = True
    has_left: Callable[[str], bool] = _nobody_left
