"""Processes: found, added, and changed only from the states that the caller allows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, literal_column, select

from flowy.db.session import Session
from flowy.db.statement import Statement
from flowy.db.transitions import Lifecycle, Transitions
from flowy.project.states import FINAL, MOVES, Status
from flowy.project.store.rows import Rows, encoded, new_values
from flowy.project.store.schema import attempts, parents, processes, scripts
from flowy.project.values import Attempt, ProcessRecord

PROCESSES = Rows(processes, ProcessRecord)
ATTEMPTS = Rows(attempts, Attempt, ("process", "number"))
LIFECYCLE = Lifecycle("process", MOVES)
TRANSITIONS = Transitions(processes, LIFECYCLE, ("project", "id"), "status")

_c = processes.c


def _literal(text: str) -> ColumnElement[Any]:
    return literal_column(f"'{text}'")


_with_script = and_(scripts.c.project == _c.project, scripts.c.label == _c.label)
_of_root = _c.root == bindparam("of_root")
_of_label = _c.label == bindparam("of_label")
_of_owner = _c.owner == bindparam("of_owner")
_is_processing = _c.status == _literal(Status.PROCESSING)
_link_of_child = and_(
    parents.c.project == bindparam("of_project"), parents.c.child == bindparam("of_child")
)

ALL = PROCESSES.select(newest=True)
OF_LABEL = PROCESSES.select(_of_label, newest=True)
OF_STATUS = PROCESSES.select(_c.status == bindparam("of_status"))
_of_status = _c.status == bindparam("of_status")
PAGES: dict[tuple[str, ...], Statement] = {
    names: PROCESSES.select(
        _c.id < bindparam("of_before"),
        *({"label": _of_label, "status": _of_status}[name] for name in names),
        newest=True,
        limited=True,
    )
    for names in ((), ("label",), ("status",), ("label", "status"))
}
"""Pages of processes, the newest first, by what they are chosen by."""

HIGHEST = 2**31 - 1
"""The highest number that a column takes."""

CHILD = PROCESSES.select(_c.parent == bindparam("of_parent"), _of_label)
IN_TREE = PROCESSES.select(_of_root, _of_label)
TREE = PROCESSES.select(_of_root)
EXPIRED = PROCESSES.select(_is_processing, _c.lease_until < bindparam("of_now"))

PENDING = Statement(
    select(_c.id, scripts.c.cores)
    .select_from(processes.outerjoin(scripts, _with_script))
    .where(PROCESSES.of_project, _c.status == _literal(Status.PENDING))
    .order_by(_c.id)
)
USED = Statement(
    select(func.coalesce(func.sum(scripts.c.cores), literal_column("0")))
    .select_from(processes.join(scripts, _with_script))
    .where(PROCESSES.of_project, _is_processing)
)
USED_HERE = Statement(
    select(func.coalesce(func.sum(scripts.c.cores), literal_column("0")))
    .select_from(processes.join(scripts, _with_script))
    .where(PROCESSES.of_project, _is_processing, _c.host == bindparam("of_host"))
)
RELEASE = PROCESSES.changed(["lease_until", "owner"], _is_processing, _of_owner)
HELD = Statement(select(_c.id).where(PROCESSES.of_project, _is_processing, _of_owner))
RENEW = PROCESSES.changed(["lease_until"], _is_processing, _of_owner)
LINK = Statement(insert(parents))
LINKED = Statement(select(parents.c.parent).where(_link_of_child).order_by(parents.c.parent))
CHILDREN = Statement(
    select(parents.c.child)
    .where(parents.c.project == bindparam("of_project"), parents.c.parent == bindparam("of_parent"))
    .order_by(parents.c.child)
)
UNFINISHED = Statement(
    select(func.count())
    .select_from(
        parents.join(processes, and_(_c.project == parents.c.project, _c.id == parents.c.parent))
    )
    .where(_link_of_child, _c.status.not_in([_literal(status) for status in sorted(FINAL)]))
)
FAILED = Statement(
    select(func.count())
    .select_from(
        parents.join(processes, and_(_c.project == parents.c.project, _c.id == parents.c.parent))
    )
    .where(_link_of_child, _c.status == _literal(Status.FAILURE))
)
UNLINK = Statement(
    delete(parents).where(
        parents.c.project == bindparam("of_project"),
        (parents.c.child == bindparam("of_child")) | (parents.c.parent == bindparam("of_child")),
    )
)
HISTORY = ATTEMPTS.select(attempts.c.process == bindparam("of_process"))
FORGET = Statement(
    delete(attempts).where(
        attempts.c.project == bindparam("of_project"),
        attempts.c.process == bindparam("of_process"),
    )
)


def move(
    session: Session,
    project: int,
    before: ProcessRecord,
    status: Status,
    values: Mapping[str, Any],
) -> bool:
    """Give a process another state with all that goes with it, if it is as it was seen.

    Args:
        session: The transaction.
        project: The project's key.
        before: The process as it was seen.
        status: The new state.
        values: The other columns to change.

    Returns:
        Whether it was so, and the move is legal; nothing changes otherwise.
    """
    made = TRANSITIONS.move(
        session,
        {"project": project, "id": before.id},
        status.value,
        encoded(values),
        seen=before.status.value,
        guard={"attempt": before.attempt},
    )
    return bool(made)


def page(
    session: Session, project: int, chosen: Mapping[str, str], before: int | None, limit: int
) -> list[ProcessRecord]:
    """Return the processes of a label, in a state, or both, the newest first.

    Args:
        session: The transaction.
        project: The project's key.
        chosen: Values of ``label`` and ``status``, in this order, where they matter.
        before: Only those with a lower number.
        limit: At most so many; 0 is no limit.
    """
    place = {"before": HIGHEST if before is None else before, "limit": limit or HIGHEST}
    return PROCESSES.find(session, PAGES[tuple(chosen)], project, **place, **chosen)


def pending(session: Session, project: int) -> list[tuple[int, int]]:
    """Return number and cores of what is in the queue, in order; the cores of no script are 1."""
    rows = session.all(PENDING, {"of_project": project})
    return [(int(row[0]), int(row[1] or 1)) for row in rows]


def used_cores(session: Session, project: int, host: str | None = None) -> int:
    """Return how many cores are in use by what is processing, on one machine or on all."""
    of = {"of_project": project}
    here = {**of, "of_host": host}
    row = session.one(USED, of) if host is None else session.one(USED_HERE, here)
    return int(row[0]) if row else 0


def renew(session: Session, project: int, owner: str, until: float) -> None:
    """Prolong the leases of a monitor."""
    session.all(
        RENEW, {"of_project": project, "of_owner": owner, **new_values({"lease_until": until})}
    )


def held(session: Session, project: int, owner: str) -> bool:
    """Tell whether a monitor has anything."""
    return session.one(HELD, {"of_project": project, "of_owner": owner}) is not None


def release(session: Session, project: int, owner: str) -> None:
    """Give up the leases of a monitor: whoever is on the machine looks after its processes."""
    nobody = new_values({"lease_until": None, "owner": None})
    session.all(RELEASE, {"of_project": project, "of_owner": owner, **nobody})


def expired(session: Session, project: int, now: float) -> list[ProcessRecord]:
    """Return what is processing and whose monitor has not been heard of in time."""
    return PROCESSES.find(session, EXPIRED, project, now=now)


def link(session: Session, project: int, child: int, parent: int) -> None:
    """Note a parent of a process."""
    session.execute(LINK, {"project": project, "child": child, "parent": parent})


def linked(session: Session, project: int, child: int) -> list[int]:
    """Return the parents of a process."""
    rows = session.all(LINKED, {"of_project": project, "of_child": child})
    return [int(row[0]) for row in rows]


def children(session: Session, project: int, parent: int) -> list[int]:
    """Return the children of a process, the oldest first."""
    rows = session.all(CHILDREN, {"of_project": project, "of_parent": parent})
    return [int(row[0]) for row in rows]


def parents_in_state(session: Session, project: int, child: int) -> tuple[int, int]:
    """Return how many parents of a process have not ended, and how many failed."""
    of = {"of_project": project, "of_child": child}
    unfinished, failed = session.one(UNFINISHED, of), session.one(FAILED, of)
    return (int(unfinished[0]) if unfinished else 0, int(failed[0]) if failed else 0)


def delete_all_of(session: Session, project: int, process: int) -> None:
    """Delete a process, its links and its history."""
    session.execute(UNLINK, {"of_project": project, "of_child": process})
    session.execute(FORGET, {"of_project": project, "of_process": process})
    PROCESSES.delete(session, project, id=process)


def history(session: Session, project: int, process: int) -> list[Attempt]:
    """Return the attempts of a process, the first one first."""
    return ATTEMPTS.find(session, HISTORY, project, process=process)
