"""The notes of who is at which run's folder: written before its files change, and removed after."""

from typing import Any, cast

from sqlalchemy import CursorResult, Insert, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from flowy.catalog.store.models import FolderWork, new_id

STORE = "store"
DELETE = "delete"


def claim(session: Session, run_id: str, folder: str, owner: str, now: float) -> str | None:
    """Note that somebody begins with a run's files, in a transaction of its own.

    Returns:
        What proves the claim, or None when somebody else has one.
    """
    token = new_id()
    note = _note(run_id, token, STORE, folder, owner, now)
    try:
        session.execute(note)
        session.commit()
    except IntegrityError:
        session.rollback()
        return None
    return token


def present(session: Session, run_id: str) -> FolderWork | None:
    """Return the note on a run's folder, or None."""
    query = select(FolderWork).where(FolderWork.run_id == run_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def take_over(session: Session, work: FolderWork, owner: str, now: float) -> str | None:
    """Note that somebody goes on with what another has left; None when a third was faster."""
    token = new_id()
    change = (
        update(FolderWork)
        .where(FolderWork.run_id == work.run_id, FolderWork.token == work.token)
        .values(token=token, owner=owner, since=now)
    )
    return token if _changed(session, change) else None


def begin_delete(session: Session, run_id: str, folder: str, owner: str, now: float) -> str:
    """Note that a run's folder is to be deleted, whoever is at it; the caller commits."""
    token = new_id()
    session.execute(delete(FolderWork).where(FolderWork.run_id == run_id))
    session.execute(_note(run_id, token, DELETE, folder, owner, now))
    return token


def finish(session: Session, run_id: str, token: str) -> bool:
    """Remove a note; False when it is another's by now."""
    return _changed(
        session,
        delete(FolderWork).where(FolderWork.run_id == run_id, FolderWork.token == token),
    )


def all_notes(session: Session) -> list[FolderWork]:
    """Return all notes, the oldest first."""
    return list(session.scalars(select(FolderWork).order_by(FolderWork.since)))


def _note(run_id: str, token: str, action: str, folder: str, owner: str, now: float) -> Insert:
    # Not through the session's objects: it may know a note of this run that has gone since.
    return insert(cast(Table, FolderWork.__table__)).values(
        run_id=run_id, token=token, action=action, folder=folder, owner=owner, since=now
    )


def _changed(session: Session, change: Any) -> bool:
    return bool(cast(CursorResult[Any], session.execute(change)).rowcount)
