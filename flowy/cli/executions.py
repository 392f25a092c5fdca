"""`flowy list` and `flowy show`: look at executions."""

from collections.abc import Sequence
from functools import partial

import click
import msgspec

from flowy.cli import open_activities, tables, timeline, visibility
from flowy.cli.connection import (
    chosen,
    connected,
    json_option,
    payloads_option,
    require_database,
    service_options,
)
from flowy.cli.open_activities import OpenActivity
from flowy.cli.reading import reader_of
from flowy.protocol.executions import WorkflowExecutionInfo

_FINDS = {"open": (visibility.opened,), "closed": (visibility.closed,)}
_BOTH = (visibility.opened, visibility.closed)


@click.command("list")
@click.option("--open", "status", flag_value="open", help="Only open executions.")
@click.option("--closed", "status", flag_value="closed", help="Only closed executions.")
@click.option("--id", "workflow_id", metavar="ID", help="Only executions with this workflow id.")
@click.option("--type", "type_name", metavar="NAME", help="Only executions of this type.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="Of each.")
@service_options
@json_option
def list_(
    status: str | None,
    workflow_id: str | None,
    type_name: str | None,
    limit: int,
    address: str | None,
    domain: str | None,
    as_json: bool,
) -> None:
    """List executions: the open ones, then the closed ones, the newest first."""
    if workflow_id is not None and type_name is not None:
        raise click.UsageError("the service selects by --id or by --type, not by both")
    settings = chosen(address, domain)
    require_database(settings)
    found: list[WorkflowExecutionInfo] = []
    with connected(settings) as client:
        for find in _FINDS.get(status or "", _BOTH):
            ask = partial(find, client, settings.domain, workflow_id, type_name)
            found.extend(visibility.listed(ask, limit))
    if as_json:
        click.echo(msgspec.json.encode(found))
    elif found:
        tables.executions(found)
    else:
        click.echo(f"no executions in domain {settings.domain} of {settings.address}")


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
@payloads_option
@service_options
@json_option
def show(
    workflow_id: str,
    run_id: str | None,
    activities: bool,
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
    settings = chosen(address, domain)
    require_database(settings)
    with connected(settings) as client:
        read = reader_of(payloads, settings.domain)
        info = visibility.wanted(client, settings, workflow_id, run_id)
        events = list(visibility.history(client, settings.domain, info.execution))
        found = None
        if info.close_status is None:
            found = open_activities.find(client, settings.domain, info.execution, events, read)
    opened = () if found is None else found.activities
    if as_json:
        shown = {"execution": info, "events": events, "open_activities": opened}
        click.echo(msgspec.json.encode(shown))
        return
    status = info.close_status or info.execution_status
    click.echo(f"{info.execution}, {info.workflow_type}: {status}")
    if not activities:
        tables.timeline(timeline.lines(events, read))
    if found is not None or activities:
        _show_open(opened, told=found is None or found.beats)
    if read.problem is not None:
        click.echo(f"not every text is shown: {read.problem}", err=True)


def _show_open(found: Sequence[OpenActivity], *, told: bool) -> None:
    if not found:
        click.echo("no activity is open")
        return
    tables.activities(map(open_activities.row, found))
    if not told:
        click.echo("this service does not tell of heartbeats, and so of no progress")
