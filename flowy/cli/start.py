"""`flowy start`: start a workflow."""

import json

import click

from flowy.cli.cataloguing import cataloguing_options, told
from flowy.cli.connection import (
    chosen,
    connected,
    json_option,
    payloads_option,
    require_database,
    service_options,
)
from flowy.swf import arguments
from flowy.swf.starter import WorkflowStarter
from flowy.task.option_values import TAGS_MAXIMUM
from flowy.transport.payloads import as_payloads


@click.command()
@click.argument("name")
@click.argument("version")
@click.argument("args", metavar="[ARG]...", nargs=-1)
@click.option("--input", "input_", metavar="JSON", help="All arguments at once: [args, kwargs].")
@click.option("--id", "workflow_id", metavar="ID", help="The workflow id. [default: a new one]")
@click.option("--tag", "tags", multiple=True, help=f"A tag; up to {TAGS_MAXIMUM} of them.")
@click.option("--task-list", metavar="NAME", help="Where its decisions wait.")
@click.option("--decision-duration", type=int, metavar="SECONDS", help="For one decision.")
@click.option("--workflow-duration", type=int, metavar="SECONDS", help="From start to close.")
@payloads_option
@cataloguing_options
@service_options
@json_option
def start(
    name: str,
    version: str,
    args: tuple[str, ...],
    input_: str | None,
    workflow_id: str | None,
    tags: tuple[str, ...],
    task_list: str | None,
    decision_duration: int | None,
    workflow_duration: int | None,
    payloads: str | None,
    address: str | None,
    domain: str | None,
    as_json: bool,
    catalogues: bool,
    db: str,
    files: str,
) -> None:
    """Start workflow NAME VERSION with arguments and print its workflow id and run id.

    An ARG is JSON, or a text that stands for itself. What begins with a dash goes behind --.
    """
    settings = chosen(address, domain)
    require_database(settings)
    if len(set(tags)) > TAGS_MAXIMUM:
        raise click.UsageError(f"SWF takes {TAGS_MAXIMUM} tags, not {len(set(tags))}")
    with told(catalogues, db, files) as catalog, connected(settings) as client:
        starter = WorkflowStarter(
            name,
            version,
            client,
            settings.domain,
            task_list,
            decision_duration,
            workflow_duration,
            packing=as_payloads(payloads).packing(settings.domain),
        )
        positional, named = arguments.read(args, input_)
        with starter.tags(*tags), starter.id(workflow_id or starter.new_id()):
            request = starter.request(*positional, **named)
        run_id = client.call(request).run_id
        if catalog is not None and run_id is not None:
            place = (settings.domain, request.workflow_id, run_id)
            catalog.pending(*place, str(request.workflow_type), request.input)
    ids = {"workflowId": request.workflow_id, "runId": run_id}
    click.echo(json.dumps(ids) if as_json else f"{request.workflow_id} {run_id}")
