"""The README's example, taken out of it and run as it says."""

import os
import re
import subprocess
import sys
import threading
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from flowy.protocol.events.workflow import WorkflowExecutionCompleted, WorkflowExecutionFailed
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.requests.activity_types import DescribeActivityType
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.requests.workflow_types import DescribeWorkflowType
from flowy.swf.connect import connect

ROOT = Path(__file__).parents[2]
CLOSES = (WorkflowExecutionCompleted, WorkflowExecutionFailed)
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sums.py").write_text(_block("python"), encoding="utf-8")
    return tmp_path


def test_example_has_about_thirty_lines():
    assert len(_block("python").splitlines()) <= 32


def test_example_gives_the_sum_of_the_squares(folder):
    export, *workers, start = _block("sh").splitlines()
    name, _, value = export.removeprefix("export ").partition("  #")[0].partition("=")
    environment = {**os.environ, name: value, "PYTHONPATH": str(ROOT)}
    with ExitStack() as running:
        for worker in workers:
            running.enter_context(_running(worker, folder, environment))
        client = running.enter_context(closing(connect(f"sqlite:///{folder / 'sums.db'}")))
        _wait_until(lambda: _is_registered(client))
        workflow_id, run_id = _said(start, folder, environment).split()
        history = GetWorkflowExecutionHistory(
            domain="sums", execution=ExecutionId(workflow_id=workflow_id, run_id=run_id)
        )
        _wait_until(lambda: isinstance(client.call(history).events[-1], CLOSES))
        last = client.call(history).events[-1]
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


def _said(command, folder, environment):
    return subprocess.run(
        _arguments(command),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def _is_registered(client):
    square = TypeId(name="Square", version="1")
    sum_of_squares = TypeId(name="SumOfSquares", version="1")
    try:
        client.call(DescribeActivityType(domain="sums", activity_type=square))
        client.call(DescribeWorkflowType(domain="sums", workflow_type=sum_of_squares))
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
