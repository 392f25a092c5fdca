"""`flowy dev`: the service and the workers of modules in one process, for a first hour."""

import importlib
import logging
import sys
from pathlib import Path

import click

from flowy import config
from flowy.cli.modules import module
from flowy.cli.talking import CannotBegin, log_to_stderr
from flowy.cli.worker import leave_at_once, supervise
from flowy.errors import DefinitionError, FlowyError, RegistrationError
from flowy.swf.workers import WorkerPlan, make_worker, scan
from flowy.task.definition import WorkflowDefinition
from flowy.task.registry import Registry
from flowy.worker.draining import Grace
from flowy.worker.supervisor import Lifeline

GRACE = 2.0
"""Seconds that a task in hand may take when the code has changed; then it is done anew."""


@click.command()
@click.argument("modules", metavar="MODULE...", nargs=-1, required=True)
@click.option(
    "--db", metavar="URL", default=config.ADDRESS, show_default=True, help="The database."
)
@click.option("--port", type=click.IntRange(0, 65_535), default=8_787, show_default=True)
@click.option(
    "--domain",
    metavar="NAME",
    envvar=config.DOMAIN_VARIABLE,
    default=config.DOMAIN,
    show_default=True,
    help="The domain.",
)
@click.option(
    "--threads", type=click.IntRange(1), default=4, show_default=True, help="Activities at once."
)
@click.option("--no-reload", is_flag=True, help="Do not begin anew when the code changes.")
@click.option("-v", "--verbose", is_flag=True, help="Log more.")
def dev(no_reload: bool, verbose: bool, **options: object) -> None:
    """Serve SWF and run the workflows and activities of MODULE..., all in one process.

    When the code changes it is loaded anew; executions that are open go on with it. Start and look
    at workflows from another terminal, with `flowy start`, `flowy list` and `flowy show`.
    """
    log_to_stderr(verbose)
    # Its lines about itself say nothing that the announcement does not.
    logging.getLogger("uvicorn").setLevel(logging.DEBUG if verbose else logging.WARNING)
    lifeline = Lifeline()
    if not no_reload and not lifeline.is_child:
        names = options["modules"]
        sys.exit(supervise(names, 1, GRACE, reloads=True))  # type: ignore[arg-type]
    lifeline.hold()
    serve(lifeline, **options)  # type: ignore[arg-type]


def serve(
    lifeline: Lifeline, modules: tuple[str, ...], db: str, port: int, domain: str, threads: int
) -> None:
    """Serve until asked to leave.

    Raises:
        ClickException: The database cannot be used, the port not be listened on, or there is
            nothing to serve.
    """
    # The service brings SQLAlchemy and uvicorn, which `--help` need not import.
    server = importlib.import_module("flowy.service.server")
    clients = importlib.import_module("flowy.service.client")
    http = importlib.import_module("flowy.service.http.serve")
    plan = WorkerPlan(packages=[module(name) for name in modules], threads=threads)
    try:
        with server.Service(db) as service:
            front = http.HttpServer(service, http.HttpOptions(port=port))
            made = make_worker(clients.EmbeddedClient(service), domain, plan)

            def announce() -> None:
                address = front.start()
                lifeline.serves()
                click.echo(greeting(modules, address, db, plan))

            grace = Grace(seconds=GRACE, overdue=leave_at_once, supervised=lifeline.is_child)
            made.run(announce=announce, grace=grace)
            front.stop()
    except (DefinitionError, RegistrationError) as error:
        raise click.ClickException(str(error)) from error
    except FlowyError as error:
        raise CannotBegin(str(error)) from error


def greeting(modules: tuple[str, ...], address: str, db: str, plan: WorkerPlan) -> str:
    """Say what is served, and how to begin."""
    _, workflows = scan(plan)
    lines = [f"serving {' '.join(modules)} on {address}, histories in {config.without_secret(db)}"]
    example = _example(workflows)
    if example is not None:
        use = "" if db == config.ADDRESS else f" --address {address}"
        lines.append(f"try, in another terminal in {Path.cwd()}: flowy start{use} {example}")
    return "\n".join(lines)


def _example(workflows: Registry[WorkflowDefinition]) -> str | None:
    first = min(workflows, key=lambda definition: str(definition.id), default=None)
    return None if first is None else f"{first.id.name} {first.id.version}"
