"""Temporal: its development server with its database in a file, a worker in this process.

The development server takes 20 polls a second of its own queues unless it is told otherwise; the
limit is lifted, for it says nothing about the system.
"""

import asyncio
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import uuid
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import e2e_driver
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

LIMIT = "--dynamic-config-value"
LIFTED = (
    "history.transferProcessorMaxPollRPS=100000",
    "history.timerProcessorMaxPollRPS=100000",
    "history.visibilityProcessorMaxPollRPS=100000",
)


@activity.defn
async def step(value: int) -> int:
    """Give back what it gets."""
    return value


@workflow.defn
class Chain:
    """Runs activities one after the other."""

    @workflow.run
    async def run(self, steps: int) -> int:
        """Return the last result."""
        value = 0
        for number in range(steps):
            value = await workflow.execute_activity(
                step, number, start_to_close_timeout=timedelta(seconds=60)
            )
        return value


def free_port():
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(folder, port):
    """Start the server and wait until it listens."""
    program = Path(sysconfig.get_path("scripts")) / "temporal"
    command = [program, "server", "start-dev", "--headless", "--port", str(port)]
    command += ["--db-filename", f"{folder}/temporal.db", "--log-level", "error"]
    for value in LIFTED:
        command += [LIMIT, value]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return server
        threading.Event().wait(0.1)
    raise RuntimeError("the server did not start")


async def measure(port, runner):
    """Connect, serve, and run the loads, which are synchronous, on a thread."""
    client = await connected(port)
    loop = asyncio.get_running_loop()

    async def start(steps):
        name = str(uuid.uuid4())
        return await client.execute_workflow(Chain.run, steps, id=name, task_queue="q")

    async def several(executions, steps):
        await asyncio.gather(*[start(steps) for _ in range(executions)])

    def waiting(work):
        return lambda *args: asyncio.run_coroutine_threadsafe(work(*args), loop).result()

    async with Worker(
        client,
        task_queue="q",
        workflows=[Chain],
        activities=[step],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_concurrent_activities=200,
    ):
        await asyncio.to_thread(runner, waiting(start), waiting(several))


async def connected(port):
    """Return a client, once the server answers."""
    for _ in range(300):
        try:
            return await Client.connect(f"127.0.0.1:{port}")
        except RuntimeError:
            await asyncio.sleep(0.1)
    raise RuntimeError("the server does not answer")


def main():
    """Measure a chain of 200, for a chain of 1,000 takes it 20 seconds."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server = serve(folder, port)
        try:
            asyncio.run(
                measure(port, lambda one, many: e2e_driver.run(one, many, chain=200, latencies=30))
            )
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
