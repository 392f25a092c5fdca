"""`flowy worker` serves metrics on a port, and logs JSON with the place of each line."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click import ClickException
from click.testing import CliRunner

from flowy.cli import observing
from flowy.cli.main import main

MODULE = """
import logging

from flowy import Activity, ActivityProxy, Workflow, activity, workflow


@activity("greet", 1, "greetings")
class Greet(Activity):
    def run(self, name):
        logging.getLogger("greetings").info("greeting %s", name)
        return f"hello {name}"


@workflow("greeting", 1, "greetings")
class Greeting(Workflow):
    greet = ActivityProxy("greet", 1)

    def run(self, name):
        return self.greet(name)
"""


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "greetings.py").write_text(MODULE)
    options = ["--metrics-port", "0", "--log-json", "--address", "sqlite:///flowy.db"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "flowy", "worker", "greetings", *options],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def test_a_worker_serves_metrics_and_logs_json(
    worker: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worker.stdout is not None
    address = worker.stdout.readline().removeprefix("metrics on ").strip()
    assert worker.stdout.readline().startswith("serving greetings on sqlite:///flowy.db")
    monkeypatch.chdir(tmp_path)
    started = CliRunner().invoke(main, ["start", "greeting", "1", "ann", "--id", "a"])
    assert started.exit_code == 0, started.output
    assert worker.stderr is not None
    line: dict[str, object] = {}
    while line.get("logger") != "greetings":
        line = json.loads(worker.stderr.readline())

    # A decision is counted when its answer has come, beside the activity; there are two of them.
    decided = re.compile(r'flowy_decisions_total\{outcome="decided",type="greeting 1"\} [12]\.0')
    metrics = ""
    while not decided.search(metrics):
        with urllib.request.urlopen(address) as answer:
            metrics = answer.read().decode()
    worker.send_signal(signal.SIGTERM)

    assert line["message"] == "greeting ann"
    assert line["workflow_id"] == "a"
    assert line["type"] == "greet 1"
    assert line["activity_id"] == "0"
    assert "flowy_executions_held 0.0" in metrics
    assert worker.wait(60) == 0


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "flowy.observability.prometheus", raising=False)
    listening = observing.observed(0, traces=False)
    with pytest.raises(ClickException, match=r"pip install flowy\[metrics\]"), listening:
        raise AssertionError


def test_traces_without_a_provider_say_what_to_do() -> None:
    listening = observing.observed(None, traces=True)
    with pytest.raises(ClickException, match="with opentelemetry-instrument"), listening:
        raise AssertionError
