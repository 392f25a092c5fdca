"""The README's example, taken out of it and run as it says."""

import os
import re
import subprocess
import sys
import threading
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from flowy.protocol.events.workflow import WorkflowExecutionCompleted
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.swf.connect import connect

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sums.py").write_text(_block("python"), encoding="utf-8")
    return tmp_path


def test_example_has_about_thirty_lines():
    assert len(_block("python").splitlines()) <= 32


def test_example_gives_the_sum_of_the_squares(folder):
    export, *workers, start = _block("sh").splitlines()
    name, _, value = export.removeprefix("export ").partition("=")
    environment = {**os.environ, name: value, "PYTHONPATH": str(ROOT)}
    with ExitStack() as running:
        for worker in workers:
            running.enter_context(_running(worker.removesuffix(" &"), folder, environment))
        workflow_id, run_id = _started(start, folder, environment).split()
        with closing(connect(f"sqlite:///{folder / 'sums.db'}")) as client:
            history = GetWorkflowExecutionHistory(
                domain="sums", execution=ExecutionId(workflow_id=workflow_id, run_id=run_id)
            )
            last = _last_event(client, history)
    assert isinstance(last, WorkflowExecutionCompleted)
    assert last.attributes.result == "14"


def test_files_that_the_readme_names_exist():
    named = re.findall(r"^\* `(\S+)`", README.partition("## Where to go next")[2], re.MULTILINE)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def _block(language):
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return block


def _arguments(command):
    program, *arguments = command.split()
    assert program == "python"
    return [sys.executable, *arguments]


@contextmanager
def _running(command, folder, environment):
    """Run a worker for the block; it leaves in order when it is asked to."""
    process = subprocess.Popen(_arguments(command), cwd=folder, env=environment)
    try:
        yield
    finally:
        process.terminate()
        status = process.wait(timeout=30)
    assert status == 0


def _started(command, folder, environment):
    """Start the execution as soon as the workers have registered the types."""
    for _ in range(100):
        ended = subprocess.run(
            _arguments(command),
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode == 0:
            return ended.stdout
    raise AssertionError(ended.stderr)


def _last_event(client, history):
    """Wait until the execution is closed, for at most half a minute."""
    for _ in range(300):
        last = client.call(history).events[-1]
        if isinstance(last, WorkflowExecutionCompleted):
            break
        threading.Event().wait(0.1)
    return last
