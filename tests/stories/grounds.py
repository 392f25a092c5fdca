"""Where the stories are told: on virtual time, in real processes, on moto, on Amazon SWF.

A ground has a client, a domain with workers that serve the stories, and a way to let time pass.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from flowy.swf.client import Boto3Client
from flowy.swf.connect import connect
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.testing import Environment
from tests.chaos.servers import Server
from tests.stories import told

ROOT = Path(__file__).parents[2]
DOMAIN = "stories"
EVERYTHING = frozenset({"cancel requests", "children", "continue as new", "timeouts"})
AMAZON = "FLOWY_TEST_AWS"
"""``make test-aws`` sets it: nothing else may cost money."""


class Ground:
    """A service with workers.

    Args:
        client: The service.
        domain: The domain that the workers serve.
        real: Whether time is real: it passes by itself.
        pass_time: Lets a virtual second pass.
    """

    def __init__(self, client: Any, domain: str, pass_time: Any = None) -> None:
        self.client = client
        self.domain = domain
        self._pass_time = pass_time or (lambda: threading.Event().wait(0.1))

    def wait(self) -> None:
        """Let a moment pass."""
        self._pass_time()


@contextmanager
def virtual(_folder: Path) -> Iterator[Ground]:
    """Service, decider, worker and clock in this thread."""
    with Environment(told) as environment:
        yield Ground(environment.client, environment.domain, lambda: environment.advance(1))


@contextmanager
def processes(folder: Path) -> Iterator[Ground]:
    """A server, a decider and an activity worker, each a process, over HTTP."""
    server = Server(f"sqlite:///{folder / 'stories.db'}", folder / "server.log")
    server.start()
    assert server.wait_until_ready()
    client = connect(server.address)
    make_worker(client, DOMAIN, WorkerPlan(packages=told))  # only so that all is registered
    workers = [_worker(server.address, folder, kind) for kind in ("workflows", "activities")]
    try:
        yield Ground(client, DOMAIN)
        assert [worker.poll() for worker in workers] == [None, None], _logs(folder)
    finally:
        client.close()
        for worker in workers:
            worker.terminate()
            worker.wait(60)
        server.stop()


def _worker(address: str, folder: Path, kind: str) -> "subprocess.Popen[bytes]":
    with (folder / f"{kind}.log").open("wb") as log:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "flowy", "worker", told.__name__, f"--{kind}"),
                *("--address", address, "--domain", DOMAIN),
            ],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )


def _logs(folder: Path) -> str:
    return "\n".join(log.read_text("utf-8")[-2_000:] for log in folder.glob("*.log"))


@contextmanager
def moto(_folder: Path) -> Iterator[Ground]:
    """Workers in threads on moto's server, through boto3."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
    endpoint = f"http://{host}:{port}"
    try:
        with _threads(
            boto3.client("swf", region_name="us-east-1", endpoint_url=endpoint, **options)
        ) as ground:
            yield ground
    finally:
        server.stop()


@contextmanager
def amazon(_folder: Path) -> Iterator[Ground]:
    """Workers in threads on Amazon SWF, where there are credentials."""
    if not os.environ.get(AMAZON):
        pytest.skip("not on Amazon SWF: `make test-aws` tells the stories there")
    session = boto3.Session()
    if session.get_credentials() is None or session.region_name is None:
        pytest.skip("not on Amazon SWF: there are no AWS credentials, or no AWS_DEFAULT_REGION")
    with _threads(session.client("swf")) as ground:
        yield ground


@contextmanager
def _threads(layer1: Any) -> Iterator[Ground]:
    client = Boto3Client(layer1)
    worker = make_worker(client, DOMAIN, WorkerPlan(packages=told))
    worker.start()
    try:
        yield Ground(client, DOMAIN)
    finally:
        worker.stop()
        assert worker.join(90), "the workers do not end"


GROUNDS = {
    "virtual": (virtual, EVERYTHING),
    "processes": (processes, EVERYTHING),
    "moto": (moto, frozenset[str]()),
    "amazon": (amazon, EVERYTHING),
}
"""Each ground, and what it can do beside activities and timers."""
