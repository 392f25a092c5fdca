"""Child interpreters: the scripts of claimed processes run, and their end is recorded."""

import logging
import os
import sys
import threading
from collections.abc import Callable

from flowy.clock import Clock
from flowy.db.session import Session
from flowy.errors import DatabaseError, IllegalMove, ScriptFailed, UnknownInProject
from flowy.execution.call import Call
from flowy.execution.execution import Execution, Limits
from flowy.execution.outcome import Outcome
from flowy.execution.outcome import Status as Ran
from flowy.execution.process_tree import kill_tree
from flowy.execution.runner import Runner
from flowy.execution.script import Script
from flowy.execution.strategies.script import ScriptStrategy
from flowy.execution.thread_pool import ThreadPool
from flowy.project import lifecycle, logs, places
from flowy.project.growing import settle
from flowy.project.home import Home, process_folder, script_folder, scripts_folder
from flowy.project.lifecycle import PROCESSING, Claim, Ending
from flowy.project.liveness import birth
from flowy.project.states import LOST, TIME_LIMIT
from flowy.project.tree import Growth
from flowy.project.values import ProcessRecord

_log = logging.getLogger(__name__)
MOST = 1_000
"""Interpreters at a time; cores are what limits them."""


class Interpreters:
    """Runs scripts in interpreters of their own, each in a session and process group of its own.

    They live on when this process ends, and when this value is dropped.

    Args:
        clock: Tells the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._runner = Runner(clock=clock)
        self._strategy = ScriptStrategy(ThreadPool(MOST, "flowy-project"))

    def launch(
        self, home: Home, claim: Claim, over: Callable[[], None] = lambda: None
    ) -> Execution | None:
        """Run the script of a claimed process; returns when its interpreter runs.

        Args:
            home: The project.
            claim: What is to be run.
            over: Called once the interpreter has ended and that is recorded.

        Returns:
            What ends the interpreter; None if its log could not be begun, and the process failed.
        """
        process = claim.process
        limit = claim.script.time_limit
        name = f"process {process.id} ({process.label}) of project {home.name}"
        running = threading.Event()
        try:
            script = _script(home, claim, running)
        except OSError as error:
            record_end(home, process, _not_started(home.clock.now(), error))
            return None
        call = Call(function=script, name=name)
        limits = Limits(timeout=limit if limit >= 0 else None)
        execution = self._runner.start(call, self._strategy, limits)

        def ended(outcome: Outcome) -> None:
            try:
                record_end(home, process, outcome)
            finally:
                running.set()
                over()

        execution.add_done_callback(ended)
        # Whoever started it may exit at once, and its threads with it: then nothing would run.
        running.wait()
        return execution


def record_end(home: Home, process: ProcessRecord, outcome: Outcome) -> None:
    """Record the end of an interpreter whose script has not said how the process ended."""
    message = _verdict(outcome)
    ending = Ending(succeeded=False, message=message, now=home.clock.now(), attempt=process.attempt)

    def work(session: Session) -> Growth:
        return lifecycle.end(session, home.id, process.id, ending, PROCESSING)

    try:
        growth = home.write(work)
    except (IllegalMove, UnknownInProject):
        return
    except DatabaseError as error:
        _log.warning("%s; whoever serves the project next ends process %d", error, process.id)
        return
    why = "its interpreter ended and completed() was not called" if outcome.succeeded else None
    why = why or str(outcome.error)
    _log.warning("process %d of project %s: %s: %s", process.id, home.name, message, why)
    log = home.read(lambda session: lifecycle.log_of(session, home.id, process.id, process.attempt))
    logs.note(process_folder(home, process.id), log, f"{message}: {why}")
    settle(home, growth)


def _not_started(now: float, error: OSError) -> Outcome:
    return Outcome(status=Ran.FAILED, error=error, started=now, ended=now, attempts=0)


def _verdict(outcome: Outcome) -> str:
    if outcome.status is Ran.TIMED_OUT:
        return TIME_LIMIT
    if outcome.error is None or isinstance(outcome.error, ScriptFailed):
        return LOST
    if outcome.status is Ran.CANCELED:
        return LOST
    return f"Not started: {outcome.error}"


def _script(home: Home, claim: Claim, running: threading.Event) -> Script:
    process, script = claim.process, claim.script
    path = script_folder(home, script.id) / (script.filename or "")
    program = script.program or sys.executable
    arguments = (home.name, str(process.id))
    now = process.started
    log = logs.begin(
        process_folder(home, process.id),
        logs.name(now),
        now,
        process.label,
        [program, str(path), *arguments],
    )

    def begun(pid: int) -> None:
        born = birth(pid)
        if not home.write(lambda session: lifecycle.started(session, home.id, process, pid, born)):
            kill_tree(pid)
        running.set()

    return Script(
        path=path,
        arguments=arguments,
        program=program,
        folder=scripts_folder(home),
        environment=environment(home, process),
        log=log,
        begun=begun,
    )


def environment(home: Home, process: ProcessRecord) -> dict[str, str]:
    """Return what tells a script which database, process and attempt it runs for."""
    return {
        places.URL_VARIABLE: home.url,
        places.PROCESS_VARIABLE: token(home.name, process.id, process.attempt),
        "PYTHONUNBUFFERED": os.environ.get("PYTHONUNBUFFERED", "1"),
    }


def token(project: str, process: int, attempt: int) -> str:
    """Return the text by which an attempt's interpreter is known."""
    return f"{attempt}:{process}:{project}"


def own_attempt(project: str, process: int) -> int | None:
    """Return the attempt for which this interpreter runs a process, or None if it does not."""
    attempt, _, rest = os.environ.get(places.PROCESS_VARIABLE, "").partition(":")
    return int(attempt) if attempt.isdigit() and rest == f"{process}:{project}" else None
