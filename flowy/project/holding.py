"""Holding: a project's row found by name, its database, its folders."""

import abc
import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

from flowy.clock import Clock, SystemClock
from flowy.db.open import open_database
from flowy.db.session import Session
from flowy.errors import UnknownInProject
from flowy.project import places
from flowy.project.home import Step, unwatched
from flowy.project.store import projects
from flowy.project.store.schema import SCHEMA

Result = TypeVar("Result")


class Holding(abc.ABC):
    """A project's database, folders and clock: what ``Home`` asks for, without what is in it.

    Threads may share it. ``close`` gives its database back; it is also closed when nobody has it
    any more.

    Args:
        name: Its name.
        host: The URL of the database.
        port: Says nothing; it once was MongoDB's.
        url: The URL of the database; by default the environment's ``FLOWY_PROJECTS``, else this
            user's own file.
        clock: Tells the time.
        step: Is told each step between files and rows; for tests of crashes.

    Raises:
        UnknownInProject: There is no project of that name.
        DatabaseError: The database cannot be used.
    """

    def __init__(
        self,
        name: str,
        host: str | None = None,
        port: int | None = None,
        *,
        url: str | None = None,
        clock: Clock | None = None,
        step: Step = unwatched,
    ) -> None:
        self.url = places.absolute(places.database_url(os.environ, host, url))
        self.clock: Clock = clock or SystemClock()
        self.step: Step = step
        self.user = places.current_user()
        self._database = open_database(self.url, SCHEMA)
        self.close = weakref.finalize(self, self._database.close)
        self.close.atexit = False
        found = self._database.read(lambda session: projects.find(session, name))
        if found is None:
            self.close()
            raise UnknownInProject(
                f"unknown project {name!r} in {self.url}; create_project() makes one"
            )
        self.name = found.name
        self.id = found.id
        self.root = Path(found.root_dir)

    def __repr__(self) -> str:
        return f"<Project {self.name!r} at {self.root}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def root_dir(self) -> str:
        """Its folder."""
        return str(self.root)

    @property
    def scripts_dir(self) -> str:
        """The folder of its scripts, in which they are run."""
        return str(self.root / "scripts")

    @property
    def processes_dir(self) -> str:
        """The folder of its logs."""
        return str(self.root / "processes")

    @property
    def workspaces_dir(self) -> str:
        """The folder of its workspaces."""
        return str(self.root / "workspaces")

    def read(self, work: Callable[[Session], Result]) -> Result:
        """Run work that changes nothing on one consistent state."""
        return self._database.read(work)

    def write(self, work: Callable[[Session], Result]) -> Result:
        """Run work in a transaction that is alone on this project; it may run twice.

        Raises:
            UnknownInProject: The project was dropped meanwhile.
        """

        def alone(session: Session) -> Result:
            if not projects.lock(session, self.id):
                raise UnknownInProject(f"project {self.name!r} is not in {self.url} any more")
            return work(session)

        return self._database.write(alone)

    @abc.abstractmethod
    def process(self, pid: int | str) -> Any:
        """Return a process."""
        ...

    @abc.abstractmethod
    def script(self, label: str) -> Any:
        """Return a script."""
        ...
