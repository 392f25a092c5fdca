"""`flowy show` tells how far open activities are: in process, over HTTP, on both databases."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowy import Activity, ActivityProxy, Workflow, activity, workflow
from flowy.cli import connection
from flowy.cli.main import main
from flowy.protocol.faults import UnknownOperationException
from flowy.protocol.requests.executions import TerminateWorkflowExecution
from flowy.protocol.requests.extensions import DescribeOpenActivityTasks
from flowy.replay.files import histories
from flowy.service.http.serve import HttpOptions, HttpServer
from flowy.service.server import Service
from flowy.swf.connect import connect
from flowy.swf.starter import WorkflowStarter
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task import RetryPolicy

PATIENCE = 30
DOMAIN = "console"
KEYS = {"AKIDCONSOLE": "secret"}

reported, goes_on = threading.Event(), threading.Event()


@activity("import", 1, "console", heartbeat=60)
class Import(Activity):
    def run(self, rows: int) -> int:
        if self.attempt == 1:
            raise ValueError("again")
        self.progress(3, rows)
        self.heartbeat("reading <the> file")
        reported.set()
        assert goes_on.wait(PATIENCE)
        return rows


@activity("later", 1, "nobody")
class Later(Activity):
    def run(self) -> None:
        """Wait for a worker that is not there."""


@workflow("importing", 1, "console")
class Importing(Workflow):
    rows = ActivityProxy("import", 1, retry=RetryPolicy(attempts=3, delay=0))
    later = ActivityProxy("later", 1)

    def run(self, rows: int) -> int:
        self.later()
        return self.rows(rows).result()


@contextmanager
def serving(url: str, keys: dict[str, str] | None = None) -> Iterator[str]:
    with Service(url) as service:
        front = HttpServer(service, HttpOptions(keys=keys))
        address = front.start()
        try:
            yield address
        finally:
            front.stop()


@pytest.fixture(params=["in process", "http", "http with keys", "http on postgresql"])
def address(request, tmp_path, monkeypatch) -> Iterator[str]:
    file = f"sqlite:///{tmp_path / 'flowy.db'}"
    if request.param == "in process":
        yield file
        return
    url = request.getfixturevalue("postgresql_url") if "postgres" in request.param else file
    keys = KEYS if "keys" in request.param else None
    with serving(url, keys) as address:
        if keys:
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDCONSOLE")
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        yield address


@pytest.fixture
def client(address):
    client = connect(address)
    yield client
    client.close()


@pytest.fixture
def importing(client) -> Iterator[None]:
    reported.clear()
    goes_on.clear()
    plan = WorkerPlan(packages=sys.modules[__name__], task_lists=["console"])
    worker = make_worker(client, DOMAIN, plan)
    worker.start()
    start = WorkflowStarter("importing", 1, client, DOMAIN)
    with start.id("rows"):
        start(12)
    assert reported.wait(PATIENCE)
    yield
    goes_on.set()
    worker.stop()
    assert worker.join(PATIENCE)


def show(address, *options):
    arguments = ["show", "rows", "--address", address, "--domain", DOMAIN, *options]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_console_shows_who_does_it_and_how_far_it_is(address, client, importing, tmp_path):
    lines = [line.strip() for line in show(address, "--activities").splitlines()]
    (row,) = [line for line in lines if line.startswith("import 1")]
    (waiting,) = [line for line in lines if line.startswith("later 1")]
    assert "2" in row.split()
    assert "3/12 (25 %)" in row
    assert "reading <the> file" in row
    assert "waits" in waiting
    found = json.loads(show(address, "--json"))
    later, done = found["open_activities"]
    assert (later["task"]["activityType"]["name"], later["attempt"]) == ("later", 1)
    assert "identity" not in later["task"]
    assert done["progress"] == {"done": 3.0, "total": 12.0, "details": "reading <the> file"}
    assert done["attempt"] == 2
    assert done["task"]["identity"]
    beat, since = done["task"]["heartbeatTimestamp"], done["task"]["startedTimestamp"]
    assert beat >= since >= done["task"]["scheduledTimestamp"]


def test_the_whole_history_is_shown_with_it_and_can_be_replayed(
    address, client, importing, tmp_path
):
    shown = show(address)
    assert "Workflow execution started" in shown
    assert "3/12 (25 %)" in shown
    file = Path(tmp_path / "rows.json")
    file.write_text(show(address, "--json"))
    assert [len(each.events) > 5 for each in histories(file)] == [True]


def test_of_a_closed_execution_nothing_is_open(address, client, importing):
    client.call(TerminateWorkflowExecution(domain=DOMAIN, workflow_id="rows"))
    found = json.loads(show(address, "--json"))
    assert found["execution"]["closeStatus"] == "TERMINATED"
    assert found["open_activities"] == []
    assert "no activity is open" in show(address, "--activities")


class Untold:
    """A client of a service that does not tell, such as Amazon's."""

    def __init__(self, client):
        self._client = client

    def call(self, request):
        if isinstance(request, DescribeOpenActivityTasks):
            raise UnknownOperationException("There is no operation 'Flowy.…'")
        return self._client.call(request)

    def interrupt(self):
        self._client.interrupt()

    def close(self):
        self._client.close()


@pytest.mark.parametrize("address", ["in process"], indirect=True)
def test_a_service_that_does_not_tell_is_said_so_and_the_rest_is_shown(
    address, client, importing, monkeypatch
):
    told = json.loads(show(address, "--json"))["open_activities"]
    monkeypatch.setattr(connection, "connect", lambda address: Untold(connect(address)))
    shown = show(address, "--activities")
    assert "this service does not tell of heartbeats" in shown
    assert "3/12" not in shown
    for each in told:
        for beat in ("progress", "details"):
            each.pop(beat, None)
        for beat in ("heartbeatTimestamp", "heartbeatDetails"):
            each["task"].pop(beat, None)
    assert json.loads(show(address, "--json"))["open_activities"] == told
