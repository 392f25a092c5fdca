"""The notes of who stores which file in a run that goes on: before the file, until its row."""

from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from flowy.catalog.store.models import FileWork, RunFile, new_id


def begin(session: Session, run_id: str, key: str, folder: str, owner: str, now: float) -> str:
    """Note that somebody begins to store a file, in a transaction of its own.

    Returns:
        What proves it.
    """
    token = new_id()
    session.add(
        FileWork(token=token, run_id=run_id, key=key, folder=folder, owner=owner, since=now)
    )
    session.commit()
    return token


def end(session: Session, token: str) -> bool:
    """Remove a note in the caller's transaction; False when it is gone."""
    ended = session.execute(delete(FileWork).where(FileWork.token == token))
    return bool(cast(CursorResult[Any], ended).rowcount)


def is_needed(session: Session, note: FileWork) -> bool:
    """Tell whether a note's file has a row, or is being stored by somebody else too."""
    others = select(FileWork.token).where(
        FileWork.run_id == note.run_id, FileWork.key == note.key, FileWork.token != note.token
    )
    row = select(RunFile.file_id).where(RunFile.run_id == note.run_id, RunFile.key == note.key)
    return session.scalar(others) is not None or session.scalar(row) is not None


def present(session: Session, token: str) -> FileWork | None:
    """Return a note, or None when it is gone."""
    query = select(FileWork).where(FileWork.token == token)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def keys_of(session: Session, run_id: str) -> set[str]:
    """Return the keys of a run's files that are being stored."""
    return set(session.scalars(select(FileWork.key).where(FileWork.run_id == run_id)))


def all_notes(session: Session) -> list[FileWork]:
    """Return all notes, the oldest first."""
    return list(session.scalars(select(FileWork).order_by(FileWork.since)))
