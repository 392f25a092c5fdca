"""Finish what killed processes have left between files and rows.

By its notes (``flowy.catalog.folder``) the database knows every folder that a process was at.
``scan`` looks at the volume itself, for files that came there in other ways and for files that
have gone.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from flowy.catalog.events import Step, unwatched
from flowy.catalog.folder import RunFolder, clear, run_folder
from flowy.catalog.owner import is_gone, this_process
from flowy.catalog.store import file_notes, folders
from flowy.catalog.store import runs as store
from flowy.catalog.store.database import Session
from flowy.catalog.store.models import FileWork, FolderWork
from flowy.catalog.storing import drop
from flowy.clock import Clock, SystemClock
from flowy.errors import InvalidRunStateError
from flowy.volume.base import StorageVolume
from flowy.volume.keys import join


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """What was found.

    Args:
        finished: Runs whose folder a killed process was at; it has been cleared.
        orphans: Keys of files that belonged to no run, and are deleted.
        missing: Run and key of files that a run should have and the volume has not.
    """

    finished: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)


def sweep(
    session: Session,
    fs: StorageVolume,
    *,
    scan: bool = False,
    clock: Clock | None = None,
    step: Step = unwatched,
) -> Swept:
    """Finish what killed processes have left; those that live are not disturbed.

    Args:
        session: The database.
        fs: The volume with the folders of all runs.
        scan: Compare all files of the volume with all rows too.
        clock: Says how long a note is there.
        step: Is told each step.

    Raises:
        VolumeError: A folder cannot be deleted; what was done until then is done.
    """
    clock = clock or SystemClock()
    found = Swept()
    for note in folders.all_notes(session):
        if is_gone(note.owner, note.since, clock.now()):
            _finish(session, fs, note, clock, found, step)
    for unstored in file_notes.all_notes(session):
        if is_gone(unstored.owner, unstored.since, clock.now()):
            _finish_file(session, fs, unstored, found, step)
    if scan:
        _scan(session, fs, clock, found, step)
    session.commit()
    return found


def _finish(
    session: Session, fs: StorageVolume, note: FolderWork, clock: Clock, found: Swept, step: Step
) -> None:
    run_id, folder = note.run_id, note.folder
    token = folders.take_over(session, note, this_process(), clock.now())
    session.commit()
    if token is None:
        return
    clear(session, fs, run_id, folder)
    step("swept")
    folders.finish(session, run_id, token)
    session.commit()
    found.finished.append(run_id)


def _finish_file(
    session: Session, fs: StorageVolume, note: FileWork, found: Swept, step: Step
) -> None:
    run_id, folder, key = note.run_id, note.folder, note.key
    if store.hold(session, run_id) and key in store.files_of(session, run_id):
        store.set_size(session, run_id, key, fs.load(join(folder, key)).size())
    drop(session, fs, note)
    step("file swept")
    found.finished.append(run_id)


def _scan(session: Session, fs: StorageVolume, clock: Clock, found: Swept, step: Step) -> None:
    on_volume: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, _ in fs.walk(""):
        parts = key.split("/", 3)
        if len(parts) == 4 and parts[1] == "runs":
            on_volume[parts[0], parts[2]].add(parts[3])
    with_rows = store.all_files(session)
    session.commit()
    for (workflow_id, run_id), keys in with_rows.items():
        gone = keys - on_volume.get((workflow_id, run_id), set())
        folder = run_folder(workflow_id, run_id)
        # What was stored or deleted since the files were listed is not missing.
        still = [key for key in sorted(gone) if not fs.walk(f"{folder}/{key}")]
        if still and store.find(session, run_id) is not None:
            found.missing.extend((run_id, key) for key in still)
    for (workflow_id, run_id), keys in on_volume.items():
        if keys - with_rows.get((workflow_id, run_id), set()):
            _clear(session, fs, clock, step, found, (workflow_id, run_id))


def _clear(
    session: Session,
    fs: StorageVolume,
    clock: Clock,
    step: Step,
    found: Swept,
    place: tuple[str, str],
) -> None:
    """Delete the files of one folder that have no rows; nobody else is at it meanwhile."""
    workflow_id, run_id = place
    prefix = run_folder(workflow_id, run_id)
    folder = RunFolder(session, fs, clock, step, run_id=run_id, folder=prefix)
    try:
        folder.claim()
    except InvalidRunStateError:
        return
    found.orphans.extend(clear(session, fs, run_id, prefix))
    folder.finish()
    session.commit()
