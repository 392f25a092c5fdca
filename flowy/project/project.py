"""Project: a name, a folder, and the scripts, processes and workspaces in it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from flowy.clock import SystemClock
from flowy.db.open import open_database, upgrade_database
from flowy.db.session import Session
from flowy.errors import AlreadyInProject, UnknownInProject
from flowy.project import places
from flowy.project.holding_processes import HoldingProcesses
from flowy.project.holding_scripts import HoldingScripts
from flowy.project.holding_workspaces import HoldingWorkspaces
from flowy.project.monitor import LEASE, Monitor, MonitorOptions
from flowy.project.process import Process
from flowy.project.store import projects
from flowy.project.store.schema import SCHEMA
from flowy.project.sweeping import Swept, sweep
from flowy.project.values import ProjectRecord

FOLDERS = ("scripts", "processes", "workspaces")
MARGIN = 5.0
"""Seconds that a monitor leaves before its time, so that cron's next one finds it gone."""


class Project(HoldingProcesses, HoldingScripts, HoldingWorkspaces):
    """A project that exists; ``create_project`` makes one.

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

    def sweep(self) -> Swept:
        """Finish what killed processes have left between files and rows; see ``Swept``.

        Folders with numbers that no script, process or workspace has are deleted.
        """
        return sweep(self)

    def trim_script_index(self) -> None:
        """Let the next script take the number after the highest in use."""
        self.sweep()
        super().trim_script_index()

    def trim_process_index(self) -> None:
        """Let the next process take the number after the highest in use."""
        self.sweep()
        super().trim_process_index()

    def trim_workspace_index(self) -> None:
        """Let the next workspace take the number after the highest in use."""
        self.sweep()
        super().trim_workspace_index()


def create_project(
    name: str,
    root_dir: str | Path = ".",
    host: str | None = None,
    port: int | None = None,
    *,
    url: str | None = None,
) -> Project:
    """Make a project with its folders and return it.

    Args:
        name: Its name, unique in the database.
        root_dir: Its folder, which is made if it is missing.
        host: See ``Project``.
        port: See ``Project``.
        url: See ``Project``.

    Raises:
        AlreadyInProject: There is one of that name.
        DatabaseError: The database cannot be used.
    """
    if not name or "\0" in name:
        raise UnknownInProject(f"a project needs a name, not {name!r}")
    root = Path(root_dir).expanduser().absolute()
    now, user = SystemClock().now(), places.current_user()

    def add(session: Session) -> None:
        if projects.find(session, name) is not None:
            raise AlreadyInProject(
                f"there is a project {name!r} already; Project({name!r}) opens it"
            )
        projects.add(session, name, str(root), user, now)

    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    chosen = places.absolute(places.database_url(os.environ, host, url))
    upgrade_database(chosen, SCHEMA)
    database = open_database(chosen, SCHEMA)
    try:
        database.write(add)
    finally:
        database.close()
    return Project(name, url=chosen)


def list_projects(host: str | None = None, *, url: str | None = None) -> list[ProjectRecord]:
    """Return all projects of a database by name; see ``Project``."""
    database = open_database(places.database_url(os.environ, host, url), SCHEMA)
    try:
        return database.read(projects.all_)
    finally:
        database.close()


def drop_database(
    name: str, host: str | None = None, port: int | None = None, *, url: str | None = None
) -> None:
    """Delete a project from the database; its folder stays.

    Raises:
        UnknownInProject: There is no project of that name.
    """
    with Project(name, host, port, url=url) as project:
        project.write(lambda session: projects.drop(session, project.id))


def get_project_process(
    name: str | Sequence[str] | None = None, process_id: int | str | None = None
) -> Process:
    """Return the process for which a script was started: the last two words of its command line.

    Args:
        name: The project, in place of the command line; or both as a list.
        process_id: The process's number.

    Raises:
        UnknownInProject: There is no such project or process, or the command line names none.
    """
    if name is not None and not isinstance(name, str):
        name, process_id = name
    if name is None or process_id is None:
        if len(sys.argv) < 3:
            raise UnknownInProject(
                "a script is started with the project's name and the process's number as its last "
                f"two arguments, not with {sys.argv[1:]}"
            )
        name, process_id = sys.argv[-2:]
    return Project(name).process(process_id)


def start_process_monitor(
    project_name: str,
    minutes_alive: float = 10,
    sleep_time: float = 3,
    total_cores: int = 1,
    *,
    url: str | None = None,
    lease: float = LEASE,
) -> None:
    """Serve the queue of a project for some minutes; ``flowy monitor`` does it for ever.

    Args:
        project_name: The project.
        minutes_alive: How long; it leaves 5 s earlier, so that cron can start the next one.
        sleep_time: Seconds between two looks at the queue.
        total_cores: How many cores of this machine the project gets.
        url: See ``Project``.
        lease: Seconds after which others take over the work of a monitor that was killed.

    Raises:
        UnknownInProject: There is no such project.
    """
    with Project(project_name, url=url) as project:
        options = MonitorOptions(cores=total_cores, sleep=sleep_time, lease=lease)
        Monitor(project, options).run(60 * minutes_alive - MARGIN)
