"""What the run manager asks of the database: one function a question, one a change."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    CursorResult,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    false,
    insert,
    inspect,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, make_transient_to_detached

from flowy.catalog.store.models import (
    GroupObject,
    RunFile,
    RunMessage,
    RunObject,
    WorkflowObject,
    WorkflowRankingRun,
)
from flowy.catalog.workflow import state as st
from flowy.db.transitions import Lifecycle, Move, Transitions
from flowy.errors import InvalidRunStateError, UnknownRunError

LIFECYCLE = Lifecycle("run", st.SOURCES)
_runs = cast(Table, RunObject.__table__)
_log = cast(Table, RunMessage.__table__)
_COLUMNS = tuple(column.key for column in _runs.columns)
_moves = Transitions(_runs, LIFECYCLE, ["run_id"], "state_type")

# What each change asks, made once: to make a statement takes longer than to run it.
_BY_ID: BindParameter[str] = bindparam("by_id")
_find = (
    select(RunObject).where(RunObject.run_id == _BY_ID).execution_options(populate_existing=True)
)
_standing = select(_runs.c.state_type, _runs.c.workflow_id).where(_runs.c.run_id == _BY_ID)
_drop_log = delete(_log).where(_log.c.run_id == _BY_ID)
_add_message = insert(_log)
_add_run = insert(_runs)
_groups = cast(Table, GroupObject.__table__)
_workflow_of = select(_groups.c.workflow_id).where(_groups.c.group_id == _BY_ID)


def find(session: Session, run_id: str) -> RunObject | None:
    """Return a run as the database has it now, or None."""
    return session.scalars(_find, {"by_id": run_id}).one_or_none()


def standing(session: Session, run_id: str) -> tuple[str, str] | None:
    """Return a run's state and its workflow's id as the database has them now, or None."""
    session.flush()  # as a query of objects does: what the caller has added is to be found
    found = session.execute(_standing, {"by_id": run_id}).first()
    return None if found is None else (found[0], found[1])


def changed(session: Session, run_id: str) -> RunObject:
    """Return a run that is there, without asking: its values are loaded when one is first read."""
    key = RunObject.__mapper__.identity_key_from_primary_key((run_id,))
    run = session.identity_map.get(key)
    if run is not None:
        session.expire(run)
        return cast(RunObject, run)
    run = RunObject(run_id=run_id)
    make_transient_to_detached(run)
    session.add(run)
    return run


def find_execution(session: Session, execution: str) -> RunObject | None:
    """Return the run of a workflow execution, or None."""
    return session.scalars(select(RunObject).where(RunObject.execution == execution)).one_or_none()


def place_of(session: Session, group: GroupObject) -> tuple[str, str]:
    """Return the ids of a group's workflow and of the group.

    Each commit lets go of what objects hold: of a group that has just been used, only this is read
    again, and not its documents.
    """
    identity = inspect(group).identity
    if identity is not None and "workflow_id" not in group.__dict__:
        found = session.scalar(_workflow_of, {"by_id": identity[0]})
        if found is not None:
            return found, identity[0]
    return group.workflow_id, group.group_id


def add(session: Session, run: RunObject) -> None:
    """Add a run that is new: what it holds is written at once, and it is the session's."""
    session.flush()  # what the caller has added may be what the run is of
    held = vars(run)
    session.execute(_add_run, {name: held[name] for name in _COLUMNS if name in held})
    make_transient_to_detached(run)
    session.add(run)


def rank(session: Session, workflow: WorkflowObject, run_id: str, runs: Sequence[str]) -> None:
    """Make a post-processing run and its input a workflow's present ones."""
    session.execute(
        delete(WorkflowRankingRun).where(WorkflowRankingRun.workflow_id == workflow.workflow_id)
    )
    session.expire(workflow, ["postproc_ranking"])
    for position, ranked in enumerate(runs):
        session.add(
            WorkflowRankingRun(workflow_id=workflow.workflow_id, run_id=ranked, rank=position)
        )
    workflow.postproc_run_id = run_id
    session.flush()


def known(session: Session, run_ids: Collection[str]) -> set[str]:
    """Return those ids that runs have."""
    query = select(RunObject.run_id).where(RunObject.run_id.in_(list(run_ids)))
    return set(session.scalars(query))


def move(session: Session, run_id: str, seen: str, target: str, payload: Mapping[str, Any]) -> Move:
    """Change a run's state and what goes along with it, if nobody was faster."""
    return _moves.move(session, {"run_id": run_id}, target, payload, seen=seen)


def set_log(session: Session, run_id: str, messages: Sequence[str]) -> None:
    """Replace a run's messages."""
    session.execute(_drop_log, {"by_id": run_id})
    if messages:
        rows = [
            {"run_id": run_id, "pos": position, "message": message}
            for position, message in enumerate(messages)
        ]
        session.execute(_add_message, rows)


def hold(session: Session, run_id: str, states: Collection[str] = tuple(st.SOURCES)) -> bool:
    """Keep a run from being changed by others until the caller's transaction ends.

    Returns:
        Whether there is such a run in one of these states.
    """
    held = (
        update(RunObject)
        .where(RunObject.run_id == run_id, RunObject.state_type.in_(states))
        .values(state_type=RunObject.state_type)
        .execution_options(synchronize_session=False)
    )
    return bool(cast(CursorResult[Any], session.execute(held)).rowcount)


def hold_active(session: Session, run_id: str) -> None:
    """Hold a run that goes on.

    Raises:
        UnknownRunError: There is no such run.
        InvalidRunStateError: It has ended.
    """
    if hold(session, run_id, st.ACTIVE_STATES):
        return
    state = session.scalar(select(RunObject.state_type).where(RunObject.run_id == run_id))
    if state is None:
        raise UnknownRunError(run_id)
    raise InvalidRunStateError(f"run {run_id} is {state} and takes no more files")


def put_file(session: Session, run_id: str, file: RunFile) -> RunFile:
    """Add the row of a result file, or change the one that its key has, and return it."""
    query = select(RunFile).where(RunFile.run_id == run_id, RunFile.key == file.key)
    present = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if present is None:
        add_files(session, run_id, [file])
        return file
    present.size, present.mime_type = file.size, file.mime_type
    present.created_at = file.created_at
    session.flush()
    return present


def add_files(session: Session, run_id: str, files: Sequence[RunFile]) -> None:
    """Add rows of a run's result files."""
    for file in files:
        file.run_id = run_id
    session.add_all(files)
    session.flush()


def set_size(session: Session, run_id: str, key: str, size: int) -> None:
    """Note how long a result file is by now."""
    session.execute(
        update(RunFile).where(RunFile.run_id == run_id, RunFile.key == key).values(size=size)
    )


def remove(session: Session, run_id: str) -> bool:
    """Remove a run with its files, messages and places in rankings; False if there was none."""
    hold(session, run_id)
    for owned in (RunFile, RunMessage, WorkflowRankingRun):
        session.execute(delete(owned).where(owned.run_id == run_id))
    session.execute(
        update(WorkflowObject)
        .where(WorkflowObject.postproc_run_id == run_id)
        .values(postproc_run_id=None)
    )
    gone = cast(
        CursorResult[Any], session.execute(delete(RunObject).where(RunObject.run_id == run_id))
    )
    return bool(gone.rowcount)


def of_group(
    session: Session,
    group_id: str | None,
    states: Collection[str] | None = None,
    limit: int | None = None,
    after: str | None = None,
) -> list[RunObject]:
    """Return the runs of a group, the oldest first; those that follow another."""
    query = select(RunObject).where(RunObject.group_id == group_id)
    return _page(session, query, states, limit, after)


def of_all(
    session: Session,
    states: Collection[str] | None = None,
    limit: int | None = None,
    after: str | None = None,
) -> list[RunObject]:
    """Return the runs of all groups and workflows, the oldest first."""
    return _page(session, select(RunObject), states, limit, after)


def obsolete(
    session: Session, before: str, states: Collection[str] | None = None
) -> list[RunObject]:
    """Return the runs created before a moment that are in no ranking, the oldest first."""
    ranked = exists().where(WorkflowRankingRun.run_id == RunObject.run_id)
    query = select(RunObject).where(RunObject.created_at < before, ~ranked)
    return _page(session, query, states, None, None)


def workflow_named(session: Session, name: str) -> WorkflowObject | None:
    """Return the workflow of a name, or None."""
    return session.scalars(select(WorkflowObject).where(WorkflowObject.name == name)).one_or_none()


def _page(
    session: Session,
    query: Select[RunObject],
    states: Collection[str] | None,
    limit: int | None,
    after: str | None,
) -> list[RunObject]:
    if states is not None:
        query = query.where(RunObject.state_type.in_(list(states)))
    place = tuple_(RunObject.created_at, RunObject.run_id)
    if after is not None:
        last = session.execute(
            select(RunObject.created_at, RunObject.run_id).where(RunObject.run_id == after)
        ).first()
        query = query.where(place > tuple_(*last)) if last else query.where(false())
    ordered = query.order_by(RunObject.created_at, RunObject.run_id).limit(limit)
    return list(session.scalars(ordered))


def all_files(session: Session) -> dict[tuple[str, str], set[str]]:
    """Return the keys of all result files, by workflow and run."""
    query = select(RunObject.workflow_id, RunObject.run_id, RunFile.key).join(RunFile)
    found: dict[tuple[str, str], set[str]] = {}
    for workflow_id, run_id, key in session.execute(query):
        found.setdefault((workflow_id, run_id), set()).add(key)
    return found


def files_of(session: Session, run_id: str) -> set[str]:
    """Return the keys of a run's result files."""
    return set(session.scalars(select(RunFile.key).where(RunFile.run_id == run_id)))
