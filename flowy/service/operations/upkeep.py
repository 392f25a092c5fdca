"""What nobody calls for: carry out what is due, delete what was kept long enough.

These commands have the clock for a caller; they take the same road as a client's calls.
"""

from flowy.protocol.request import Request
from flowy.protocol.value import Value
from flowy.service.operations import runs
from flowy.service.operations.unit import Unit
from flowy.service.store import domains, executions, left_lists, retention

DAY = 86_400.0
LONGEST = 366 * DAY
"""No execution is open longer, and so none is sent to a list that was left before."""


class Due(Value):
    """What a round of upkeep found: whether there is more, and when something is due next."""

    handled: int
    next_due: float | None


class ExpireDue(Request[Due]):
    """Carry out what is due now, in at most so many executions."""

    executions: int = 100


class DeleteExpired(Request[int]):
    """Delete executions whose retention period is over, at most so many, and count them."""

    executions: int = 20


def expire_due(unit: Unit, request: ExpireDue) -> Due:
    """Carry out what is due and let the rows say when the next thing is."""
    found = executions.due(unit.session, unit.now, request.executions)
    for key in found:
        # Its row is locked: with the state made sure of, this cannot come too late.
        unit.states.doubt((key,))
        kept = runs.load(unit, key)
        if kept is not None:
            unit.states.settle(unit.session, kept)
            unit.changed.append(key)
    return Due(handled=len(found), next_due=executions.next_due(unit.session))


def delete_expired(unit: Unit, request: DeleteExpired) -> int:
    """Delete closed executions that were kept long enough."""
    left_lists.delete_before(unit.session, unit.now - LONGEST)
    deleted = 0
    for domain, period in domains.retentions(unit.session):
        days = 0 if period == "NONE" else int(period)
        moment = unit.now - days * DAY
        size = request.executions - deleted
        for key in retention.closed_before(unit.session, domain, moment, size):
            retention.remove(unit.session, key)
            deleted += 1
    return deleted
