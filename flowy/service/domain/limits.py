"""How much of everything one execution and one domain may have."""

import msgspec

YEAR = 31_536_000
"""Seconds in SWF's longest duration."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The quotas that the rules of executions enforce; the defaults are SWF's.

    ``events`` is the length at which a history is closed with ``EVENT_LIMIT_EXCEEDED``: the
    closing event is the last that fits. A batch of decisions is never cut in two, and handing a
    task out never closes its execution, so a history may outgrow it by what one batch records and
    by the starts of the tasks that wait.
    """

    open_executions: int = 100_000
    open_activities: int = 1_000
    open_timers: int = 1_000
    open_children: int = 1_000
    open_lambda_functions: int = 1_000
    events: int = 25_000
    duration: int = YEAR
