"""`flowy replay`: replay recorded histories, or those of a live domain, with today's code."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
import msgspec

from flowy.cli import visibility
from flowy.cli.connection import (
    chosen,
    connected,
    json_option,
    payloads_option,
    require_database,
    service_options,
)
from flowy.cli.modules import module
from flowy.cli.query import Query, query_options
from flowy.cli.volume import existing
from flowy.determinism.guards import guard
from flowy.errors import HistoryFileError
from flowy.protocol.client import SwfClient
from flowy.protocol.executions import WorkflowExecutionInfo
from flowy.replay.files import History, histories, saved
from flowy.replay.judging import Verdict, judge
from flowy.task import scanner
from flowy.task.definition import WorkflowDefinition
from flowy.task.registry import Registry
from flowy.transport.packing import Packing
from flowy.worker.settings import DeciderSettings
from flowy.worker.watchdog import Watch, Watchdog

PATIENCE = DeciderSettings()
"""For how long code may run: as long as for a decision on a worker."""


@click.command()
@click.argument("modules", metavar="MODULE...", nargs=-1, required=True)
@click.option(
    "--history",
    "paths",
    metavar="PATH",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A file with histories, or a folder of such files; may be repeated.",
)
@click.option("--run-id", metavar="ID", help="Which run a file is of that does not say it.")
@query_options
@click.option(
    "--save",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write each history to a file of this folder.",
)
@click.option("--no-guards", is_flag=True, help="Let the code call clocks, chance and the like.")
@payloads_option
@service_options
@json_option
def replay(
    modules: tuple[str, ...],
    paths: tuple[Path, ...],
    run_id: str | None,
    query: Query,
    save: Path | None,
    no_guards: bool,
    payloads: str | None,
    address: str | None,
    domain: str | None,
    as_json: bool,
) -> None:
    """Replay histories with the workflows of MODULE..., and say where code and history part.

    The histories are those of --history; without it, of the executions in the domain that --open,
    --closed, --id, --type, --tag and --limit choose. The exit status is 1 when one is not followed
    or has no code, and 2 when a file cannot be read.
    """
    if paths and query.is_given:
        raise click.UsageError("--history is of files, the other choices are of a domain")
    registry = scanner.scan_workflows([module(name) for name in modules])
    if not len(registry):
        raise click.ClickException(f"there is no workflow in {' '.join(modules)}")
    if not no_guards:
        guard(registry)
    packing = existing(payloads).packing(chosen(address, domain).domain)
    found = _from_files(paths, run_id) if paths else _live(query, address, domain)
    verdicts = []
    with _watched() as watch:
        for history in found:
            if save is not None:
                _save(save, history)
            verdicts.append(_judged(watch, history, registry, packing))
            if not as_json:
                _print(verdicts[-1])
    _finish(verdicts, as_json)


@contextmanager
def _watched() -> Iterator[Watch]:
    """Let nothing run for ever, such as the decision in which a worker holds an execution."""
    watch = Watch(PATIENCE)
    watchdog = Watchdog([watch])
    watchdog.start()
    try:
        yield watch
    finally:
        watchdog.stop()


def _judged(
    watch: Watch, history: History, registry: Registry[WorkflowDefinition], packing: Packing
) -> Verdict:
    watch.begin(history.execution)
    blocked = None
    try:
        verdict = judge(history, registry, packing)
    finally:
        blocked = watch.end()
    if blocked is None:
        return verdict
    return verdict._replace(status="error", message=str(blocked))


def _from_files(paths: tuple[Path, ...], run_id: str | None) -> Iterator[History]:
    try:
        for path in paths:
            yield from histories(path, run_id)
    except HistoryFileError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)


def _live(query: Query, address: str | None, domain: str | None) -> Iterator[History]:
    settings = chosen(address, domain)
    require_database(settings)
    with connected(settings) as client:
        for find in query.finds:
            ask = partial(
                find, client, settings.domain, query.workflow_id, query.type_name, query.tag
            )
            for info in visibility.listed(ask, query.limit):
                yield read(client, settings.domain, info)


def read(client: SwfClient, domain: str, info: WorkflowExecutionInfo) -> History:
    """Read the history of an execution that a domain lists."""
    return History(
        source=f"domain {domain}",
        execution=info.execution,
        type=info.workflow_type,
        events=tuple(visibility.history(client, domain, info.execution)),
    )


def _save(folder: Path, history: History) -> None:
    name = f"{history.type.name}-{history.type.version}-{history.execution.workflow_id}"
    safe = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{safe}.json").write_bytes(saved(history))


def _print(verdict: Verdict) -> None:
    run = f"{verdict.workflow_id} (run {verdict.run_id})"
    what = f"{verdict.type}, {run}: {verdict.events} events, {verdict.source}"
    click.echo(f"{verdict.status:<9}{what}")
    if verdict.message:
        click.echo(f"         {verdict.message}")


def _finish(verdicts: list[Verdict], as_json: bool) -> None:
    counts = Counter(verdict.status for verdict in verdicts)
    if as_json:
        click.echo(msgspec.json.encode([verdict._asdict() for verdict in verdicts]))
    else:
        said = ", ".join(f"{status}: {count}" for status, count in sorted(counts.items()))
        click.echo(said or "no history was found", err=True)
    sys.exit(0 if counts["ok"] == len(verdicts) else 1)
