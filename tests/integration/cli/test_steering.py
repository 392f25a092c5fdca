"""`flowy signal`, `cancel` and `terminate` in process, over HTTP, and through boto3."""

import asyncio
import base64
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowy import Activity, ActivityProxy, Payloads, Signal, Workflow, activity, workflow
from flowy.cli import visibility
from flowy.cli.main import main
from flowy.clock import SystemClock
from flowy.protocol.client import SwfClient
from flowy.protocol.executions import WorkflowExecutionInfo
from flowy.service.client import EmbeddedClient
from flowy.service.http.serve import HttpOptions, HttpServer
from flowy.service.server import Service
from flowy.swf.workers import WorkerPlan, make_worker
from tests.noise import noise

PATIENCE = 30.0
DOMAIN = "steered"
KEYS = {"AKIDSTEERING": "secret"}


class Sealed:
    name = "sealed"
    secret = b"sand"

    def encode(self, data: bytes) -> bytes:
        return base64.b85encode(data[::-1])

    def decode(self, data: bytes) -> bytes:
        return base64.b85decode(data)[::-1]


@activity("refuse", 1, "steered")
class Refuse(Activity):
    def run(self, who: str) -> None:
        raise ValueError(f"not for {who}")


@workflow("listening", 1, "steered")
class Listening(Workflow):
    note = Signal()
    refuse = ActivityProxy("refuse", 1)

    async def run(self, who: str) -> int:
        try:
            return len(await self.note.get())
        except asyncio.CancelledError:
            await self.refuse(who)
            raise


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(f"sqlite:///{tmp_path / 'flowy.db'}") as service:
        yield service


@pytest.fixture(params=["in process", "http", "boto3"])
def address(request, service, tmp_path, monkeypatch) -> Iterator[str]:
    monkeypatch.setenv("FLOWY_DOMAIN", DOMAIN)
    monkeypatch.setenv("FLOWY_PAYLOADS_CODEC", f"{__name__}:Sealed")
    if request.param == "in process":
        yield f"sqlite:///{tmp_path / 'flowy.db'}"
        return
    front = HttpServer(service, HttpOptions(keys=KEYS))
    url = front.start()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDSTEERING")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SWF", url)
    try:
        yield url if request.param == "http" else "aws://eu-west-1"
    finally:
        front.stop()


@pytest.fixture
def client(service: Service, address: str, tmp_path: Path) -> Iterator[SwfClient]:
    """A client of a service whose worker listens."""
    client = EmbeddedClient(service)
    payloads = Payloads(tmp_path / "texts", codec=Sealed())
    plan = WorkerPlan(packages=sys.modules[__name__], task_lists=["steered"])
    worker = make_worker(client, DOMAIN, plan, payloads=payloads)
    worker.start()
    yield client
    worker.stop()
    assert worker.join(PATIENCE)
    client.close()


def closed(client: SwfClient, workflow_id: str) -> WorkflowExecutionInfo:
    """Return the execution of an id when it has been closed."""
    clock, pause = SystemClock(), threading.Condition()
    deadline = clock.now() + PATIENCE
    with pause:
        while True:
            found = next(visibility.closed(client, DOMAIN, workflow_id), None)
            if found is not None:
                return found
            assert clock.now() < deadline, f"{workflow_id} is still open"
            clock.wait(pause, clock.now() + 0.02)


def flowy(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_what_is_signalled_is_heard_encoded_and_from_the_volume(address, client, tmp_path):
    at = ("--address", address)
    volume = ("--payloads", str(tmp_path / "texts"))
    started = flowy("start", "listening", "1", "ann", "--id", "a", *volume, *at)
    assert started.exit_code == 0, started.output
    refused = flowy("signal", "a", "note", noise(60_000), *at)
    assert refused.exit_code == 1
    assert "the value of signal note has 60,002 characters" in refused.stderr
    sent = flowy("signal", "a", "note", noise(60_000), *volume, *at)
    assert (sent.exit_code, sent.stdout) == (0, "sent signal note to a\n"), sent.output

    found = closed(client, "a")
    assert found.close_status == "COMPLETED"
    (event,) = [
        event
        for event in visibility.history(client, DOMAIN, found.execution)
        if type(event).__name__ == "WorkflowExecutionSignaled"
    ]
    assert event.attributes.input.startswith('{"flowy.payload":"volume"')
    shown = flowy("show", "a", *volume, *at)
    assert shown.stderr == ""
    lines = shown.stdout.splitlines()
    (signaled,) = [line for line in lines if "Workflow execution signaled" in line]
    assert f'input "{noise(60_000)[:40]}' in signaled
    (completed,) = [line for line in lines if "Workflow execution completed" in line]
    assert "result 60000" in completed

    again = flowy("signal", "a", "note", "1", *at)
    assert again.exit_code == 1
    assert f"a is not open; its newest run {found.execution.run_id} was closed" in again.stderr
    nobody = flowy("signal", "b", "note", "1", *at)
    assert "no execution b in domain steered of" in nobody.stderr


def test_what_is_cancelled_cleans_up_and_its_failures_can_be_read(
    address, client, tmp_path, monkeypatch
):
    at = ("--address", address)
    flowy("start", "listening", "1", "ann", "--id", "a", *at)
    asked = flowy("cancel", "a", *at)
    assert (asked.exit_code, asked.stdout) == (0, "asked a to cancel itself\n"), asked.output
    assert closed(client, "a").close_status == "FAILED", "its clean-up fails"

    shown = flowy("show", "a", *at)
    assert "reason not for ann" in shown.stdout
    assert 'input [["ann"],{}]' in shown.stdout
    assert shown.stderr == ""
    monkeypatch.delenv("FLOWY_PAYLOADS_CODEC")
    hidden = flowy("show", "a", *at)
    assert "ann" not in hidden.stdout
    assert "reason builtins.ValueError, details (encoded)" in hidden.stdout
    assert "input (encoded)" in hidden.stdout
    assert "encoded by the codec 'sealed', and here is none" in hidden.stderr


def test_what_is_terminated_is_named_and_keeps_the_reason(address, client):
    at = ("--address", address)
    run_id = flowy("start", "listening", "1", "ann", "--id", "a", *at).stdout.split()[1]
    ended = flowy("terminate", "a", "--reason", "stuck", "--details", "see 7", *at)
    assert (ended.exit_code, ended.stdout) == (0, f"terminated a (run {run_id}), listening 1\n")
    assert closed(client, "a").close_status == "TERMINATED"
    assert "reason stuck, details see 7" in flowy("show", "a", *at).stdout
    assert flowy("show", "a", "--watch", *at).stdout == flowy("show", "a", *at).stdout
    again = flowy("terminate", "a", "--run", run_id, *at)
    assert again.exit_code == 1
    assert f"a (run {run_id}) was closed" in again.stderr
    assert "TERMINATED" in again.stderr
