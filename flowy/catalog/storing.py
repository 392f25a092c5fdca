"""Store a file in a run that goes on, in an order that a crash cannot split.

A note on the file is durable before it is touched, and goes in the transaction that makes its row.
So a file without a row has a note, by which the sweeper deletes it; a row is there only when its
file is. Several may store files of one run at once; of two with one key the later file stays.
"""

import mimetypes
from dataclasses import dataclass

from flowy.catalog.events import Step
from flowy.catalog.moments import from_seconds
from flowy.catalog.owner import this_process
from flowy.catalog.store import file_notes, runs
from flowy.catalog.store.database import Session
from flowy.catalog.store.models import FileWork, RunFile
from flowy.clock import Clock
from flowy.volume.base import IOHandle, StorageVolume
from flowy.volume.keys import join


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a file is stored.

    Args:
        session: The database.
        fs: The volume with the folders of all runs.
        clock: Says when.
        step: Is told each step.
    """

    session: Session
    fs: StorageVolume
    clock: Clock
    step: Step


def store_file(place: Place, run_id: str, folder: str, key: str, file: IOHandle) -> RunFile:
    """Store a file in a run's folder, with its row, in place of one of that key.

    Args:
        place: The catalogue.
        run_id: The run.
        folder: The key of its folder.
        key: The file's key in it, checked.
        file: The content; it is streamed.

    Raises:
        UnknownRunError: The run has been deleted meanwhile.
        InvalidRunStateError: The run has ended meanwhile.
        VolumeError: The volume cannot be used.
    """
    session, step = place.session, place.step
    runs.hold_active(session, run_id)
    token = file_notes.begin(session, run_id, key, folder, this_process(), place.clock.now())
    step("file noted")
    try:
        place.fs.store(file, join(folder, key))
        step("file stored")
        row = _put_row(place, run_id, folder, key)
        file_notes.end(session, token)
        step("file committing")
        session.commit()
    except BaseException:
        session.rollback()
        note = file_notes.present(session, token)
        if note is not None:
            drop(session, place.fs, note)
        raise
    step("file committed")
    return row


def drop(session: Session, fs: StorageVolume, note: FileWork) -> bool:
    """End what a note is about: its file goes, unless it has a row, and then the note; commits.

    Returns:
        Whether there was a file to delete.
    """
    key = join(note.folder, note.key)
    runs.hold(session, note.run_id)  # no row is made for a file that goes here
    stray = not file_notes.is_needed(session, note) and bool(fs.walk(key))
    if stray:
        fs.delete(key)
    file_notes.end(session, note.token)
    session.commit()
    return stray


def _put_row(place: Place, run_id: str, folder: str, key: str) -> RunFile:
    """Make the row; the run is held, so of two rows of a key the last tells the last file."""
    runs.hold_active(place.session, run_id)
    row = RunFile(
        key=key,
        name=key,
        created_at=from_seconds(place.clock.now()),
        mime_type=mimetypes.guess_type(key)[0],
        size=place.fs.load(join(folder, key)).size(),
    )
    return runs.put_file(place.session, run_id, row)
