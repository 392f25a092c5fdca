"""The whole example in one process: photographs, service, decider, workers, and a table."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rich.console import Console
from rich.live import Live

from examples.images import activities, workflows
from examples.images.report import Line, executions, lines, table
from examples.images.serve import PHOTO_FOLDER, served
from examples.images.settings import DOMAIN, HERE
from flowy.protocol.client import SwfClient
from flowy.swf.boilerplate import workflow_starter
from flowy.swf.connect import connect
from flowy.swf.workers import WorkerPlan, make_worker

LOOK_AGAIN = 0.2
"""Seconds between two looks at the executions."""


def run(database: Path, work: Path, console: Console) -> bool:
    """Sort all photographs, or the rest of them if an earlier run was cut off.

    Args:
        database: The service's SQLite file; made when it is not there.
        work: The folder for the sorted photographs.
        console: Where the table is shown.

    Returns:
        Whether each photograph was sorted.
    """
    work.mkdir(parents=True, exist_ok=True)
    for unfinished in work.glob("resized/*.part"):
        unfinished.unlink()  # an earlier run was killed while it wrote this
    with closing(connect(f"sqlite:///{database.resolve()}")) as client, served() as address:
        # The activities read these: the server has another port each time.
        os.environ.update(IMAGES_URL=address, IMAGES_WORK=str(work.resolve()))
        with working(client):
            start_missing(client)
            rows = watch(client, console)
    console.print(table(rows))
    console.print(f"The photographs are in {work}, the histories in {database}.")
    return photos() == [row.photo for row in rows if row.status == "COMPLETED"]


@contextmanager
def working(client: SwfClient) -> Iterator[None]:
    """Run one decider and two activity workers in threads of this process."""
    plan = WorkerPlan(packages=[activities, workflows], threads=2)
    worker = make_worker(client, DOMAIN, plan)
    worker.start()
    try:
        yield
    finally:
        worker.stop()
        worker.join(timeout=10)


def photos() -> list[str]:
    """List the photographs by name."""
    return sorted(path.name for path in PHOTO_FOLDER.glob("*.jpg"))


def start_missing(client: SwfClient) -> None:
    """Start an execution for each photograph that never had one."""
    known = {info.execution.workflow_id for info in executions(client)}
    categorize = workflow_starter(DOMAIN, "CategorizeImage", 1, layer1=client)
    for photo in photos():
        if photo not in known:
            with categorize.id(photo):
                categorize(photo)


def watch(client: SwfClient, console: Console) -> list[Line]:
    """Show the executions until all are closed."""
    rows = lines(client)
    with Live(table(rows), console=console, auto_refresh=False, transient=True) as live:
        while any(row.status == "OPEN" for row in rows):
            threading.Event().wait(LOOK_AGAIN)
            rows = lines(client)
            live.update(table(rows), refresh=True)
    return rows


if __name__ == "__main__":
    _, *given = sys.argv
    folder = Path(given[0]) if given else HERE / "work"
    folder.mkdir(parents=True, exist_ok=True)
    sys.exit(0 if run(folder / "images.db", folder, Console()) else 1)
