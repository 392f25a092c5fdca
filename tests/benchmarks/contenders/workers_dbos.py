"""DBOS on SQLite, as a contender of the workers: prints JSON, a line each.

Arguments: how many tasks a fan has, how many round trips are timed.
"""

import asyncio
import json
import sys
import tempfile
import time

from dbos import DBOS, DBOSConfig

COUNT, TRIPS = int(sys.argv[1]), int(sys.argv[2])
FOLDER = tempfile.TemporaryDirectory()
DBOS(
    config=DBOSConfig(
        name="contender",
        system_database_url=f"sqlite:///{FOLDER.name}/dbos.sqlite",
        log_level="ERROR",
        run_admin_server=False,
    )
)


@DBOS.step()
async def step(number):
    return number


@DBOS.workflow()
async def steps(count):
    return sum(await asyncio.gather(*(step(number) for number in range(count))))


@DBOS.workflow()
def child(number):
    return number


@DBOS.workflow()
def queued(count):
    handles = [queue.enqueue(child, number) for number in range(count)]
    return sum(handle.get_result() for handle in handles)


def emit(name, work, trip):
    work(5)
    before = time.perf_counter()
    work(COUNT)
    rate = COUNT / (time.perf_counter() - before)
    taken = []
    for _ in range(TRIPS):
        before = time.perf_counter()
        trip()
        taken.append((time.perf_counter() - before) * 1e3)
    taken.sort()
    figures = {"rate": rate, "p50": taken[TRIPS // 2], "p99": taken[int(TRIPS * 0.99)]}
    print(json.dumps({"name": name, **figures}), flush=True)


DBOS.launch()
queue = DBOS.register_queue("contenders", concurrency=64, polling_interval_sec=0.02)
try:
    emit(
        "DBOS, SQLite, steps in the workflow's process",
        lambda count: asyncio.run(steps(count)),
        lambda: asyncio.run(steps(1)),
    )
    emit("DBOS, SQLite, queued children", queued, lambda: queued(1))
finally:
    DBOS.destroy()
