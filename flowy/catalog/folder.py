"""A run's folder, changed in an order that a crash cannot split from the run's rows.

A note in the database says that somebody is at the folder. It is durable before the first file is
touched. When files are stored, the note goes in the transaction that adds their rows; when a run is
deleted, it comes in the transaction that removes them, and goes when the folder has. So whatever
a killed process leaves has a note, and ``flowy.catalog.sweeper`` finishes by it.
"""

from flowy.catalog.events import Step
from flowy.catalog.owner import is_gone, this_process
from flowy.catalog.store import file_notes, folders, runs
from flowy.catalog.store.database import Session
from flowy.clock import Clock
from flowy.errors import InvalidRunStateError
from flowy.volume.base import StorageVolume
from flowy.volume.keys import join


def run_folder(workflow_id: str, run_id: str) -> str:
    """Return the key of a run's folder."""
    return join(workflow_id, "runs", run_id)


def clear(session: Session, fs: StorageVolume, run_id: str, folder: str) -> list[str]:
    """Delete the files of a run's folder that have no rows, and return their keys.

    Files that somebody is storing, by the notes on them, are left to him or to the sweeper. The run
    is held until the caller commits, so that no row is made for a file that goes here.
    """
    runs.hold(session, run_id)
    found = [key for key, _ in fs.walk(folder)]
    kept = runs.files_of(session, run_id) | file_notes.keys_of(session, run_id)
    if not kept:
        fs.delete(folder)
        return found
    deleted = [key for key in found if key.removeprefix(f"{folder}/") not in kept]
    for key in deleted:
        fs.delete(key)
    return deleted


class RunFolder:
    """A run's folder and the note on it.

    Args:
        session: The database.
        fs: The volume with the folders of all runs.
        clock: Says since when somebody is at it.
        step: Is told each step.
        run_id: The run.
        folder: The folder's key.
    """

    def __init__(
        self,
        session: Session,
        fs: StorageVolume,
        clock: Clock,
        step: Step,
        *,
        run_id: str,
        folder: str,
    ) -> None:
        self._session = session
        self._fs = fs
        self._clock = clock
        self._step = step
        self._run_id = run_id
        self._folder = folder
        self._token = ""

    def volume(self) -> StorageVolume:
        """Return the folder as a volume."""
        return self._fs.get_store_for_folder(self._folder)

    def claim(self) -> None:
        """Note that this process is at the folder; what a killed one has left is cleared away.

        Raises:
            InvalidRunStateError: Somebody else is at it.
        """
        now = self._clock.now()
        token = folders.claim(self._session, self._run_id, self._folder, this_process(), now)
        self._token = token or self._take_over(now)
        self._step("claimed")

    def finish(self) -> bool:
        """Remove the note in the caller's transaction; False when it is another's by now."""
        return folders.finish(self._session, self._run_id, self._token)

    def give_up(self) -> None:
        """Delete what was stored, then the note, unless somebody else stores there by now."""
        note = folders.present(self._session, self._run_id)
        mine = note is not None and note.token == self._token
        # Who has deleted the run meanwhile did not see what was stored behind his back.
        if mine or runs.find(self._session, self._run_id) is None:
            clear(self._session, self._fs, self._run_id, self._folder)
            self._step("cleared")
            self.finish()
        self._session.commit()

    def begin_delete(self) -> None:
        """Note in the caller's transaction that the folder is to go."""
        self._token = folders.begin_delete(
            self._session, self._run_id, self._folder, this_process(), self._clock.now()
        )

    def delete(self) -> None:
        """Delete the folder, then the note."""
        self._fs.delete(self._folder)
        self._step("folder deleted")
        self.finish()
        self._session.commit()

    def _take_over(self, now: float) -> str:
        note = folders.present(self._session, self._run_id)
        token = None
        if note is not None and is_gone(note.owner, note.since, now):
            token = folders.take_over(self._session, note, this_process(), now)
        owner = "another process" if note is None else note.owner
        self._session.commit()
        if token is None:
            raise InvalidRunStateError(
                f"the files of run {self._run_id} are being stored or deleted by {owner}; wait "
                "for it, and look at the run's state again"
            )
        clear(self._session, self._fs, self._run_id, self._folder)
        return token
