"""How commands say which catalogue they look at or tell, without importing it before it is used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flowy import config
from flowy.errors import FlowyError

if TYPE_CHECKING:
    from flowy.catalog.executions import ExecutionCatalogue

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


def cataloguing_options(command: Command) -> Command:
    """Add ``--catalog``, with ``--db`` and ``--files``, to a command that may tell a catalogue."""
    wanted = click.option(
        "--catalog", "catalogues", is_flag=True, help="Catalogue executions as runs; see --db."
    )
    return wanted(catalogue_options(command))


@contextmanager
def catalogue_of(db: str, files: str) -> Iterator["ExecutionCatalogue"]:
    """Open the catalogue of executions for a block.

    Raises:
        ClickException: It cannot be used.
    """
    from flowy.catalog.executions import ExecutionCatalogue  # commands that need none start at once

    try:
        catalogue = ExecutionCatalogue(db, files)
    except FlowyError as error:
        raise click.ClickException(str(error)) from error
    try:
        yield catalogue
    finally:
        catalogue.close()


@contextmanager
def told(catalogues: bool, db: str, files: str) -> Iterator["ExecutionCatalogue | None"]:
    """Open the catalogue that is told of executions, for a block; None when none is wanted."""
    if not catalogues:
        yield None
        return
    with catalogue_of(db, files) as catalogue:
        yield catalogue
