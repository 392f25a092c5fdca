"""The image example with a process for each part, as its README says."""

import os
import re
import subprocess
import sys
import threading
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from examples.images.report import lines
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.ids import TypeId
from flowy.protocol.requests.activity_types import DescribeActivityType
from flowy.protocol.requests.workflow_types import DescribeWorkflowType
from flowy.swf.connect import connect

ROOT = Path(__file__).parents[3]
FLOWY = ("-c", "from flowy.cli.main import main; main()")
CATEGORIZE = TypeId(name="CategorizeImage", version="1")
ACTIVITIES = [
    TypeId(name=name, version="1") for name in ("ResizePhoto", "PredominantColor", "MovePhoto")
]
MODULES = ("examples.images.activities", "examples.images.workflows")


def test_photograph_is_sorted_by_separate_processes(tmp_path):
    with ExitStack() as running:
        # Given a server, photographs and two workers, each a process
        database = f"sqlite:///{tmp_path / 'images.db'}"
        said = running.enter_context(_process([*FLOWY, "server", "--db", database, "--port=0"]))
        environment = {"FLOWY_ENDPOINT": _found(r"FLOWY_ENDPOINT=(\S+)", said)}
        said = running.enter_context(_process(["-m", "examples.images.serve"]))
        environment["IMAGES_URL"] = _found(r"IMAGES_URL=(\S+)", said)
        environment["IMAGES_WORK"] = str(tmp_path)
        for module in MODULES:
            running.enter_context(_process(["-m", module], environment))
        client = running.enter_context(closing(connect(environment["FLOWY_ENDPOINT"])))
        _wait_until(lambda: _are_registered(client))
        # When an execution is started on the command line
        start = [
            "start",
            "--domain",
            "images",
            "--id",
            "cat.jpg",
            "CategorizeImage",
            "1",
            "cat.jpg",
        ]
        _run([*FLOWY, *start], environment)
        # Then the photograph ends in the folder of its colour
        _wait_until(lambda: all(line.status != "OPEN" for line in lines(client)))
        (line,) = lines(client)
    assert (line.photo, line.status, line.activities) == ("cat.jpg", "COMPLETED", 3)
    assert (tmp_path / "brown" / "cat.jpg").exists()


@contextmanager
def _process(arguments, environment=None):
    """Run Python for the block; gives what it says."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process.stdout
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _found(pattern, said):
    for line in said:
        if match := re.search(pattern, line):
            return match[1]
    raise AssertionError(f"{pattern} was not said")


def _run(arguments, environment):
    subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment}, check=True
    )


def _are_registered(client):
    types = [DescribeWorkflowType(domain="images", workflow_type=CATEGORIZE)]
    types += [DescribeActivityType(domain="images", activity_type=each) for each in ACTIVITIES]
    try:
        for request in types:
            client.call(request)
    except UnknownResourceFault:
        return False
    return True


def _wait_until(condition):
    """Wait for at most half a minute."""
    for _ in range(300):
        if condition():
            return
        threading.Event().wait(0.1)
    raise AssertionError("it did not come true in half a minute")
