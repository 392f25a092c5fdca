"""Workspace: a numbered folder of a project, and the record of who made it."""

import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from glob import glob
from pathlib import Path
from typing import IO, Any

from flowy.db.session import Session
from flowy.errors import (
    AlreadyInProject,
    InvalidKeyError,
    ProjectError,
    UnknownInProject,
    UnsafeArchive,
)
from flowy.project import archives, files
from flowy.project.archives import DEFAULT_LIMITS, ZipLimits
from flowy.project.home import Home, from_root
from flowy.project.jsonable import jsonable
from flowy.project.paths import inside
from flowy.project.store.workspaces import WORKSPACES
from flowy.project.values import WorkspaceRecord

Answer = tuple[bool, str]
"""Whether it worked, and if not, why."""

Names = list[str]

COLUMNS = frozenset({"label", "status", "user"})
FIXED = frozenset({"created", "id", "path", "process"})


class Workspace:
    """A folder for the files of a process.

    ``Project.workspace``, ``Project.new_workspace`` and ``Process.get_workspace`` make it.

    Args:
        project: The project.
        id: Its number.

    Raises:
        UnknownInProject: There is no such workspace.
    """

    def __init__(self, project: Home, id: int | str) -> None:
        self.project = project
        self.id = int(id)
        self._record()

    def __repr__(self) -> str:
        return f"<Workspace {self.id} of project {self.project.name!r}: {self.path()}>"

    def __fspath__(self) -> str:
        return self.path()

    @property
    def data(self) -> dict[str, Any]:
        """The whole record, read anew."""
        record = self._record()
        fixed = {
            "id": record.id,
            "user": record.user,
            "path": record.path,
            "status": record.status,
            "created": record.created,
            "label": record.label,
            "process": record.process,
        }
        return {**record.extra, **fixed}

    @property
    def label(self) -> str | None:
        """Its label."""
        return self._record().label

    @property
    def process(self) -> Any:
        """The process that made it, or None."""
        process = self._record().process
        return None if process is None else self.project.process(process)

    @property
    def folder(self) -> Path:
        """Its folder."""
        return self.project.root / self._record().path

    def path(self, *parts: str) -> str:
        """Return the path of the folder, or of something in it.

        Raises:
            InvalidKeyError: The path would lead out of the folder.
        """
        return str(inside(self.folder, *parts))

    def open_file(self, name: str, mode: str = "r") -> IO[Any]:
        """Open a file of the workspace; whoever opens it closes it.

        Raises:
            InvalidKeyError: The name leads out of the folder.
        """
        return inside(self.folder, name).open(mode)

    def list(self) -> Names:
        """Return the names of what is in the folder, sorted."""
        return sorted(each.name for each in self.folder.iterdir())

    def add_data(self, values: Mapping[str, Any]) -> None:
        """Note several values in the record."""
        self._change(lambda _: dict(values))

    def set_data(self, key: str, value: Any) -> None:
        """Note a value in the record."""
        self._change(lambda _: {key: value})

    def append_data(self, key: str, value: Any) -> None:
        """Add a value to a list in the record; it is made if it is missing.

        Raises:
            ProjectError: Something else than a list has that name.
        """

        def appended(record: WorkspaceRecord) -> dict[str, Any]:
            before = record.extra.get(key, [])
            if not isinstance(before, list):
                raise ProjectError(f"{key!r} of workspace {self.id} is no list: {before!r}")
            return {key: [*before, value]}

        self._change(appended)

    def copy_file(self, path: str | Path, name: str | None = None) -> Answer:
        """Copy a file or folder into the workspace.

        Args:
            path: What to copy; relative to the project's folder.
            name: What it is called here; by default as there.

        Returns:
            ``(True, '')``, or ``(False, reason)`` and nothing was copied.
        """
        source = from_root(self.project, path)
        return _answer(lambda: files.copy(source, self.folder, name or source.name))

    def copy_files(self, paths: str | Path | Iterable[str | Path]) -> Answer:
        """Copy files into the workspace, all that are named before the first that cannot be.

        Args:
            paths: Paths, a folder whose content is copied, or a pattern such as ``scans/*.png``;
                relative to the project's folder.

        Returns:
            ``(True, '')``, or ``(False, reason)``.
        """
        sources = self._sources(paths)
        if not sources:
            return False, f"there is nothing at {paths}"
        for source in sources:
            done, reason = self.copy_file(source)
            if not done:
                return done, reason
        return True, ""

    def extract_zip(self, path: str | Path, limits: ZipLimits = DEFAULT_LIMITS) -> Answer:
        """Unpack a zip file into the workspace, all of it or nothing.

        Args:
            path: The zip file; relative to the project's folder.
            limits: How much may be in it.

        Returns:
            ``(True, '')``, or ``(False, reason)``.
        """
        source = from_root(self.project, path)
        return _answer(lambda: archives.unzip(source, self.folder, limits))

    extract_zipfile = extract_zip

    def create_version(self, label: str, overwrite: bool = False) -> str:
        """Keep the present content of the workspace under a label and return where it is.

        Raises:
            AlreadyInProject: There is a version of that label, and it is not to be overwritten.
            InvalidKeyError: The label cannot be a folder.
        """
        versions = self._versions()
        target = inside(versions, label)
        versions.mkdir(parents=True, exist_ok=True)
        if target.exists() and not overwrite:
            raise AlreadyInProject(
                f"workspace {self.id} has a version {label!r} already; give overwrite=True to "
                "replace it"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        with files.aside(versions) as part:
            (part / files.TARGET).write_text(target.name)
            shutil.copytree(self.folder, part / files.PART, symlinks=True)
            shutil.move(part / files.PART, part / files.WHOLE)
            self.project.step("version copied")
            if target.exists():
                target.rename(part / "old")
                self.project.step("old version aside")
            (part / files.WHOLE).rename(target)
        return str(target)

    def versions(self) -> Names:
        """Return the labels of all versions, sorted."""
        versions = self._versions()
        return sorted(each.name for each in versions.iterdir()) if versions.exists() else []

    def compare_versions(self, first: str, second: str | None = None) -> files.Comparison:
        """Compare a version with another one, or with what is in the workspace now.

        Raises:
            UnknownInProject: There is no such version.
        """
        after = self.folder if second is None else self._version(second)
        return files.compare(self._version(first), after)

    def clear(self) -> None:
        """Delete all files; versions stay."""
        files.clear(self.folder)

    def delete_folder(self) -> None:
        """Delete the folder and its versions; the record stays."""
        _delete_all((self.folder, self._versions()))

    def delete(self) -> None:
        """Delete the workspace: first the record, then the folder that nothing leads to any more.

        What a crash in between leaves of the folder, ``Project.sweep`` deletes.
        """
        folders = (self.folder, self._versions())
        self.project.write(lambda session: WORKSPACES.delete(session, self.project.id, id=self.id))
        self.project.step("workspace row deleted")
        _delete_all(folders)
        self.project.step("workspace folder deleted")

    def _record(self) -> WorkspaceRecord:
        def get(session: Session) -> WorkspaceRecord | None:
            return WORKSPACES.get(session, self.project.id, id=self.id)

        return self._known(self.project.read(get))

    def _known(self, record: WorkspaceRecord | None) -> WorkspaceRecord:
        if record is None:
            raise UnknownInProject(f"unknown workspace {self.id} of project {self.project.name!r}")
        return record

    def _change(self, change: Callable[[WorkspaceRecord], Mapping[str, Any]]) -> None:
        def apply(session: Session) -> None:
            record = self._known(WORKSPACES.get(session, self.project.id, id=self.id))
            values = {
                key: jsonable(f"{key!r} of workspace {self.id}", value)
                for key, value in change(record).items()
            }
            fixed = FIXED.intersection(values)
            if fixed:
                raise ProjectError(f"{sorted(fixed)} of workspace {self.id} cannot be changed")
            extra = {key: value for key, value in values.items() if key not in COLUMNS}
            columns = {key: value for key, value in values.items() if key in COLUMNS}
            columns["extra"] = {**record.extra, **extra}
            WORKSPACES.set(session, self.project.id, columns, id=self.id)

        self.project.write(apply)

    def _sources(self, paths: str | Path | Iterable[str | Path]) -> Sequence[Path]:
        if not isinstance(paths, str | Path):
            return [from_root(self.project, path) for path in paths]
        source = from_root(self.project, paths)
        if source.is_dir():
            return sorted(source.iterdir())
        return [source] if source.exists() else sorted(map(Path, glob(str(source))))  # noqa: PTH207

    def _versions(self) -> Path:
        return self.folder.parent / "versions" / self.folder.name

    def _version(self, label: str) -> Path:
        folder = inside(self._versions(), label)
        if not folder.is_dir():
            known = ", ".join(map(repr, self.versions())) or "none"
            raise UnknownInProject(
                f"workspace {self.id} has no version {label!r}; its versions: {known}"
            )
        return folder


def _delete_all(folders: Iterable[Path]) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)


def _answer(work: Callable[[], object]) -> Answer:
    try:
        work()
    except (OSError, InvalidKeyError, UnsafeArchive, zipfile.BadZipFile) as error:
        return False, str(error) or type(error).__name__
    return True, ""
