"""Monitor: serves a project's queue on one machine, beside any number of others.

Each cycle says that the monitor lives, looks after what runs, and starts what there are cores for.
What it starts is claimed in the database first, for a lease that every cycle prolongs. A monitor
that is killed prolongs nothing: another one takes its processes over, watches those that run on and
queues again those whose interpreter is gone too. A process that another claim has overtaken is
killed here, and cannot record anything.
"""

import logging
import threading
import uuid
from dataclasses import dataclass

from flowy.db.session import Session
from flowy.errors import DatabaseError, IllegalMove, UnknownInProject
from flowy.execution.execution import Execution
from flowy.execution.process_tree import kill_tree
from flowy.project import lifecycle, logs
from flowy.project.growing import settle
from flowy.project.home import Home
from flowy.project.interpreters import Interpreters, token
from flowy.project.lifecycle import PROCESSING, Claim, Ending, Starter
from flowy.project.liveness import Life, birth, find_by_environment, life, this_host
from flowy.project.places import PROCESS_VARIABLE
from flowy.project.states import DEFUNCT, LOST, TIME_LIMIT, Status
from flowy.project.store import processes, scripts
from flowy.project.store.processes import PROCESSES
from flowy.project.tree import Growth
from flowy.project.values import ProcessRecord

_log = logging.getLogger(__name__)

LEASE = 30.0
"""Seconds after which the work of a silent monitor may be taken over."""

UNSTARTED = 60.0
"""Seconds after which a process without an interpreter that nobody holds counts as lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorOptions:
    """How a monitor works.

    Args:
        cores: How many cores of this machine the project gets.
        sleep: Seconds between two looks at the queue.
        lease: Seconds after which others may take over what this monitor has, unless it says that
            it lives; at least three cycles.
    """

    cores: int = 1
    sleep: float = 3.0
    lease: float = LEASE

    @property
    def term(self) -> float:
        """The lease in seconds, long enough for three cycles."""
        return max(self.lease, 3 * self.sleep)


@dataclass(slots=True)
class _Child:
    """An interpreter that this monitor has started and that still runs."""

    claim: Claim
    execution: Execution | None = None


class Monitor:
    """Serves the queue of a project.

    Args:
        project: The project.
        options: How it works.
        host: The name of this machine.
    """

    def __init__(
        self,
        project: Home,
        options: MonitorOptions | None = None,
        *,
        host: str | None = None,
    ) -> None:
        self.options = options or MonitorOptions()
        self.owner = uuid.uuid4().hex
        self._project = project
        self._clock = project.clock
        self._host = host or this_host()
        self._interpreters = Interpreters(project.clock)
        self._children: dict[tuple[int, int], _Child] = {}
        self._changed = threading.Condition()
        self._leaving = False

    def run(self, seconds: float | None = None, *, drain: bool = False) -> None:
        """Serve until ``stop``.

        Scripts that run then run on; the next monitor looks after them.

        Args:
            seconds: Leave after so many seconds.
            drain: Leave when nothing runs and nothing is queued.
        """
        until = None if seconds is None else self._clock.now() + seconds
        _log.info(
            "monitor %s serves project %s with %d cores",
            self.owner,
            self._project.name,
            self.options.cores,
        )
        try:
            while not self._leaving and (until is None or self._clock.now() < until):
                is_idle = self._cycle_safely()
                if drain and is_idle:
                    break
                self._wait(until)
        finally:
            self._release()

    def stop(self) -> None:
        """Ask the monitor to leave; returns at once, from any thread."""
        with self._changed:
            self._leaving = True
            self._changed.notify_all()

    def cycle(self) -> bool:
        """Look after what runs and start what fits.

        Returns:
            Whether nothing runs and nothing is queued.
        """
        self.renew()
        self.check()
        while self.start_next():
            pass
        return not self._children and self._project.read(self._is_idle)

    def renew(self) -> None:
        """Say that this monitor lives, and drop what it has lost meanwhile."""
        until = self._clock.now() + self.options.term
        project = self._project
        held = project.read(lambda session: processes.held(session, project.id, self.owner))
        if not (held or self._children):
            return

        def work(session: Session) -> dict[int, ProcessRecord | None]:
            processes.renew(session, project.id, self.owner, until)
            return {
                process: PROCESSES.get(session, project.id, id=process)
                for process, _ in list(self._children)
            }

        present = project.write(work)
        for key, child in list(self._children.items()):
            if key[0] in present and _is_overtaken(child.claim.process, present[key[0]]):
                self._cancel(child)

    def check(self) -> None:
        """Take over what others lost, and end what is lost, defunct or over its time."""
        now = self._clock.now()
        project = self._project
        for lost in project.read(lambda session: processes.expired(session, project.id, now)):
            self._take_over(lost, now)
        for record, limit in project.read(self._watched):
            self._look_at(record, limit, now)

    def start_next(self) -> bool:
        """Claim and start the first process that fits; return whether there was one."""
        project = self._project
        if not project.read(lambda session: processes.pending(session, project.id)):
            return False
        now = self._clock.now()
        starter = Starter(
            host=self._host,
            now=now,
            log=logs.name(now),
            owner=self.owner,
            lease_until=now + self.options.term,
        )
        lingering = self._lingering()

        def work(session: Session) -> Claim | Growth | None:
            return lifecycle.claim_next(session, project.id, starter, self.options.cores, lingering)

        taken = project.write(work)
        if isinstance(taken, Claim):
            self._launch(taken)
        elif taken is not None:
            settle(project, taken)
        return taken is not None

    def _launch(self, claim: Claim) -> None:
        key = (claim.process.id, claim.process.attempt)
        child = self._children[key] = _Child(claim)
        _log.info("process %d (%s) starts", claim.process.id, claim.process.label)

        def over() -> None:
            with self._changed:
                self._children.pop(key, None)
                self._changed.notify_all()

        child.execution = self._interpreters.launch(self._project, claim, over)
        if child.execution is None:
            over()

    def _cancel(self, child: _Child) -> None:
        _log.warning("process %d was overtaken or killed, and is ended", child.claim.process.id)
        if child.execution is not None:
            child.execution.cancel()

    def _lingering(self) -> int:
        """Return the cores of interpreters that run on although their process has ended."""
        project = self._project

        def count(session: Session) -> int:
            cores = 0
            for child in list(self._children.values()):
                record = PROCESSES.get(session, project.id, id=child.claim.process.id)
                if record is None or record.status is not Status.PROCESSING:
                    cores += child.claim.script.cores
            return cores

        return project.read(count) if self._children else 0

    def _take_over(self, lost: ProcessRecord, now: float) -> None:
        project = self._project
        pid, born = self._interpreter(lost)
        if pid is not None and life(pid, born) is Life.ALIVE:
            until = now + self.options.term
            _log.warning("process %d runs on without its monitor and is taken over", lost.id)
            project.write(
                lambda session: lifecycle.adopt(
                    session, project.id, lost, self.owner, until, (pid, born)
                )
            )
            return
        _log.warning("process %d was lost with its monitor", lost.id)
        settle(
            project,
            project.write(lambda session: lifecycle.take_over(session, project.id, lost, now)),
        )

    def _interpreter(self, lost: ProcessRecord) -> tuple[int | None, str | None]:
        """Return the interpreter of a lost process on this machine."""
        if lost.host != self._host or (lost.id, lost.attempt) in self._children:
            return None, None
        if lost.pid is not None:
            return lost.pid, lost.pid_birth
        mark = token(self._project.name, lost.id, lost.attempt)
        found = find_by_environment(PROCESS_VARIABLE, mark)
        return found, None if found is None else birth(found)

    def _watched(self, session: Session) -> list[tuple[ProcessRecord, float]]:
        """Return what runs on this machine and is no child of this monitor, with its time limit."""
        project = self._project.id
        found = PROCESSES.find(
            session, processes.OF_STATUS, project, status=Status.PROCESSING.value
        )
        mine = [
            record
            for record in found
            if record.host == self._host
            and record.owner in (None, self.owner)
            and (record.id, record.attempt) not in self._children
        ]
        limits = {each.label: each.time_limit for each in scripts.all_(session, project)}
        return [(record, limits.get(record.label, -1.0)) for record in mine]

    def _look_at(self, record: ProcessRecord, limit: float, now: float) -> None:
        if record.pid is None:
            if now - record.started > UNSTARTED:
                self._end(record, LOST, now)
            return
        state = life(record.pid, record.pid_birth)
        if state is Life.GONE:
            self._end(record, LOST, now)
        elif state is Life.DEFUNCT:
            self._end(record, DEFUNCT, now)
        elif 0 <= limit < now - record.started:
            kill_tree(record.pid)
            self._end(record, TIME_LIMIT, now)

    def _end(self, record: ProcessRecord, message: str, now: float) -> None:
        project = self._project
        ending = Ending(succeeded=False, message=message, now=now, attempt=record.attempt)
        try:
            growth = project.write(
                lambda session: lifecycle.end(session, project.id, record.id, ending, PROCESSING)
            )
        except (IllegalMove, UnknownInProject):
            return
        _log.warning("process %d: %s", record.id, message)
        settle(project, growth)

    def _is_idle(self, session: Session) -> bool:
        project = self._project.id
        if processes.pending(session, project):
            return False
        running = PROCESSES.find(
            session, processes.OF_STATUS, project, status=Status.PROCESSING.value
        )
        return not running

    def _cycle_safely(self) -> bool:
        try:
            return self.cycle()
        except DatabaseError:
            _log.exception("project %s cannot be served now", self._project.name)
            return False

    def _wait(self, until: float | None) -> None:
        wake = self._clock.now() + self.options.sleep
        if until is not None:
            wake = min(wake, until)
        with self._changed:
            if not self._leaving:
                self._clock.wait(self._changed, wake)

    def _release(self) -> None:
        project = self._project
        try:
            project.write(lambda session: processes.release(session, project.id, self.owner))
        except (DatabaseError, UnknownInProject):
            _log.exception("what monitor %s has is free after its lease", self.owner)


def _is_overtaken(claimed: ProcessRecord, present: ProcessRecord | None) -> bool:
    """Tell whether an interpreter must not run any more."""
    if present is None or present.attempt != claimed.attempt or present.killed:
        return True
    return present.status is Status.PENDING and present.takeovers > 0
