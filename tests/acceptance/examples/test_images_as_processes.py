"""The image example with a process for each part, as its README says."""

import json
import os
import re
import subprocess
import sys
import threading
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from examples.images.report import lines
from flowy.swf.connect import connect

ROOT = Path(__file__).parents[3]
MODULES = ("examples.images.activities", "examples.images.workflows")


def test_photograph_is_sorted_by_separate_processes(tmp_path):
    with ExitStack() as running:
        # Given a server, photographs and two workers, each a process
        database = f"sqlite:///{tmp_path / 'images.db'}"
        said = running.enter_context(_process(["flowy", "server", "--db", database, "--port=0"]))
        environment = {"FLOWY_ENDPOINT": _found(r"FLOWY_ENDPOINT=(\S+)", said)}
        said = running.enter_context(_process(["examples.images.serve"]))
        environment["IMAGES_URL"] = _found(r"IMAGES_URL=(\S+)", said)
        environment["IMAGES_WORK"] = str(tmp_path)
        for module in MODULES:
            running.enter_context(_process([module], environment))
        # When an execution is started on the command line
        workflow_id = _started(["--id", "cat.jpg", "CategorizeImage", "1", "cat.jpg"], environment)
        # Then the photograph ends in the folder of its colour
        assert workflow_id == "cat.jpg"
        line = _closed(environment["FLOWY_ENDPOINT"])
    assert (line.photo, line.status, line.activities) == ("cat.jpg", "COMPLETED", 3)
    assert (tmp_path / "brown" / "cat.jpg").exists()


@contextmanager
def _process(module, environment=None):
    """Run a module for the block; gives what it says."""
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
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


def _started(arguments, environment):
    """Start an execution as soon as the workers have registered the types."""
    command = [sys.executable, "-m", "flowy", "start", "--domain", "images", "--json", *arguments]
    for _ in range(100):
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode == 0:
            return json.loads(ended.stdout)["workflowId"]
    raise AssertionError(ended.stderr)


def _closed(address):
    """Wait until the only execution is closed, for at most half a minute."""
    with closing(connect(address)) as client:
        for _ in range(300):
            (line,) = lines(client)
            if line.status != "OPEN":
                break
            threading.Event().wait(0.1)
    return line
