"""Home: what scripts, processes and workspaces need of their project."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from flowy.clock import Clock
from flowy.db.session import Session

Result = TypeVar("Result")

Step = Callable[[str], None]
"""Is called with the name of each step between files and rows; tests kill the process there."""


def unwatched(_step: str) -> None:
    """Let every step pass."""


class Home(Protocol):
    """A project as what is in it sees it: its database, its folders, its clock."""

    @property
    def id(self) -> int:
        """Its key in the database."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def url(self) -> str:
        """Where its database is."""
        ...

    @property
    def clock(self) -> Clock:
        """Tells the time."""
        ...

    @property
    def user(self) -> str:
        """Who uses it now."""
        ...

    @property
    def step(self) -> Step:
        """Is told each step between files and rows."""
        ...

    @property
    def root(self) -> Path:
        """Its folder."""
        ...

    def read(self, work: Callable[[Session], Result]) -> Result:
        """Run work that changes nothing on one consistent state."""
        ...

    def write(self, work: Callable[[Session], Result]) -> Result:
        """Run work in a transaction; it may run twice and does nothing but with its session."""
        ...

    def script(self, label: str) -> Any:
        """Return a script of the project."""
        ...

    def process(self, pid: int | str) -> Any:
        """Return a process of the project."""
        ...


def scripts_folder(home: Home) -> Path:
    """Return the folder of all scripts, in which they are run."""
    return home.root / "scripts"


def script_folder(home: Home, script: int) -> Path:
    """Return the folder that has the files of a script."""
    return scripts_folder(home) / f"{script:04d}"


def process_folder(home: Home, process: int) -> Path:
    """Return the folder that has the logs of a process."""
    return home.root / "processes" / str(process)


def workspace_path(workspace: int) -> str:
    """Return a workspace's folder, relative to the project's."""
    return f"workspaces/{workspace:06d}"


def from_root(home: Home, path: str | Path) -> Path:
    """Return a path; a relative one begins at the project's folder."""
    return home.root / Path(path).expanduser()
