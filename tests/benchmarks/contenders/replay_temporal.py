"""Temporal's Replayer on histories that its own development server recorded, without its sandbox.

Called with a folder; histories are recorded into it when they are not there yet.
"""

import asyncio
import gc
import json
import sys
import time
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

SIZES = (100, 1_000, 3_000)
LIMITS = {
    "limit.numPendingActivities.error": 6_000,
    "limit.historyCount.error": 100_000,
    "limit.historySize.error": 200_000_000,
    "history.transferProcessorMaxPollRPS": 100_000,
}
"""The last one lets the server go on at once; as it comes it looks 20 times a second."""


@activity.defn
async def noop(value: int) -> int:
    return value


@workflow.defn(name="chain")
class Chain:
    @workflow.run
    async def run(self, steps: int) -> int:
        value = 0
        for step in range(steps):
            value = await call(step)
        return value


@workflow.defn(name="fan")
class Fan:
    @workflow.run
    async def run(self, steps: int) -> int:
        return sum(await asyncio.gather(*[call(step) for step in range(steps)]))


def call(step):
    return workflow.execute_activity(noop, step, start_to_close_timeout=timedelta(seconds=600))


async def record(folder):
    folder.mkdir(parents=True, exist_ok=True)
    extra = ["--headless", "--log-level", "error"]
    for name, value in LIMITS.items():
        extra += ["--dynamic-config-value", f"{name}={value}"]
    server = str(Path(sys.executable).with_name("temporal"))
    async with (
        await WorkflowEnvironment.start_local(
            dev_server_existing_path=server, dev_server_extra_args=extra
        ) as environment,
        Worker(
            environment.client,
            task_queue="q",
            workflows=[Chain, Fan],
            activities=[noop],
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_concurrent_activities=200,
        ),
    ):
        for shape in ("chain", "fan"):
            for size in SIZES:
                handle = await environment.client.start_workflow(
                    shape, size, id=f"{shape}-{size}", task_queue="q"
                )
                await handle.result()
                history = await handle.fetch_history()
                (folder / f"{shape}-{size}.json").write_text(history.to_json())


async def main(folder):
    if not (folder / f"fan-{SIZES[-1]}.json").exists():
        await record(folder)
    replayer = Replayer(workflows=[Chain, Fan], workflow_runner=UnsandboxedWorkflowRunner())
    for shape in ("chain", "fan"):
        for size in SIZES:
            text = (folder / f"{shape}-{size}.json").read_text()
            history = WorkflowHistory.from_json("w", text)
            taken = min([await once(replayer, history) for _ in range(2)])
            row = {"shape": shape, "done": size, "all": size}
            print(json.dumps({**row, "events": len(history.events), "seconds": taken}), flush=True)


async def once(replayer, history):
    gc.collect()
    before = time.perf_counter()
    await replayer.replay_workflow(history)
    return time.perf_counter() - before


asyncio.run(main(Path(sys.argv[1])))
