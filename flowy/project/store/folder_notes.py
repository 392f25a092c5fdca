"""The notes of who fills which folder: there with the row, gone when the files are."""

import os

from flowy.db.session import Session
from flowy.project.liveness import Life, birth, life, this_host
from flowy.project.store.rows import Rows
from flowy.project.store.schema import folder_notes
from flowy.project.values import FolderKind, FolderNote

LEASE = 3_600.0
"""Seconds for which a process of another machine, whose life cannot be seen, is left alone."""

NOTES = Rows(folder_notes, FolderNote, ("kind", "id"))
ALL = NOTES.select()


def begin(session: Session, project: int, kind: FolderKind, number: int, now: float) -> None:
    """Note that this process fills a folder; who was noted before is not any more."""
    end(session, project, kind, number)
    pid = os.getpid()
    note = FolderNote(
        kind=kind, id=number, host=this_host(), pid=pid, pid_birth=birth(pid), since=now
    )
    NOTES.insert(session, project, note)


def end(session: Session, project: int, kind: FolderKind, number: int) -> None:
    """Note that a folder has what it is to have."""
    NOTES.delete(session, project, kind=kind, id=number)


def is_left(note: FolderNote, now: float) -> bool:
    """Tell whether who was noted has been killed, as far as can be seen from here."""
    if note.host != this_host():
        return now - note.since > LEASE
    return life(note.pid, note.pid_birth) is not Life.ALIVE
