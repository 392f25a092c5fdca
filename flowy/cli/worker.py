"""`flowy worker`: do the activities and decide the workflows of modules."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

import click

from flowy import config
from flowy.cli.cataloguing import cataloguing_options, told
from flowy.cli.connection import ADDRESS_OPTION, chosen, connected, payloads_option
from flowy.cli.deciding import deciding_options
from flowy.cli.modules import module
from flowy.cli.observing import observed, observing_options
from flowy.cli.reloading import Changes
from flowy.cli.talking import log_to_stderr
from flowy.errors import FlowyError
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task.option_values import LONGEST
from flowy.worker.bucket import Bucket
from flowy.worker.draining import Grace
from flowy.worker.settings import DeciderSettings
from flowy.worker.sticky import SECONDS
from flowy.worker.supervisor import Lifeline, Plan, Supervisor
from flowy.worker.workshop import ActivitySettings

GRACE = 30.0
"""Seconds that tasks in hand may take to end when the worker is asked to leave."""

HANDED_BACK_STATUS = 3
"""The exit status of a worker that handed tasks back because they were not done in time."""

KILL_AFTER = 80.0
"""Seconds after the grace time in which a worker process of several has to be gone."""

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the command was given; names and meanings are those of its options."""

    modules: tuple[str, ...]
    address: str | None
    domains: tuple[str, ...]
    task_lists: tuple[str, ...]
    kind: str | None
    threads: int
    deciders: int
    strategy: str
    slots: Mapping[str, int]
    rate: float | None
    process_memory: int | None
    sticky: bool | None
    sticky_timeout: int
    name: str | None
    deciding: DeciderSettings
    no_register: bool
    grace: float
    payloads: str | None
    metrics_port: int | None
    traces: bool
    catalogues: bool
    db: str
    files: str


def read_slots(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, int]:
    """Read ``NAME=NUMBER`` for each strategy.

    Raises:
        BadParameter: A value has another form.
    """
    slots = {}
    for value in values:
        name, _, number = value.partition("=")
        if not (number.isascii() and number.isdigit()):
            raise click.BadParameter(f"give STRATEGY=NUMBER, such as process=4, not {value!r}")
        slots[name] = int(number)
    return slots


def read_grace(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    """Read seconds that can be counted.

    Raises:
        BadParameter: They cannot.
    """
    if isnan(value):
        raise click.BadParameter("give a number of seconds, such as 30")
    return value


@click.command()
@click.argument("modules", metavar="MODULE...", nargs=-1, required=True)
@click.option(
    "--task-list",
    "task_lists",
    metavar="NAME",
    multiple=True,
    help="A list to poll; may be repeated. [default: those that the types name]",
)
@click.option("--activities", "kind", flag_value="activities", help="Only do activities.")
@click.option("--workflows", "kind", flag_value="workflows", help="Only decide workflows.")
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Pollers of each list of activities; so many run inline at once.",
)
@click.option(
    "--deciders",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Pollers of each list of decisions.",
)
@click.option(
    "--strategy",
    default="inline",
    show_default=True,
    help="How activities run whose types do not say: inline, asyncio, thread, process or script.",
)
@click.option(
    "--slots",
    metavar="STRATEGY=NUMBER",
    multiple=True,
    callback=read_slots,
    help="How many activities of a strategy run at once; may be repeated.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    help="Activities taken a second, at most, by all --processes together.",
)
@click.option(
    "--process-memory",
    metavar="MB",
    type=click.IntRange(1),
    help="Address space that a process for activities may have.",
)
@click.option(
    "--sticky/--no-sticky",
    default=None,
    help="Have decisions of kept runs come to this worker. [default: when others decide too]",
)
@click.option(
    "--sticky-timeout",
    metavar="SECONDS",
    type=click.IntRange(1, LONGEST),
    default=SECONDS,
    show_default=True,
    help="How long such a decision waits for this worker before all may have it.",
)
@click.option(
    "--name",
    help="Names this worker among all; who takes its place under the same name has its decisions.",
)
@click.option("--no-register", is_flag=True, help="Do not register the types with the service.")
@click.option(
    "--grace",
    metavar="SECONDS",
    type=click.FloatRange(0, LONGEST),
    callback=read_grace,
    default=GRACE,
    show_default=True,
    help="How long tasks in hand may take when the worker is to leave.",
)
@payloads_option
@observing_options
@click.option("--processes", type=click.IntRange(1), help="Worker processes, under a supervisor.")
@click.option("--reload", is_flag=True, help="Begin anew when the code changes.")
@click.option("-v", "--verbose", is_flag=True, help="Log more.")
@click.option(
    "--domain",
    "domains",
    metavar="NAME",
    multiple=True,
    help=f"The domain; may be repeated. [default: {config.DOMAIN_VARIABLE}, else {config.DOMAIN}]",
)
@deciding_options
@cataloguing_options
@ADDRESS_OPTION
def worker(
    processes: int | None, reload: bool, verbose: bool, log_json: bool, **options: object
) -> None:
    """Serve the activities and workflows found in MODULE..., until SIGTERM or Ctrl-C.

    A MODULE is a dotted name; a package stands for all that is in it. When it is asked to leave,
    the worker polls no more and finishes the tasks in hand; those that are not done in the grace
    time are handed back, and the exit status is 3. A second signal ends at once.
    """
    log_to_stderr(verbose, json=log_json)
    lifeline = Lifeline()
    given = Options(**options)  # type: ignore[arg-type]
    if (processes or reload) and not lifeline.is_child:
        modules, number, name = given.modules, processes or 1, given.name
        sys.exit(supervise(modules, number, given.grace, reloads=reload, name=name))
    lifeline.hold()
    try:
        serve(given, lifeline)
    except FlowyError as error:
        raise click.ClickException(str(error)) from error


def supervise(
    modules: tuple[str, ...],
    processes: int,
    grace: float,
    *,
    reloads: bool,
    name: str | None = None,
) -> int:
    """Run this command so many times in processes of their own, and return the exit status."""
    # Compiled files are dated in whole seconds: an edit soon after another could be overlooked.
    fresh = {"PYTHONDONTWRITEBYTECODE": "1"} if reloads else {}
    plan = Plan(
        environment={**os.environ, **fresh},
        command=[sys.executable, "-m", "flowy", *sys.argv[1:]],
        processes=processes,
        patience=grace + KILL_AFTER,
        name=name,
        changed=Changes(modules).changed if reloads else None,
    )
    return Supervisor(plan).run()


def serve(given: Options, lifeline: Lifeline) -> None:
    """Serve until asked to leave, and exit with the status that tells how."""
    settings = chosen(given.address, given.domains[0] if given.domains else None)
    plan = worker_plan(given, lifeline.name or given.name or "", lifeline.bucket)
    catalogue = told(given.catalogues, given.db, given.files)
    # Each process of several has a port of its own.
    port = given.metrics_port and given.metrics_port + lifeline.number
    with (
        observed(port, traces=given.traces) as telemetry,
        connected(settings) as client,
        catalogue as catalog,
    ):
        made = make_worker(
            client,
            given.domains or settings.domain,
            plan,
            catalog=catalog,
            payloads=given.payloads,
            telemetry=telemetry,
        )

        def announce() -> None:
            lifeline.serves()
            click.echo(f"serving {' '.join(given.modules)} on {settings.address}")

        grace = Grace(seconds=given.grace, overdue=leave_at_once, supervised=lifeline.is_child)
        handed_back = made.run(announce=announce, grace=grace)
    sys.exit(HANDED_BACK_STATUS if handed_back else 0)


def leave_at_once() -> None:
    """End the process although code of handed-back tasks still runs in it."""
    sys.stderr.flush()
    os._exit(HANDED_BACK_STATUS)


def worker_plan(given: Options, name: str, bucket: Bucket | None = None) -> WorkerPlan:
    """Return what is served.

    Args:
        given: The command's options.
        name: Names this process among all workers.
        bucket: Counts the tasks that it takes together with others.
    """
    memory = None if given.process_memory is None else given.process_memory * MEGABYTE
    return WorkerPlan(
        packages=[module(each) for each in given.modules],
        task_lists=given.task_lists,
        does_activities=given.kind != "workflows",
        decides_workflows=given.kind != "activities",
        threads=given.threads,
        deciders=given.deciders,
        registers=not given.no_register,
        sticky=given.sticky,
        sticky_seconds=given.sticky_timeout,
        name=name,
        deciding=given.deciding,
        activities=ActivitySettings(
            strategy=given.strategy,
            slots=given.slots,
            per_second=given.rate,
            bucket=bucket,
            process_memory=memory,
        ),
    )
