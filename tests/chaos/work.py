"""Mixed workflows whose activities leave traces outside: what happened, and how often.

The traces are rows of a SQLite file that the environment names. ``effects`` is a service that does
a thing once for each idempotency key; ``tries`` counts how often it was asked. ``once`` has a row
for each time that the code of an at-most-once activity ran.
"""

import asyncio
import os
import sqlite3
import threading
from contextlib import closing

from flowy import Activity, ActivityProxy, Workflow, WorkflowProxy, activity, workflow
from flowy.exception import TaskError
from flowy.task import RetryPolicy

TASK_LIST = "chaos"
TRACES = "FLOWY_CHAOS_TRACES"
TIMES = "FLOWY_CHAOS_TIMES"
"""How many times longer all timeouts are; 1 unless the environment says otherwise."""

NEVER = threading.Event()

SCHEMA = """
create table if not exists effects (key text primary key, execution text, number integer);
create table if not exists tries (key text, execution text, number integer);
create table if not exists once (execution text, number integer);
"""

PATIENT = RetryPolicy(attempts=60, delay=0, backoff=1, jitter=0)
"""Timeouts and failures are tried again at once, for as long as the chaos goes on."""


def traces(path: str | None = None) -> sqlite3.Connection:
    """Open the file of the traces."""
    connection = sqlite3.connect(path or os.environ[TRACES], timeout=60, isolation_level=None)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=off")
    return connection


class Step(Activity):
    """Has its effect by its idempotency key, and returns the number that it was given."""

    def run(self, number: int, seconds: float = 0.0) -> int:
        self.progress(0, 1)
        NEVER.wait(seconds)
        row = (self.idempotency_key, f"{self.info.workflow_id}", number)
        with closing(traces()) as connection:
            connection.execute("insert into tries values (?, ?, ?)", row)
            connection.execute("insert or ignore into effects values (?, ?, ?)", row)
        NEVER.wait(seconds)
        return number


times = int(os.environ.get(TIMES, "1"))
DECISION = 8 * times
OPTIONS = {
    "heartbeat": 6 * times,
    "schedule_to_close": 3_600,
    "schedule_to_start": 3_600,
    "start_to_close": 12 * times,
}


@activity("step", 1, TASK_LIST, **OPTIONS)
class Inline(Step):
    pass


@activity("threaded", 1, TASK_LIST, strategy="thread", **OPTIONS)
class Threaded(Step):
    pass


@activity("forked", 1, TASK_LIST, strategy="process", **OPTIONS)
class Forked(Step):
    pass


@activity("awaited", 1, TASK_LIST, strategy="asyncio", **OPTIONS)
class Awaited(Step):
    async def run(self, number: int, seconds: float = 0.0) -> int:
        await asyncio.sleep(seconds)
        return super().run(number)


@activity("pay", 1, TASK_LIST, at_most_once=True, **OPTIONS)
class Pay(Activity):
    """Leaves a trace each time that it runs."""

    def run(self, number: int) -> str:
        with closing(traces()) as connection:
            connection.execute("insert into once values (?, ?)", (self.info.workflow_id, number))
        return "paid"


class Mixed(Workflow):
    step = ActivityProxy("step", 1, retry=PATIENT)
    threaded = ActivityProxy("threaded", 1, retry=PATIENT)
    forked = ActivityProxy("forked", 1, retry=PATIENT)
    awaited = ActivityProxy("awaited", 1, retry=PATIENT)
    pay = ActivityProxy("pay", 1, retry=RetryPolicy(attempts=3, delay=0), error_handling=True)


@workflow("chain", 1, TASK_LIST, workflow_duration=3_600, decision_duration=DECISION)
class Chain(Mixed):
    def run(self, number: int) -> int:
        for call in (self.step, self.threaded, self.awaited, self.step):
            number = call(number).result() + 1
        return number


@workflow("fan", 1, TASK_LIST, workflow_duration=3_600, decision_duration=DECISION)
class Fan(Mixed):
    async def run(self, number: int) -> int:
        calls = [self.step, self.threaded, self.awaited, self.threaded, self.forked]
        return sum(await asyncio.gather(*(call(number + n, 0.05) for n, call in enumerate(calls))))


@workflow("waits", 1, TASK_LIST, workflow_duration=3_600, decision_duration=DECISION)
class Waits(Mixed):
    async def run(self, number: int) -> int:
        first = await self.threaded(number, 0.2)
        await asyncio.sleep(1)
        return first + await self.step(number + 1)


@workflow("parent", 1, TASK_LIST, workflow_duration=3_600, decision_duration=DECISION)
class Parent(Mixed):
    child = WorkflowProxy("waits", 1, retry=60)

    async def run(self, number: int) -> int:
        return await self.child(number + 100) + await self.step(number)


@workflow("payment", 1, TASK_LIST, workflow_duration=3_600, decision_duration=DECISION)
class Payment(Mixed):
    async def run(self, number: int) -> str:
        await self.step(number)
        try:
            return await self.pay(number)
        except TaskError:
            return "unknown"


EXPECTED = {
    "chain": lambda number: number + 4,
    "fan": lambda number: 5 * number + 10,
    "waits": lambda number: 2 * number + 1,
    "parent": lambda number: 2 * (number + 100) + 1 + number,
}
"""What a workflow's result is; a payment's is told by its traces."""

STEPS = {"chain": 4, "fan": 5, "waits": 2, "parent": 3, "payment": 1}
"""How many effects a workflow has, its child's included."""
