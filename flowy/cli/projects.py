"""`flowy project`: make projects, run their scripts, and see what became of it."""

import json
from pathlib import Path
from typing import Any

import click
import msgspec

from flowy.cli import project_tables
from flowy.cli.connection import json_option
from flowy.cli.project_options import database_option, opened, parameters, refusals
from flowy.project.lineage import Lineage
from flowy.project.project import create_project, list_projects


@click.group()
def project() -> None:
    """Projects: scripts that depend on each other, their processes, and workspaces."""


@project.command("list")
@click.argument("name", required=False)
@click.option("--label", metavar="LABEL", help="Only processes of this script.")
@click.option("--status", metavar="STATUS", help="Only processes in this state.")
@click.option("--limit", type=click.IntRange(0), default=40, show_default=True, help="0 is all.")
@click.option("--before", type=int, metavar="PROCESS", help="Only those with a lower number.")
@database_option
@json_option
def list_(
    name: str | None, db: str | None, as_json: bool, limit: int, before: int | None, **chosen: Any
) -> None:
    """List the processes of project NAME, the newest first; without NAME the projects."""
    if name is None:
        with refusals():
            found = list_projects(url=db)
        _show([msgspec.to_builtins(each) for each in found], as_json, project_tables.projects)
        return
    with opened(name, db) as home:
        data = [each.data for each in home.processes(limit=limit, before=before, **chosen)]
    _show(data, as_json, project_tables.processes)


@project.command()
@click.argument("name")
@click.argument(
    "folder", required=False, type=click.Path(file_okay=False, path_type=Path), default=Path()
)
@database_option
@json_option
def create(name: str, folder: Path, db: str | None, as_json: bool) -> None:
    """Make project NAME in FOLDER, by default this one."""
    with refusals(), create_project(name, folder, url=db) as made:
        document = {"name": name, "root_dir": made.root_dir}
        line = f"project {name} in {made.root_dir}"
        click.echo(json.dumps(document) if as_json else line)


@project.command("import")
@click.argument("name")
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--label", metavar="LABEL", help="The script's label. [default: what the file says]")
@click.option("--rerun", is_flag=True, help="Queue the processes that the scripts have already.")
@database_option
@json_option
def import_(
    name: str,
    files: tuple[Path, ...],
    label: str | None,
    rerun: bool,
    db: str | None,
    as_json: bool,
) -> None:
    """Take the scripts FILES... into project NAME, or take them again; parents come first."""
    if label is not None and len(files) > 1:
        raise click.UsageError("--label is for one file")
    with opened(name, db) as home, project_tables.progress(files, "importing") as each:
        taken = [home.import_script(file, label, rerun).data for file in each]
    if as_json:
        click.echo(json.dumps(taken))


@project.command()
@click.argument("name")
@click.argument("label")
@click.argument("args", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--wait", is_flag=True, help="Serve the queue here until all is done.")
@click.option("--cores", type=click.IntRange(1), default=1, show_default=True, help="For --wait.")
@database_option
@json_option
def run(
    name: str,
    label: str,
    args: tuple[str, ...],
    wait: bool,
    cores: int,
    db: str | None,
    as_json: bool,
) -> None:
    """Make a process of script LABEL in project NAME, queue it, and print its number.

    A VALUE is JSON, or a text that stands for itself.
    """
    with opened(name, db) as home:
        process = home.run_script(label, parameters(args))
        if wait:
            project_tables.serve(home, cores)
        click.echo(json.dumps(process.data) if as_json else process.id)
        if wait and process.status != "Success":
            raise click.exceptions.Exit(1)


@project.command()
@click.argument("name")
@click.argument("process", type=int)
@click.option("--no-propagate", is_flag=True, help="Do not queue what depends on them.")
@database_option
@json_option
def queue(name: str, process: int, no_propagate: bool, db: str | None, as_json: bool) -> None:
    """Queue PROCESS of project NAME again."""
    with opened(name, db) as home:
        home.queue(process, propagate=not no_propagate)
        if as_json:
            click.echo(json.dumps(home.process(process).data))


@project.command()
@click.argument("name")
@click.argument("processes", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="Kill all that runs and empty the queue.")
@click.option("--tree", is_flag=True, help="Also what came of them.")
@database_option
@json_option
def kill(
    name: str,
    processes: tuple[int, ...],
    everything: bool,
    tree: bool,
    db: str | None,
    as_json: bool,
) -> None:
    """Kill PROCESSES... of project NAME with all that they started, or unqueue them."""
    if bool(processes) == everything:
        raise click.UsageError("give the numbers of processes, or --all")
    with opened(name, db) as home:
        if everything:
            home.kill_all()
        for each in processes:
            home.kill_tree(each) if tree else home.kill(each)
        if as_json:
            click.echo(json.dumps([home.process(each).data for each in processes]))


@project.command()
@click.argument("name")
@click.argument("process", type=int)
@click.option("--lines", type=click.IntRange(1), help="How many. [default: since the last start]")
@click.option("--history", is_flag=True, help="Show every attempt instead.")
@database_option
@json_option
def log(
    name: str, process: int, lines: int | None, history: bool, db: str | None, as_json: bool
) -> None:
    """Show the end of the newest log of PROCESS of project NAME."""
    with opened(name, db) as home:
        found = home.process(process)
        attempts = [msgspec.to_builtins(each) for each in found.history()]
        text = found.log_lines(lines)
    if history:
        _show(attempts, as_json, project_tables.attempts)
    elif as_json:
        click.echo(json.dumps(text))
    else:
        click.echo("\n".join(text))


@project.command()
@click.argument("name")
@click.argument("process", type=int, required=False)
@database_option
@json_option
def tree(name: str, process: int | None, db: str | None, as_json: bool) -> None:
    """Show the process trees of project NAME, or the one that PROCESS is in."""
    with opened(name, db) as home:
        if process is None:
            data = [each.data for each in home.processes()]
        else:
            family = home.lineage(home.process(process).root)
            steps = (family.step, *family.descendants)
            data = [home.process(step.process.id).data for step in steps]
    _show(data, as_json, project_tables.trees)


@project.command()
@click.argument("name")
@click.argument("process", type=int)
@click.option("--workspace", is_flag=True, help="The number is a workspace's.")
@database_option
@json_option
def lineage(name: str, process: int, workspace: bool, db: str | None, as_json: bool) -> None:
    """Show what PROCESS of project NAME came from, and what came of it."""
    with opened(name, db) as home:
        found = home.lineage(home.workspace(process) if workspace else process)
    _show(_lineage(found), as_json, project_tables.lineage)


@project.command("sweep")
@click.argument("name")
@database_option
@json_option
def sweep_(name: str, db: str | None, as_json: bool) -> None:
    """Finish what killed processes have left between the files and rows of project NAME."""
    with opened(name, db) as home:
        found = home.sweep()
    if as_json:
        document = {"finished": found.finished, "strays": found.strays, "missing": found.missing}
        click.echo(json.dumps(document))
        return
    click.echo(f"{len(found.finished)} finished, {len(found.strays)} strays deleted")
    for each in found.missing:
        click.echo(f"{each} has lost its files")


def _lineage(found: Lineage) -> dict[str, Any]:
    return {
        "ancestors": msgspec.to_builtins(found.ancestors),
        "process": msgspec.to_builtins(found.step),
        "descendants": msgspec.to_builtins(found.descendants),
    }


def _show(data: Any, as_json: bool, show: Any) -> None:
    if as_json:
        click.echo(json.dumps(data))
    else:
        show(data)
