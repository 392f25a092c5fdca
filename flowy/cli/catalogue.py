"""Open a catalogue for a command that looks at it, and how its refusals read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.errors import FlowyError
from flowy.volume.manager import open_volume

SQLITE_FILE = "sqlite:///"


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
            database.create()  # what an older version did not know of
            with database.session() as session:
                yield RunManager(session, open_volume(files))
        finally:
            database.close()
    except (FlowyError, ValueError) as error:
        raise click.ClickException(str(error)) from error
