"""What goes along with each change of a run's state, in one transaction."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flowy.catalog.events import Step
from flowy.catalog.folder import RunFolder
from flowy.catalog.results import read_result, store_run_files
from flowy.catalog.store import runs as store
from flowy.catalog.store.database import Session
from flowy.catalog.store.models import RunObject
from flowy.catalog.work import Work
from flowy.catalog.workflow import state as st
from flowy.db.transitions import Outcome
from flowy.errors import (
    CatalogError,
    ConstraintViolationError,
    InvalidRunStateError,
    MissingArgumentError,
    UnknownRunError,
    VolumeError,
)
from flowy.volume.base import StorageVolume

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A run that is to be changed.

    Args:
        session: The database.
        run_id: The run.
        seen: The state in which it was seen.
        folder: Its folder.
        step: Is told each step.
        work: Says when changes become durable.
    """

    session: Session
    work: Work
    run_id: str
    seen: str
    folder: RunFolder
    step: Step


def change_to(change: Change, state: st.WorkflowState, runstore: StorageVolume | None) -> None:
    """Change a run's state and commit.

    Args:
        change: The run.
        state: Its new state, which its present one allows.
        runstore: Where a successful run has left its files.
    """
    _CHANGES[state.type_id](change, state, runstore)


def _start(change: Change, state: Any, _runstore: StorageVolume | None) -> None:
    _move(change, state, {"started_at": state.started_at})
    change.work.commit()


def _stop(change: Change, state: Any, _runstore: StorageVolume | None) -> None:
    times = {"started_at": state.started_at, "ended_at": state.stopped_at}
    _move(change, state, times)
    store.set_log(change.session, change.run_id, state.messages)
    change.work.commit()


def _succeed(change: Change, state: Any, runstore: StorageVolume | None) -> None:
    run_id = change.run_id
    if runstore is None:
        raise MissingArgumentError(
            f"run {run_id} cannot become SUCCESS without runstore, the volume with its result files"
        )
    change.work.require_alone("a run's success")
    run = store.find(change.session, run_id)
    if run is None:
        raise UnknownRunError(run_id)
    change.folder.claim()
    try:
        files = store_run_files(run, state.files, runstore, change.folder.volume(), change.step)
        result, messages = _result(run, runstore)
        payload = {
            "started_at": state.started_at,
            "ended_at": state.finished_at,
            "result": result,
        }
        _move(change, state, payload)
        store.add_files(change.session, run_id, files)
        store.set_log(change.session, run_id, messages)
        _release(change, run_id)
        change.step("committing")
        change.session.commit()
    except BaseException:
        change.session.rollback()
        change.folder.give_up()
        raise
    change.step("committed")


def _release(change: Change, run_id: str) -> None:
    if not change.folder.finish():
        raise InvalidRunStateError(
            f"somebody else has taken over the files of run {run_id} while they were stored; "
            "look at the run's state again"
        )


def _result(run: RunObject, runstore: StorageVolume) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the result of a run, or what is wrong with it: the run is successful all the same."""
    schema = run.workflow.result_schema
    if run.group_id is None or schema is None:
        return None, []
    try:
        return read_result(run.run_id, schema, runstore), []
    except (CatalogError, VolumeError) as error:
        logger.warning("run %s has no result: %s", run.run_id, error)
        return None, [f"no result: {error}"]


def _move(change: Change, state: st.WorkflowState, payload: Mapping[str, Any]) -> None:
    """Change the row, or say why it was not changed."""
    run_id, seen = change.run_id, change.seen
    moved = store.move(change.session, run_id, seen, state.type_id, payload)
    if moved:
        return
    change.work.rollback()
    if moved.outcome is Outcome.MISSING:
        raise UnknownRunError(run_id)
    raise ConstraintViolationError(
        f"cannot change run in state {moved.state} to state {state.type_id}: somebody else has "
        f"changed run {run_id}, which was {seen}, in the meantime"
    )


_CHANGES: dict[str, Callable[[Change, Any, StorageVolume | None], None]] = {
    st.STATE_CANCELED: _stop,
    st.STATE_ERROR: _stop,
    st.STATE_RUNNING: _start,
    st.STATE_SUCCESS: _succeed,
}
