"""What moves a process on: it is claimed, ends, is killed, or is taken over from a lost monitor.

All functions are commands of one transaction in which the project is locked. State, message and
whatever else belongs to a move change in one conditional update, so that nobody ever sees a state
with another's message, and the later of two who race finds that it has lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flowy.db.session import Session
from flowy.errors import IllegalMove
from flowy.project.states import (
    ENDABLE,
    FINAL,
    KILLABLE,
    KILLED,
    LOST,
    ON_HOLD,
    PARENT_FAILED,
    SCRIPT_DELETED,
    Status,
)
from flowy.project.store import processes, scripts
from flowy.project.store.processes import ATTEMPTS, PROCESSES
from flowy.project.tree import Growth, queue_dependents, require_process
from flowy.project.values import NEVER, Attempt, ProcessRecord, ScriptRecord

TAKEOVERS = 3
"""How many times a process is queued again because its monitor was lost with it."""

PROCESSING = frozenset({Status.PROCESSING})
MONITOR_LOST = "Monitor lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """Who starts a process, and when.

    Args:
        host: The machine.
        now: The moment, in seconds since the epoch.
        log: The name of the log of this attempt.
        owner: The monitor; None without one.
        lease_until: Until when the monitor holds it unless it says so again.
    """

    host: str
    now: float
    log: str
    owner: str | None = None
    lease_until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A process whose script is to be run now, by whoever has the claim and by nobody else.

    Args:
        process: The process as it is now.
        script: Its script.
    """

    process: ProcessRecord
    script: ScriptRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a process ends.

    Args:
        succeeded: Whether it did what it was to do.
        message: What is said of it.
        now: The moment, in seconds since the epoch.
        duration: How many seconds it took; None for the time since its start.
        attempt: Which attempt ends; None for whichever it is.
        killed: Whether it was killed while it ran.
    """

    succeeded: bool
    message: str
    now: float
    duration: float | None = None
    attempt: int | None = None
    killed: bool = False


def claim(
    session: Session,
    project: int,
    process: int,
    starter: Starter,
    among: frozenset[Status],
) -> Claim | Growth:
    """Take a process for running its script.

    Where a failed parent or a script on hold forbids that, the process fails instead.

    Returns:
        The claim, or what the failure has added to the tree.

    Raises:
        IllegalMove: The process is in none of the given states.
    """
    record = require_process(session, project, process)
    script = scripts.by_label(session, project, record.label)
    if record.status not in among:
        raise IllegalMove(
            f"process {process} ({record.label}) is {record.status}, so it is not started; kill() "
            "it first, or wait for its end"
        )
    refusal = _refusal(session, project, record, script)
    if script is None or refusal is not None:
        message = refusal or SCRIPT_DELETED
        PROCESSES.set(session, project, {"started": starter.now}, id=process)
        ending = Ending(succeeded=False, message=message, now=starter.now, duration=0.0)
        return end(session, project, process, ending, among | ENDABLE)
    number = record.attempt + 1
    values = {
        "message": "",
        "started": starter.now,
        "duration": NEVER,
        "attempt": number,
        "host": starter.host,
        "owner": starter.owner,
        "lease_until": starter.lease_until,
        "pid": None,
        "pid_birth": None,
        "killed": False,
    }
    if not processes.move(session, project, record, Status.PROCESSING, values):
        raise IllegalMove(f"process {process} was started by another just now")
    attempt = Attempt(
        process=process,
        number=number,
        started=starter.now,
        host=starter.host,
        owner=starter.owner,
        log=starter.log,
    )
    ATTEMPTS.insert(session, project, attempt)
    return Claim(process=require_process(session, project, process), script=script)


def claim_next(
    session: Session, project: int, starter: Starter, cores: int, lingering: int = 0
) -> Claim | Growth | None:
    """Take the first pending process for which there are cores.

    Args:
        session: The transaction.
        project: The project's key.
        starter: Who asks.
        cores: How many cores the machine gives to the project.
        lingering: Cores of interpreters that run on after their process has ended.

    Returns:
        See ``claim``; None when nothing fits or waits. A process that needs more cores than there
        are is taken when nothing else runs.
    """
    used = processes.used_cores(session, project, starter.host) + lingering
    chosen = first_fitting(processes.pending(session, project), cores, used)
    if chosen is None:
        return None
    return claim(session, project, chosen, starter, frozenset({Status.PENDING}))


def first_fitting(queued: Sequence[tuple[int, int]], cores: int, used: int) -> int | None:
    """Return the first process that fits into the free cores, or the first if nothing runs.

    Args:
        queued: Number and cores of each, in order.
        cores: How many cores there are.
        used: How many of them are in use.
    """
    fitting = (number for number, needed in queued if needed <= cores - used)
    first = queued[0][0] if queued and not used else None
    return next(fitting, first)


def end(
    session: Session,
    project: int,
    process: int,
    ending: Ending,
    among: frozenset[Status] = ENDABLE,
) -> Growth:
    """Record how a process ended and queue its dependents.

    Raises:
        IllegalMove: The process, or this attempt at it, has ended already.
    """
    before = require_process(session, project, process)
    duration = ending.duration
    if duration is None:
        duration = 0.0 if before.started == NEVER else max(0.0, ending.now - before.started)
    status = Status.SUCCESS if ending.succeeded else Status.FAILURE
    values = {
        "message": ending.message,
        "duration": duration,
        "owner": None,
        "lease_until": None,
        "killed": ending.killed,
    }
    if not (
        _is_meant(before, ending, among)
        and processes.move(session, project, before, status, values)
    ):
        raise _too_late(before, ending)
    if before.status is Status.PROCESSING:
        closed = {
            "status": status,
            "message": ending.message,
            "duration": duration,
            "ended": ending.now,
        }
        ATTEMPTS.set(session, project, closed, process=process, number=before.attempt)
    if before.propagate is False:
        return Growth()
    return queue_dependents(session, project, require_process(session, project, process))


def _is_meant(before: ProcessRecord, ending: Ending, among: frozenset[Status]) -> bool:
    """Tell whether an ending is for a process as it is now.

    One that names its attempt is for as long as that attempt runs: when it was killed and the
    process was queued again, its script may still say that it has ended.
    """
    if ending.attempt is None:
        return before.status in among
    return before.status is Status.PROCESSING and ending.attempt == before.attempt


def kill(
    session: Session, project: int, process: int, now: float
) -> tuple[ProcessRecord | None, Growth]:
    """Record that a process was killed, or taken out of the queue.

    Returns:
        The process as it was if its script was running, so that it can be stopped; and what this
        added to the tree.
    """
    before = require_process(session, project, process)
    if before.status not in KILLABLE:
        return None, Growth()
    runs = before.status is Status.PROCESSING
    duration = None if runs else 0.0
    ending = Ending(succeeded=False, message=KILLED, now=now, duration=duration, killed=runs)
    return (before if runs else None), end(session, project, process, ending, KILLABLE)


def started(
    session: Session, project: int, claimed: ProcessRecord, pid: int, birth: str | None
) -> bool:
    """Note the interpreter of an attempt; return False when the attempt was killed meanwhile."""
    now = require_process(session, project, claimed.id)
    if now.attempt != claimed.attempt:
        return False
    PROCESSES.set(session, project, {"pid": pid, "pid_birth": birth}, id=claimed.id)
    return not now.killed


def adopt(
    session: Session,
    project: int,
    lost: ProcessRecord,
    owner: str,
    until: float,
    interpreter: tuple[int, str | None],
) -> bool:
    """Take over a process that runs on without its monitor; return whether it was still free."""
    pid, birth = interpreter
    values = {"owner": owner, "lease_until": until, "pid": pid, "pid_birth": birth}
    return _unless_renewed(session, project, lost) and PROCESSES.set(
        session, project, values, id=lost.id
    )


def take_over(session: Session, project: int, lost: ProcessRecord, now: float) -> Growth:
    """Queue a process again whose monitor and interpreter are gone, or give it up.

    A process that has taken so many monitors with it as ``TAKEOVERS`` is not tried again.
    """
    if not _unless_renewed(session, project, lost):
        return Growth()
    if lost.takeovers >= TAKEOVERS:
        ending = Ending(succeeded=False, message=LOST, now=now, attempt=lost.attempt)
        return end(session, project, lost.id, ending, PROCESSING)
    values = {
        "message": f"[{MONITOR_LOST}]",
        "owner": None,
        "lease_until": None,
        "takeovers": lost.takeovers + 1,
    }
    if processes.move(session, project, lost, Status.PENDING, values):
        closed = {
            "status": Status.FAILURE,
            "message": MONITOR_LOST,
            "ended": now,
            "duration": max(0.0, now - lost.started),
        }
        ATTEMPTS.set(session, project, closed, process=lost.id, number=lost.attempt)
    return Growth()


def log_of(session: Session, project: int, process: int, attempt: int) -> str | None:
    """Return the name of an attempt's log."""
    found = ATTEMPTS.get(session, project, process=process, number=attempt)
    return None if found is None else found.log


def _unless_renewed(session: Session, project: int, lost: ProcessRecord) -> bool:
    """Tell whether a lost process is as it was when its lease was found to be over."""
    present = PROCESSES.get(session, project, id=lost.id)
    return present is not None and _hold(present) == _hold(lost)


def _hold(record: ProcessRecord) -> tuple[object, ...]:
    return record.status, record.attempt, record.owner, record.lease_until


def _refusal(
    session: Session, project: int, record: ProcessRecord, script: ScriptRecord | None
) -> str | None:
    if script is None:
        return None
    _, failed = processes.parents_in_state(session, project, record.id)
    if failed and script.fail_if_parent_fails:
        return PARENT_FAILED
    return ON_HOLD if script.on_hold else None


def _too_late(record: ProcessRecord, ending: Ending) -> IllegalMove:
    if ending.attempt is not None and ending.attempt != record.attempt:
        what = f"attempt {ending.attempt} is not its last one, {record.attempt}"
    elif record.status in FINAL:
        what = f"it has ended already: {record.status} {record.message!r}"
    else:
        what = f"it is {record.status}"
    return IllegalMove(
        f"process {record.id} ({record.label}) cannot end with {ending.message!r}: {what}; "
        "queue() it to run it again"
    )
