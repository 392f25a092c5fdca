"""How commands say which catalogue they look at, and how its refusals read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from flowy import config
from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.errors import FlowyError
from flowy.volume.manager import open_volume

SQLITE_FILE = "sqlite:///"

Command = TypeVar("Command", bound=Callable[..., Any])


def catalogue_options(command: Command) -> Command:
    """Add ``--db`` and ``--files`` to a command."""
    db = click.option(
        "--db",
        metavar="URL",
        envvar=config.RUNS_DATABASE_VARIABLE,
        default=config.RUNS_DATABASE,
        help=f"The catalogue's database. [default: {config.RUNS_DATABASE_VARIABLE}, else "
        f"{config.RUNS_DATABASE}]",
    )
    files = click.option(
        "--files",
        metavar="URL",
        envvar=config.RUNS_FILES_VARIABLE,
        default=config.RUNS_FILES,
        help=f"The volume with the runs' files. [default: {config.RUNS_FILES_VARIABLE}, else "
        f"{config.RUNS_FILES}]",
    )
    return db(files(command))


def require_file(db: str) -> None:
    """Refuse a SQLite file that is not there: a command that looks must not make one.

    Raises:
        ClickException: There is no such file.
    """
    name = db.removeprefix(SQLITE_FILE).partition("?")[0]
    if db.startswith(SQLITE_FILE) and not Path(name).exists():
        raise click.ClickException(
            f"there is no catalogue {name}: run this where it is, or give --db"
        )


@contextmanager
def opened(db: str, files: str) -> Iterator[RunManager]:
    """Open a catalogue for a block; what it refuses ends the command with one clear line.

    Raises:
        ClickException: It is not there, refused, or a value was wrong.
    """
    require_file(db)
    try:
        database = DB(db)
        try:
            if not database.exists():
                raise click.ClickException(f"there is no catalogue in {db}; give another --db")
            with database.session() as session:
                yield RunManager(session, open_volume(files))
        finally:
            database.close()
    except (FlowyError, ValueError) as error:
        raise click.ClickException(str(error)) from error
