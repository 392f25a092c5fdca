"""`flowy worker`: do the activities and decide the workflows of modules."""

import logging

import click

from flowy.cli.cataloguing import cataloguing_options, told
from flowy.cli.connection import chosen, connected, payloads_option, service_options
from flowy.cli.modules import module
from flowy.swf.workers import WorkerPlan, make_worker


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
    help="How many activities of a list are done at once.",
)
@click.option("--no-register", is_flag=True, help="Do not register the types with the service.")
@payloads_option
@click.option("-v", "--verbose", is_flag=True, help="Log more.")
@cataloguing_options
@service_options
def worker(
    modules: tuple[str, ...],
    task_lists: tuple[str, ...],
    kind: str | None,
    threads: int,
    no_register: bool,
    payloads: str | None,
    verbose: bool,
    address: str | None,
    domain: str | None,
    catalogues: bool,
    db: str,
    files: str,
) -> None:
    """Serve the activities and workflows found in MODULE..., until SIGTERM or Ctrl-C.

    A MODULE is a dotted name; a package stands for all that is in it. The task in hand is finished
    before the worker leaves; a second Ctrl-C does not wait for it.
    """
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    settings = chosen(address, domain)
    plan = WorkerPlan(
        packages=[module(name) for name in modules],
        task_lists=task_lists,
        does_activities=kind != "workflows",
        decides_workflows=kind != "activities",
        threads=threads,
        registers=not no_register,
    )
    with connected(settings) as client, told(catalogues, db, files) as catalog:
        made = make_worker(client, settings.domain, plan, catalog=catalog, payloads=payloads)
        made.run(announce=lambda: click.echo(f"serving {' '.join(modules)} on {settings.address}"))
