"""What `flowy project` shows to people."""

import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from flowy.project.monitor import Monitor, MonitorOptions
from flowy.project.project import Project
from flowy.project.record import pretty_time

Item = TypeVar("Item")
Record = Mapping[str, Any]

COLOURS = {
    "Success": "green",
    "Failure": "red",
    "processing": "cyan",
    "pending": "blue",
    "waiting": "bright_black",
}
_QUICK = 0.5


def projects(found: Iterable[Record]) -> None:
    """Print projects, one a line."""
    for each in found:
        click.echo(f"{each['name']:<24s} {moment(each['created_at'])}  {each['root_dir']}")


def processes(found: Iterable[Record]) -> None:
    """Print processes, one a line."""
    for each in found:
        click.echo(_line(each))


def trees(found: Sequence[Record]) -> None:
    """Print processes under those that they came from."""
    numbers = {each["id"] for each in found}
    children: dict[int | None, list[Record]] = {}
    for each in sorted(found, key=lambda record: record["id"]):
        parent = each["parent"] if each["parent"] in numbers else None
        children.setdefault(parent, []).append(each)

    def show(parent: int | None, indent: str) -> None:
        for each in children.get(parent, []):
            click.echo(indent + _line(each))
            show(each["id"], indent + "    ")

    show(None, "")


def attempts(found: Iterable[Record]) -> None:
    """Print the attempts of a process, one a line."""
    for each in found:
        took = "" if each["duration"] < 0 else pretty_time(each["duration"])
        text = f"{each['number']:>3d} {moment(each['started'])} {took:>8s}"
        click.echo(f"{text} {_status(each['status'])} {each['host']} {each['message']}".rstrip())


def lineage(found: Record) -> None:
    """Print what a process came from, itself, and what came of it, with their workspaces."""
    for step in reversed(found["ancestors"]):
        click.echo(f"from    {_step(step)}")
    click.echo(f"process {_step(found['process'])}")
    for step in found["descendants"]:
        click.echo(f"to      {_step(step)}")


def moment(timestamp: float) -> str:
    """Return a time as people read it, in UTC."""
    return dt.datetime.fromtimestamp(timestamp, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


@contextmanager
def progress(items: Sequence[Item], label: str) -> Iterator[Iterable[Item]]:
    """Go through items; on a terminal a bar shows how far this is."""
    if len(items) < 2 or not sys.stdout.isatty():
        yield items
        return
    with click.progressbar(items, label=label) as bar:
        yield bar


def serve(home: Project, cores: int) -> None:
    """Serve a queue until all is done."""
    Monitor(home, MonitorOptions(cores=cores, sleep=_QUICK)).run(drain=True)


def _line(each: Record) -> str:
    took = "" if each["duration"] < 0 else pretty_time(each["duration"])
    made = " ".join(f"{label}:{number}" for label, number in each["workspaces"].items())
    text = f"{each['id']:>4d} {each['label']:<24s} {_status(each['status'])} {took:>8s}"
    return f"{text} {made} {each['message']}".rstrip()


def _step(step: Record) -> str:
    process = step["process"]
    made = " ".join(f"{each['label']}:{each['path']}" for each in step["workspaces"])
    text = f"{process['id']:>4d} {process['label']:<24s} {_status(process['status'])} {made}"
    return text.rstrip()


def _status(status: str) -> str:
    return click.style(f"{status:<10s}", fg=COLOURS.get(status))
