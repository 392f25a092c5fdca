"""The files of a run as the code of its execution sees them: to store, to list, to take."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.catalog.store import runs as store
from flowy.errors import ConstraintViolationError, NotCatalogued, UnknownRunError
from flowy.volume import streams
from flowy.volume.base import FSFile, StorageVolume

logger = logging.getLogger(__name__)

RESULT_FILE = "result.json"
"""The key of the file with an execution's result."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Gives an id that is known."""

    run_id: str

    def __call__(self) -> str:
        return self.run_id


class ExecutionFiles:
    """The result files of one run, and those of others to read; nothing is opened before its use.

    Any number of threads may use one, and so may a process that it is pickled to.

    Args:
        database: The catalogue's database.
        fs: The volume with the files of all runs.
        run_id: Gives the run's id in the catalogue; it is asked once.
    """

    def __init__(self, database: DB, fs: StorageVolume, run_id: Callable[[], str]) -> None:
        self._database = database
        self._fs = fs
        self._find = run_id
        self._run_id: str | None = None

    def __reduce__(self) -> tuple[type["ExecutionFiles"], tuple[Any, ...]]:
        """Travel to another process with the run's id, which is found here if need be.

        A catalogue that cannot be used there, or now, is no reason not to go there: code that never
        asks for its run does not miss it.
        """
        try:
            self._database.__reduce__()
            return ExecutionFiles, (self._database, self._fs, _Known(self.id))
        except Exception as error:  # noqa: BLE001 -- told to the code that asks for the run
            logger.warning("the run of an activity does not go along with it: %s", error)
            return _Unreachable, (str(error),)

    @property
    def id(self) -> str:
        """The run's id in the catalogue."""
        if self._run_id is None:
            self._run_id = self._find()
        return self._run_id

    def store(self, path: str | Path, key: str | None = None) -> str:
        """Store a local file as a result file of this run; it can be downloaded at once.

        A file that is there under that key is replaced, so that an activity that is tried again
        stores the same again.

        Args:
            path: The file.
            key: What it is called in the run, such as ``thumbnails/cat.jpg``; by default the
                file's own name.

        Returns:
            The key.

        Raises:
            UnknownFileError: There is no such file; a folder is none.
            InvalidRunStateError: The run has ended.
            InvalidKeyError: The key could lead out of the run's folder.
            ConstraintViolationError: The key is that of the execution's own result.
            VolumeError: The volume is full, gone, or cannot be written.
        """
        name = Path(path).name if key is None else key
        if name == RESULT_FILE:
            raise ConstraintViolationError(
                f"the key {RESULT_FILE!r} is for what the workflow returns: store {str(path)!r} "
                "under another one"
            )
        file = FSFile(path)
        with self._manager() as runs:
            return runs.store_runfile(self.id, file, name).key

    def keys(self, run: str | None = None) -> list[str]:
        """Return the keys of a run's files, sorted.

        Args:
            run: Another run: its id in the catalogue, or ``domain/workflow id/run id``; None is
                this one.

        Raises:
            UnknownRunError: There is no such run.
        """
        with self._manager() as runs:
            return [file.key for file in runs.get_run(self._other(runs, run)).files]

    def open(self, key: str, run: str | None = None) -> IO[bytes]:
        """Return a file as a stream of bytes, which the caller closes.

        Args:
            key: The file's key.
            run: Another run, as for ``keys``.

        Raises:
            UnknownRunError: There is no such run.
            UnknownFileError: It has no such file.
        """
        with self._manager() as runs:
            return runs.get_runfile(self._other(runs, run), key=key).open()

    def download(self, key: str, path: str | Path = ".", run: str | None = None) -> Path:
        """Copy a file to this machine, as a stream; a part of it is not left behind.

        Args:
            key: The file's key.
            path: Where to: a file, or a folder that is there, where it gets its own name.
            run: Another run, as for ``keys``.

        Returns:
            The path of the copy.

        Raises:
            UnknownRunError: There is no such run.
            UnknownFileError: It has no such file.
            VolumeError: It cannot be written.
        """
        target = Path(path)
        if target.is_dir():
            target = target / key.rpartition("/")[2]
        part = target.with_name(f"{target.name}.part")
        with self.open(key, run) as source, streams.usable("this machine", str(target)):
            try:
                with part.open("wb") as written:
                    streams.pump(source, written)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
        return target

    def _manager(self) -> AbstractContextManager[RunManager]:
        return _opened(self._database, self._fs)

    def _other(self, runs: RunManager, run: str | None) -> str:
        if run is None:
            return self.id
        if "/" not in run:
            return run
        found = store.find_execution(runs.session, run)
        if found is None:
            raise UnknownRunError(run)
        return found.run_id


@contextmanager
def _opened(database: DB, fs: StorageVolume) -> Iterator[RunManager]:
    with database.session() as session:
        yield RunManager(session, fs)


class _Unreachable(ExecutionFiles):
    """The files of a run whose catalogue cannot be used from this process."""

    def __init__(self, why: str) -> None:
        self._why = why

    def __reduce__(self) -> tuple[type[ExecutionFiles], tuple[Any, ...]]:
        return _Unreachable, (self._why,)

    @property
    def id(self) -> str:
        raise self._error()

    def _manager(self) -> AbstractContextManager[RunManager]:
        raise self._error()

    def _error(self) -> NotCatalogued:
        return NotCatalogued(f"the catalogue cannot be used in this process: {self._why}")
