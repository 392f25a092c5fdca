"""The states of a process, and which may follow which.

::

    waiting ──► pending ──► processing ──► Success | Failure
       │          ▲  │                          │
       │          └──┼───────── queue ──────────┤
       └─────────────┴──── start ► processing ◄─┘

A process waits until its parent has ended, is pending while it is in the monitor's queue, and is
processing while its script runs. ``queue`` makes it pending again from everywhere but there.
``kill`` and ``completed`` end what is waiting, pending or processing. A move that the table does
not have is refused; it changes nothing.
"""

import enum
from collections.abc import Mapping


class Status(enum.StrEnum):
    """Where a process stands; the texts are those that its record shows."""

    WAITING = "waiting"
    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "Success"
    FAILURE = "Failure"


FINAL: frozenset[Status] = frozenset({Status.SUCCESS, Status.FAILURE})
"""A process that has ended, until it is queued again."""

QUEUEABLE: frozenset[Status] = frozenset({Status.WAITING, *FINAL})
STARTABLE: frozenset[Status] = frozenset({Status.WAITING, Status.PENDING, *FINAL})
ENDABLE: frozenset[Status] = frozenset({Status.WAITING, Status.PENDING, Status.PROCESSING})
KILLABLE: frozenset[Status] = frozenset({Status.PENDING, Status.PROCESSING})

MOVES: Mapping[str, frozenset[str]] = {
    Status.WAITING: frozenset(),
    Status.PENDING: QUEUEABLE | {Status.PROCESSING},
    Status.PROCESSING: STARTABLE,
    Status.SUCCESS: ENDABLE,
    Status.FAILURE: frozenset(Status),
}
"""A state, and those from which it can be reached by any verb.

A process that is processing becomes pending when its monitor was lost with it. One that has ended
fails when it is started again and its parent has failed meanwhile.
"""

KILLED = "Killed"
PARENT_FAILED = "Parent failed"
SCRIPT_DELETED = "Script deleted"
ON_HOLD = "Script on hold"
LOST = "Process lost"
DEFUNCT = "Process defunct"
TIME_LIMIT = "Time limit exceeded"
