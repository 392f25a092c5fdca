"""`flowy db`: take a database to the version of the code; executions into a file and back."""

import importlib
from pathlib import Path
from typing import Any

import click

from flowy.cli.lazy import LazyGroup
from flowy.config import ADDRESS
from flowy.errors import FlowyError

COMMANDS = {
    "upgrade": ("flowy.cli.db:upgrade", "Bring a database to the schema of this version."),
    "export": ("flowy.cli.db:export", "Write a domain, or one execution, to a file."),
    "import": ("flowy.cli.db:import_", "Store what is in a file."),
}

_database = click.option(
    "--db", metavar="URL", default=ADDRESS, show_default=True, help="The database."
)


@click.group(cls=LazyGroup, lazy=COMMANDS)
def db() -> None:
    """Look after a database: sqlite:///file or postgresql://user@host/database."""


@click.command()
@_database
def upgrade(db: str) -> None:
    """Bring a database to the schema of this version; what is in it stays.

    SQLite files are upgraded by whoever opens them. Stop the servers of a PostgreSQL database
    first, and have a backup. A database of a newer version is refused.
    """
    _run("flowy.service.upgrade:upgrade", db)
    click.echo(f"{db} has the schema of this version")


@click.command()
@_database
@click.option("--domain", metavar="NAME", required=True, help="The domain.")
@click.option("--id", "workflow_id", metavar="ID", help="Only this workflow's run.")
@click.option("--run", "run_id", metavar="RUN", help="The run id. [default: the open one]")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(db: str, domain: str, workflow_id: str | None, run_id: str | None, file: Path) -> None:
    """Write a domain, or one execution of it, to FILE: JSON lines, compressed with zstd."""
    if run_id and not workflow_id:
        raise click.UsageError("--run goes with --id")
    count = _run("flowy.service.archive:export", db, file, domain, workflow_id, run_id)
    click.echo(f"{file}: domain {domain}, executions: {count}")


@click.command("import")
@_database
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_(db: str, file: Path) -> None:
    """Store what `flowy db export` wrote to FILE; all of it or nothing.

    What is there already is refused. Waiting tasks and timers go on in the new database; answers to
    tasks that were handed out by the old one are refused.
    """
    count = _run("flowy.service.archive:import_", db, file)
    click.echo(f"{db}: executions imported: {count}")


def _run(place: str, *arguments: Any) -> Any:
    # The service brings SQLAlchemy, a third of a second that `--help` need not pay.
    module, _, name = place.partition(":")
    try:
        return getattr(importlib.import_module(module), name)(*arguments)
    except FlowyError as error:
        raise click.ClickException(str(error)) from error
