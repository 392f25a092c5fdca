"""`flowy list` and `flowy show`: look at executions."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click
import msgspec

from flowy import config
from flowy.cli import tables, visibility
from flowy.cli.connection import (
    chosen,
    connected,
    json_option,
    payloads_option,
    require_database,
    service_options,
)
from flowy.cli.looking import Look
from flowy.cli.reading import reader_of
from flowy.cli.tables import Part
from flowy.cli.watching import View, watch, watch_option
from flowy.clock import SystemClock
from flowy.protocol.executions import WorkflowExecutionInfo

_FINDS = {"open": (visibility.opened,), "closed": (visibility.closed,)}
_BOTH = (visibility.opened, visibility.closed)


@click.command("list")
@click.option("--open", "status", flag_value="open", help="Only open executions.")
@click.option("--closed", "status", flag_value="closed", help="Only closed executions.")
@click.option("--id", "workflow_id", metavar="ID", help="Only executions with this workflow id.")
@click.option("--type", "type_name", metavar="NAME", help="Only executions of this type.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="Of each.")
@watch_option("Show them again and again, on a terminal, until Ctrl-C.")
@service_options
@json_option
def list_(
    status: str | None,
    workflow_id: str | None,
    type_name: str | None,
    limit: int,
    watches: bool,
    address: str | None,
    domain: str | None,
    as_json: bool,
) -> None:
    """List executions: the open ones, then the closed ones, the newest first."""
    if workflow_id is not None and type_name is not None:
        raise click.UsageError("the service selects by --id or by --type, not by both")
    _refuse_json(watches, as_json)
    if watches and not sys.stdout.isatty():
        raise click.UsageError("--watch needs a terminal: it goes on until Ctrl-C")
    settings = chosen(address, domain)
    require_database(settings)
    finds = _FINDS.get(status or "", _BOTH)
    with connected(settings) as client:
        asks = [partial(find, client, settings.domain, workflow_id, type_name) for find in finds]

        def found() -> list[WorkflowExecutionInfo]:
            return [info for ask in asks for info in visibility.listed(ask, limit)]

        def look() -> View:
            return View(parts=_listed(found(), settings), is_newest_first=True)

        if as_json:
            click.echo(msgspec.json.encode(found()))
            return
        view = watch(look, SystemClock()) if watches else look()
    tables.show(*view.parts)


def _listed(found: Sequence[WorkflowExecutionInfo], settings: config.Settings) -> tuple[Part, ...]:
    if found:
        return (tables.executions(found),)
    return (f"no executions in domain {settings.domain} of {settings.address}",)


def _refuse_json(watches: bool, as_json: bool) -> None:
    if watches and as_json:
        raise click.UsageError("--watch draws for people: leave out --json")


@click.command()
@click.argument("workflow_id")
@click.option(
    "--run-id",
    "--run",
    "run_id",
    metavar="ID",
    help="Which run. [default: the open one, else the newest]",
)
@click.option("--activities", is_flag=True, help="Show the open activities alone.")
@watch_option("Show it again and again, until it is closed or Ctrl-C.")
@payloads_option
@service_options
@json_option
def show(
    workflow_id: str,
    run_id: str | None,
    activities: bool,
    watches: bool,
    payloads: str | None,
    address: str | None,
    domain: str | None,
    as_json: bool,
) -> None:
    """Show the history of the execution WORKFLOW_ID as a timeline, and its open activities.

    Of an open activity: which attempt it is, who does it and since when, and the progress that
    its last heartbeat told. Packed texts are unpacked with --payloads and the codec that
    FLOWY_PAYLOADS_CODEC names; JSON has them as they travel.
    """
    _refuse_json(watches, as_json)
    settings = chosen(address, domain)
    require_database(settings)
    with connected(settings) as client:
        read = reader_of(payloads, settings.domain)
        info = visibility.wanted(client, settings, workflow_id, run_id)
        seen = Look(client, settings.domain, info, read)
        if watches:
            watch(_looks(seen, activities=activities), SystemClock())
    if as_json:
        click.echo(msgspec.json.encode(_document(seen)))
    else:
        tables.show(*seen.parts(activities=activities))
    if read.problem is not None:
        click.echo(f"not every text is shown: {read.problem}", err=True)


def _looks(seen: Look, *, activities: bool) -> Callable[[], View]:
    def look() -> View:
        seen.again()
        return View(parts=tuple(seen.parts(activities=activities)), is_over=seen.is_closed)

    return look


def _document(seen: Look) -> dict[str, Any]:
    opened = () if seen.opened is None else seen.opened.activities
    return {"execution": seen.info, "events": seen.events, "open_activities": opened}
