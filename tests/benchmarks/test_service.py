"""What the embedded service does a second, in process and over HTTP, beside what the disk allows.

Everything is durable before it is acknowledged (``synchronous=FULL``). Bare commits are measured in
the same run, because the disk of a shared machine changes from minute to minute.
"""

import http.client
import json
import sqlite3
import statistics
import threading
import time

import pytest

from flowy.protocol.requests.activity_tasks import RespondActivityTaskCompleted
from flowy.protocol.requests.domains import RegisterDomain
from flowy.service.http.serve import HttpServer
from flowy.service.server import Service
from flowy.swf.connect import connect
from tests.benchmarks.contenders.noop import DOMAIN, Ends, Stage
from tests.benchmarks.tables import quantile, show, timed

pytestmark = pytest.mark.benchmark

ROUNDS = 3
THREADS = 4
"""Activity pollers; the decider is one."""
LOADS = {
    "chain of 300": (300, lambda stage: stage.one("seq", 300)),
    "fan-out of 300": (300, lambda stage: stage.one("par", 300)),
    "50 executions of 10": (500, lambda stage: stage.many(50, 10)),
    "1 activity, 1 in flight": (50, lambda stage: [stage.one("seq", 1) for _ in range(50)]),
    "1 activity, 16 in flight": (160, lambda stage: [stage.many(16, 1) for _ in range(10)]),
    "10 activities, 1 in flight": (100, lambda stage: [stage.one("seq", 10) for _ in range(10)]),
    "10 activities, 16 in flight": (320, lambda stage: [stage.many(16, 10) for _ in range(2)]),
}
"""How many activities each load has, and what runs it."""


@pytest.fixture
def stage(tmp_path):
    client = connect(f"sqlite:///{tmp_path}/service.sqlite")
    stage = Stage(client, THREADS)
    stage.one("seq", 20)
    yield stage
    stage.close()
    client.close()


@pytest.fixture
def server(tmp_path):
    with Service(f"sqlite:///{tmp_path}/http.sqlite") as service:
        server = HttpServer(service)
        server.start()
        yield server
        server.stop()


def commits(path, count=300, rows=3):
    """Return bare commits a second, of a few rows of 250 bytes each."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, body BLOB)")
    before = time.perf_counter()
    for _ in range(count):
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany("INSERT INTO t (body) VALUES (?)", [(b"x" * 250,)] * rows)
        raw.execute("COMMIT")
    taken = time.perf_counter() - before
    raw.close()
    return count / taken


def test_activities_a_second(stage, tmp_path):
    rates = {name: [] for name in LOADS}
    bare = []
    for _ in range(ROUNDS):
        bare.append(commits(tmp_path / "bare.sqlite"))
        for name, (steps, load) in LOADS.items():
            rates[name].append(steps / timed(load, stage))
    rows = [
        (
            name,
            f"{statistics.median(found):,.0f}",
            f"{min(found):,.0f} - {max(found):,.0f}",
            f"{statistics.median(a / b for a, b in zip(found, bare, strict=True)):.2f}",
        )
        for name, found in rates.items()
    ]
    low, high = min(bare), max(bare)
    show(
        "In process, SQLite FULL, activities/s from start to completion",
        ("load", "median", "range", "of bare commits"),
        rows,
        f"Bare commits of 3 rows in the same rounds: {low:,.0f} - {high:,.0f}/s. "
        "An activity of a chain needs two. Target for the chain: half of the commits it needs.",
    )


def test_latency_of_one_activity(stage):
    taken = [timed(stage.one, "seq", 1) * 1e3 for _ in range(200)]
    show(
        "One execution of one activity, start to durable result, ms",
        ("p50", "p99"),
        [(f"{quantile(taken, 0.5):.2f}", f"{quantile(taken, 0.99):.2f}")],
    )


class Handover(Ends):
    """Notes how long it takes from an activity's answer to the decision task that it makes.

    Args:
        client: What carries out the calls.
    """

    def __init__(self, client):
        super().__init__(client)
        self.answered_at = None
        self.taken = []

    def call(self, request):
        self._note(request)
        return super().call(request)

    def exchange(self, answers, poll, most):
        for answer in answers:
            self._note(answer)
        return super().exchange(answers, poll, most)

    def _note(self, request):
        if type(request) is RespondActivityTaskCompleted:
            self.answered_at = time.perf_counter()
        elif self.answered_at is not None and type(request).__name__.startswith("RespondDecision"):
            self.taken.append((time.perf_counter() - self.answered_at) * 1e3)
            self.answered_at = None


@pytest.mark.parametrize("over_http", [False, True], ids=["in process", "over HTTP"])
def test_completion_of_an_activity_to_the_next_decision(tmp_path, server, over_http):
    address = server.address if over_http else f"sqlite:///{tmp_path}/handover.sqlite"
    client = Handover(connect(address))
    stage = Stage(client)
    stage.one("seq", 20)
    client.taken.clear()
    rate = 300 / timed(stage.one, "seq", 300)
    stage.close()
    client.close()
    show(
        f"Chain of 300, {'over HTTP, our worker' if over_http else 'in process'}",
        ("activities/s", "answer of an activity to its decision, p50 ms", "p99 ms"),
        [
            (
                f"{rate:,.0f}",
                f"{quantile(client.taken, 0.5):.2f}",
                f"{quantile(client.taken, 0.99):.2f}",
            )
        ],
    )


def _read(address, until, counts, number):
    host, _, port = address.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port))
    body = json.dumps({"name": DOMAIN})
    headers = {
        "X-Amz-Target": "SimpleWorkflowService.DescribeDomain",
        "Content-Type": "application/x-amz-json-1.0",
    }
    while time.perf_counter() < until:
        connection.request("POST", "/", body, headers)
        assert connection.getresponse().read()
        counts[number] += 1
    connection.close()


def test_reads_over_http(server):
    domain = RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="1")
    client = connect(server.address)
    client.call(domain)
    client.close()
    rows = []
    for connections in (1, 32):
        counts = [0] * connections
        until = time.perf_counter() + 3
        threads = [
            threading.Thread(target=_read, args=(server.address, until, counts, number))
            for number in range(connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rows.append((connections, f"{sum(counts) / 3:,.0f}"))
    show(
        "DescribeDomain over HTTP, requests/s",
        ("connections", "requests/s"),
        rows,
        "Client (http.client on threads) and server share one interpreter: a lower bound.",
    )
