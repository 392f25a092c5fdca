"""What the processes do that are killed, or fight with each other."""

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.catalog.sweeper import sweep
from flowy.catalog.workflow.state import (
    StateCanceled,
    StateError,
    StateRunning,
    StateSuccess,
)
from flowy.errors import ConstraintViolationError
from flowy.volume.base import IOBuffer
from flowy.volume.manager import open_volume

CONTEXT = multiprocessing.get_context("forkserver")
"""Starts processes that have imported this module already: they begin at once."""

CONTEXT.set_forkserver_preload([__name__])


def killed_at(wanted: str) -> Any:
    """Return a step hook that kills the process at one step."""

    def step(name: str) -> None:
        if name == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def succeed(url: str, files: Path, runstore: Path, run_id: str, at: str) -> None:
    """Make a run successful and be killed at a step."""
    with DB(url).session() as session:
        runs = RunManager(session, open_volume(files), step=killed_at(at))
        state = StateSuccess(files=["A.json", "run/results/B.json"])
        runs.update_run(run_id, state, open_volume(runstore))


def store(url: str, files: Path, runstore: Path, run_id: str, at: str) -> None:
    """Store a file of a run that goes on and be killed at a step."""
    with DB(url).session() as session:
        runs = RunManager(session, open_volume(files), step=killed_at(at))
        runs.store_runfile(run_id, IOBuffer(b"the new content"), "results/a")


def delete(url: str, files: Path, runstore: Path, run_id: str, at: str) -> None:
    """Delete a run and be killed at a step."""
    with DB(url).session() as session:
        RunManager(session, open_volume(files), step=killed_at(at)).delete_run(run_id)


def tidy(url: str, files: Path, runstore: Path, run_id: str, at: str) -> None:
    """Sweep and be killed at a step."""
    with DB(url).session() as session:
        sweep(session, open_volume(files), scan=True, step=killed_at(at))


def fight(url: str, files: Path, runstore: Path, run_id: str, number: int, answers: Any) -> None:
    """Try to change a run in several ways; report what was done."""
    done = []
    states: list[Any] = [
        StateRunning(),
        StateSuccess(files=["A.json"]),
        StateError(messages=[str(number)]),
        StateCanceled(messages=[str(number)]),
    ]
    with DB(url).session() as session:
        runs = RunManager(session, open_volume(files))
        for state in states[number % 4 :] + states[: number % 4]:
            try:
                if runs.update_run(run_id, state, open_volume(runstore)) is not None:
                    done.append(state.type_id)
            except ConstraintViolationError:
                continue
    answers.put((number, done))
