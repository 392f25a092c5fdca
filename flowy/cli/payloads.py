"""`flowy payloads`: look after the volume of large inputs and results."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

import click

from flowy import config
from flowy.cli import visibility
from flowy.cli.connection import (
    chosen,
    connected,
    payloads_option,
    require_database,
    service_options,
)
from flowy.cli.lazy import LazyGroup
from flowy.cli.volume import existing
from flowy.clock import SystemClock
from flowy.errors import FlowyError
from flowy.protocol.client import SwfClient
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.wire import encode_event
from flowy.transport.collecting import GRACE, SHORTEST, collect

COMMANDS = {
    "collect": ("flowy.cli.payloads:collect_", "Delete what no execution needs any more."),
    "read": ("flowy.cli.payloads:read", "Print the text that a packed one stands for."),
}

HOUR = 3600


@click.group(cls=LazyGroup, lazy=COMMANDS)
def payloads() -> None:
    """Look after the volume of large inputs and results."""


@click.command("collect")
@payloads_option
@click.option(
    "--grace",
    type=click.FloatRange(SHORTEST / HOUR),
    default=GRACE / HOUR,
    show_default=True,
    metavar="HOURS",
    help="How long a text is kept that no execution names.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@service_options
def collect_(
    payloads: str | None, grace: float, dry_run: bool, address: str | None, domain: str | None
) -> None:
    """Delete the texts of a domain that no open execution names, and no closed one that is kept.

    It reads the histories of all of them, so run it when there is little to do, once a day or a
    week. Workers and starters go on meanwhile.
    """
    settings = chosen(address, domain)
    require_database(settings)
    blobs = existing(payloads).blobs(settings.domain)
    if blobs is None:
        raise click.UsageError(f"give the volume: --payloads or {config.PAYLOADS_VARIABLE}")
    with connected(settings) as client:
        found = collect(
            blobs,
            _events(client, settings.domain),
            SystemClock().now(),
            grace * HOUR,
            dry_run=dry_run,
        )
    did = "would delete" if dry_run else "deleted"
    click.echo(f"{did} {len(found.deleted)} texts of {found.bytes:,} bytes, {found.kept} are kept")


@click.command()
@payloads_option
@click.option("--domain", metavar="NAME", help=f"The domain. [default: {config.DOMAIN_VARIABLE}]")
@click.argument("text", required=False)
def read(payloads: str | None, domain: str | None, text: str | None) -> None:
    """Print the text that the packed TEXT of a history stands for; without TEXT it is read."""
    packing = existing(payloads).packing(chosen(None, domain).domain)
    given = sys.stdin.read() if text is None else text
    try:
        click.echo(packing.unpack(given.strip(), "the text"))
    except FlowyError as error:
        raise click.ClickException(str(error)) from error


def _events(client: SwfClient, domain: str) -> Iterator[bytes]:
    executions = chain(visibility.opened(client, domain), visibility.closed(client, domain))
    for info in executions:
        # A closed execution may go while it is read: its time is over.
        with suppress(UnknownResourceFault):
            for event in visibility.history(client, domain, info.execution):
                yield encode_event(event)
