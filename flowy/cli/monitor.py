"""`flowy monitor`: serve the queue of a project."""

import logging

import click

from flowy.cli.project_options import database_option, opened
from flowy.project.monitor import LEASE, Monitor, MonitorOptions
from flowy.worker.signals import leaving_on_signals


@click.command()
@click.argument("project")
@click.option(
    "--cores", type=click.IntRange(1), default=1, show_default=True, help="Of this machine."
)
@click.option(
    "--sleep",
    type=click.FloatRange(0.01),
    default=3.0,
    show_default=True,
    help="Seconds between two looks at the queue.",
)
@click.option(
    "--lease",
    type=click.FloatRange(0.1),
    default=LEASE,
    show_default=True,
    help="Seconds after which others take over the work of a monitor that was killed.",
)
@click.option("--minutes", type=click.FloatRange(0), help="Leave then. [default: never]")
@click.option("--drain", is_flag=True, help="Leave when nothing runs and nothing is queued.")
@click.option("-v", "--verbose", is_flag=True, help="Log more.")
@database_option
def monitor(
    project: str,
    cores: int,
    sleep: float,
    lease: float,
    minutes: float | None,
    drain: bool,
    verbose: bool,
    db: str | None,
) -> None:
    """Run the pending processes of PROJECT, until SIGTERM or Ctrl-C.

    Any number of monitors may serve a project, on one machine or several. What runs when one leaves
    runs on, and the next one looks after it.
    """
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    with opened(project, db) as home:
        served = Monitor(home, MonitorOptions(cores=cores, sleep=sleep, lease=lease))
        with leaving_on_signals(served.stop):
            served.run(None if minutes is None else 60 * minutes, drain=drain)
