"""`flowy runs`: look at catalogued runs, take their files and archives, delete old ones."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from flowy.catalog.files import FileHandle
from flowy.catalog.store.models import RunObject
from flowy.catalog.sweeper import sweep
from flowy.catalog.workflow.state import SOURCES, serialize_state
from flowy.cli import tables
from flowy.cli.catalogue import opened, require_file
from flowy.cli.cataloguing import catalogue_of, catalogue_options
from flowy.cli.connection import (
    chosen,
    connected,
    json_option,
    require_database,
    service_options,
)
from flowy.cli.copying import CHUNK, copy
from flowy.worker.cataloguing import reconcile

STATES = click.Choice(list(SOURCES), case_sensitive=False)


@click.group()
def runs() -> None:
    """Look at catalogued runs, take their files and archives, delete old ones."""


@runs.command("list")
@click.option("--group", metavar="ID", help="Only runs of this group.")
@click.option("--state", "states", type=STATES, multiple=True, help="Only these; repeatable.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most.")
@click.option("--after", metavar="RUN_ID", help="Only those that follow this run.")
@catalogue_options
@json_option
def list_(
    group: str | None, states: Sequence[str], limit: int, after: str | None, **options: Any
) -> None:
    """List runs, the oldest first."""
    with opened(options["db"], options["files"]) as manager:
        wanted = list(states) or None
        if group is None:
            found = manager.list_all_runs(wanted, limit=limit, after=after)
        else:
            found = manager.list_runs(group, wanted, limit=limit, after=after)
        if options["as_json"]:
            click.echo(json.dumps([_document(run) for run in found]))
        elif found:
            tables.show(tables.runs(_row(run) for run in found))
        else:
            click.echo(f"no such runs in {options['db']}")


@runs.command()
@click.argument("run_id")
@catalogue_options
@json_option
def show(run_id: str, db: str, files: str, as_json: bool) -> None:
    """Show what is known of the run RUN_ID."""
    with opened(db, files) as manager:
        document = _document(manager.get_run(run_id))
    if as_json:
        click.echo(json.dumps(document))
        return
    for name, value in document.items():
        click.echo(f"{name:>12}  {value if isinstance(value, str) else json.dumps(value)}")


@runs.command("files")
@click.argument("run_id")
@click.option("--get", "key", metavar="KEY", help="Write this file instead of listing them.")
@click.option(
    "--output", metavar="FILE", help="Where to; - is the standard output. [default: its name]"
)
@catalogue_options
@json_option
def files_(run_id: str, key: str | None, output: str | None, **options: Any) -> None:
    """List the result files of the run RUN_ID, or take one."""
    with opened(options["db"], options["files"]) as manager:
        if key is not None:
            handle = manager.get_runfile(run_id, key=key)
            written = _write(handle, output, handle.size())
            if options["as_json"] and written:
                click.echo(json.dumps({"file": written}))
            return
        found = [
            {"key": file.key, "size": file.size, "mime_type": file.mime_type, "id": file.file_id}
            for file in manager.get_run(run_id).files
        ]
    if options["as_json"]:
        click.echo(json.dumps(found))
    elif found:
        tables.show(
            tables.files(tuple(str(value or "") for value in file.values()) for file in found)
        )
    else:
        click.echo(f"run {run_id} has no files")


@runs.command()
@click.argument("run_id")
@click.option(
    "--output", metavar="FILE", help="Where to; - is the standard output. [default: its name]"
)
@catalogue_options
@json_option
def archive(run_id: str, output: str | None, db: str, files: str, as_json: bool) -> None:
    """Write the archive of the successful run RUN_ID: a gzipped tar of its files."""
    with opened(db, files) as manager:
        written = _write(manager.get_runarchive(run_id), output)
    if as_json and written:
        click.echo(json.dumps({"file": written}))


@runs.command("delete-obsolete")
@click.argument("date")
@click.option("--state", type=STATES, help="Only runs in this state.")
@click.option("--dry-run", is_flag=True, help="Only list them.")
@catalogue_options
@json_option
def delete_obsolete(date: str, state: str | None, dry_run: bool, **options: Any) -> None:
    """Delete the runs created before DATE, an ISO 8601 date or time, and their files.

    Runs in a present ranking stay.
    """
    with opened(options["db"], options["files"]) as manager:
        if dry_run:
            found = [run.run_id for run in manager.list_obsolete_runs(date, state)]
            click.echo(json.dumps(found) if options["as_json"] else "\n".join(found))
            return
        deleted = manager.delete_obsolete_runs(date, state)
    click.echo(json.dumps({"deleted": deleted}) if options["as_json"] else f"{deleted} deleted")


@runs.command("sweep")
@click.option("--scan", is_flag=True, help="Compare all files with all rows too.")
@catalogue_options
@json_option
def sweep_(scan: bool, db: str, files: str, as_json: bool) -> None:
    """Finish what killed processes have left between files and rows."""
    with opened(db, files) as manager:
        found = sweep(manager.session, manager.fs, scan=scan)
    if as_json:
        document = {"finished": found.finished, "orphans": found.orphans, "missing": found.missing}
        click.echo(json.dumps(document))
        return
    click.echo(f"{len(found.finished)} folders finished, {len(found.orphans)} strays deleted")
    for run_id, key in found.missing:
        click.echo(f"run {run_id} has lost {key}")


@runs.command("reconcile")
@catalogue_options
@service_options
@json_option
def reconcile_(db: str, files: str, address: str | None, domain: str | None, as_json: bool) -> None:
    """Close the runs whose executions the service has closed without telling anybody.

    Workers with a catalogue do it themselves, about once a minute.
    """
    require_file(db)
    settings = chosen(address, domain)
    require_database(settings)
    with connected(settings) as client, catalogue_of(db, files) as catalog:
        found = reconcile(client, settings.domain, catalog)
    if as_json:
        click.echo(json.dumps({"closed": found.closed, "unknown": found.unknown}))
        return
    for execution in found.closed:
        click.echo(f"{execution} is closed")
    if found.unknown:
        click.echo(f"{len(found.unknown)} are unknown to {settings.address} and stay as they are")


def _write(handle: FileHandle, output: str | None, size: int | None = None) -> str | None:
    """Write a file as a stream; a part is not left behind.

    Args:
        handle: The file.
        output: Where to; by default a file of its own name.
        size: Its bytes, where they are known before it is read.
    """
    if output == "-":
        with handle.open() as source:
            shutil.copyfileobj(source, sys.stdout.buffer, CHUNK)
        return None
    target = Path(output or Path(handle.name).name)
    part = target.with_name(f"{target.name}.part")
    try:
        with handle.open() as source, part.open("wb") as written:
            copy(source, written, handle.name, size)
        part.replace(target)
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(str(target), err=True)
    return str(target)


def _document(run: RunObject) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "workflow": run.workflow.name,
        "group_id": run.group_id,
        "execution": run.execution,
        "arguments": run.arguments,
        "result": run.result,
        "state": serialize_state(run.state()),
    }


def _row(run: RunObject) -> tuple[str, ...]:
    messages = " ".join(message.message for message in run.log)
    times = (run.created_at, run.started_at, run.ended_at)
    return (run.run_id, run.state_type, *((time or "")[:19] for time in times), messages)
