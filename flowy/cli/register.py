"""`flowy register`: register the types of modules, or show how the service's differ."""

import click

from flowy.cli.connection import chosen, connected, require_database, service_options
from flowy.cli.modules import module
from flowy.swf.workers import WorkerPlan, make_worker, registered_differently


@click.command()
@click.argument("modules", metavar="MODULE...", nargs=-1, required=True)
@click.option("--diff", is_flag=True, help="Change nothing; show what differs, with status 1.")
@service_options
def register(modules: tuple[str, ...], diff: bool, address: str | None, domain: str | None) -> None:
    """Register the activity and workflow types of MODULE... and their domain.

    Registered types cannot change: what differs needs a new version.
    """
    settings = chosen(address, domain)
    plan = WorkerPlan(packages=[module(name) for name in modules])
    if diff:
        require_database(settings)
    with connected(settings) as client:
        if not diff:
            make_worker(client, settings.domain, plan)
            return
        differences = registered_differently(client, settings.domain, plan)
    for line in differences:
        click.echo(line)
    if differences:
        raise click.exceptions.Exit(1)
