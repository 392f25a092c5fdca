"""Many parked polls, and a large database: what they cost those who go on working.

``FLOWY_BENCH_SCALE=1`` fills the database with 100,000 open executions and 5 million events, which
takes minutes; the default is a fiftieth of that.
"""

import asyncio
import gc
import os
import statistics
import time
from pathlib import Path

import msgspec
import pytest

from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.domains import RegisterDomain
from flowy.protocol.wire import encode_event
from flowy.service.client import EmbeddedClient
from flowy.service.http.app import Application
from flowy.service.operations.quotas import Quotas
from flowy.service.server import Service
from flowy.service.store import domains, events, executions
from tests.benchmarks import histories
from tests.benchmarks.contenders.noop import DOMAIN, Stage
from tests.benchmarks.tables import show, timed

pytestmark = pytest.mark.benchmark

POLLS, POLLS_A_LIST = 10_000, 900
SCALE = float(os.environ.get("FLOWY_BENCH_SCALE", "0.02"))
OPEN = int(100_000 * SCALE)
STEPS = 8
"""Activities that each open execution has done: 51 events."""
CHUNK = 200
LIMITS = Quotas(open_executions=2 * OPEN + 1_000)
ROUNDS = 7
LOADS = {
    "chain of 200": (200, lambda stage: stage.one("seq", 200)),
    "20 executions of 10": (200, lambda stage: stage.many(20, 10)),
}


def resident():
    """Return the process's resident memory in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def test_parked_polls():
    asyncio.run(_park())


async def _park():
    with Service("sqlite://") as service:
        service.call(RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="1"))
        application = Application(service)
        gc.collect()
        before = resident()
        tasks = [asyncio.create_task(_poll(application, number)) for number in range(POLLS)]
        while len(service.notifier.watched()) * POLLS_A_LIST < POLLS or not _all_wait(service):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        gc.collect()
        each = (resident() - before) / POLLS
        application.stop()
        taken = -time.perf_counter()
        await asyncio.gather(*tasks)
        taken += time.perf_counter()
        application.close()
    show(
        "Parked polls in the HTTP application (without the sockets)",
        ("polls", "KiB a poll", "answered at shutdown, s"),
        [(f"{POLLS:,}", f"{each:.2f}", f"{taken:.2f}")],
    )


def _all_wait(service):
    lists = service.notifier.watched()
    return sum(service.notifier.count(each) for each in lists) == POLLS


async def _poll(application, number):
    body = {"domain": DOMAIN, "taskList": {"name": f"list-{number // POLLS_A_LIST}"}}
    incoming = asyncio.Queue()
    incoming.put_nowait({"type": "http.request", "body": msgspec.json.encode(body)})
    headers = [(b"x-amz-target", b"SimpleWorkflowService.PollForActivityTask")]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    answers = []

    async def send(message):
        answers.append(message)

    await application(scope, incoming.get, send)
    assert answers[0]["status"] == 200


def _fill(service):
    """Store open executions that wait for their decider, through the stores."""
    history = histories.typed(histories.chain(STEPS))
    bodies = [encode_event(event) for event in history]
    settings = history[0].attributes
    now = service.clock.now()
    for first in range(0, OPEN, CHUNK):

        def insert(session, first=first):
            domain = domains.find(session, DOMAIN).id
            for number in range(first, min(first + CHUNK, OPEN)):
                execution = ExecutionId(workflow_id=f"open-{number}", run_id=f"run-{number}")
                row = executions.New(domain, execution, settings, now, next_due=now + 86_400)
                events.store(session, executions.add(session, row), 1, bodies)

        service._database.write(insert)
    return OPEN * len(history)


def test_a_large_database(tmp_path):
    with (
        Service(f"sqlite:///{tmp_path}/empty.sqlite") as empty,
        Service(f"sqlite:///{tmp_path}/large.sqlite", limits=LIMITS) as large,
    ):
        large.call(RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="30"))
        stored = _fill(large)
        before, after = _measure(empty, large)
    rows = [
        ("empty", *(f"{statistics.median(rates):,.0f}" for rates in before)),
        (
            f"{OPEN:,} open, {stored:,} events",
            *(f"{statistics.median(rates):,.0f}" for rates in after),
        ),
        (
            "ratio, round by round",
            *(
                f"{statistics.median(b / a for a, b in zip(old, new, strict=True)):.2f}"
                for old, new in zip(before, after, strict=True)
            ),
        ),
    ]
    show(
        "Poll and respond on a large database, activities/s, SQLite FULL",
        ("database", *LOADS),
        rows,
        "Target: a ratio of at least 0.8. FLOWY_BENCH_SCALE=1 gives the full size.",
    )


def _measure(*services):
    """Measure the services by turns; return, for each, the rates of each load."""
    clients = [EmbeddedClient(service) for service in services]
    stages = [Stage(client, 4) for client in clients]
    for stage in stages:
        stage.one("seq", 20)
    rates = [[[] for _ in LOADS] for _ in stages]
    for _ in range(ROUNDS):
        for number, (steps, load) in enumerate(LOADS.values()):
            for stage, found in zip(stages, rates, strict=True):
                found[number].append(steps / timed(load, stage))
    for stage, client in zip(stages, clients, strict=True):
        stage.close()
        client.close()
    return rates
