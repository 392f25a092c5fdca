"""A definition and a graph for workers that are killed; each task says that it was begun."""

import asyncio
import os
import threading
from pathlib import Path

from flowy.machine.patterns import FOR, IF, SYNCHRONIZE
from flowy.process import BaseProcess, ProcessConfig, ProcessType, Workflow
from flowy.swf.machine import MachineWorkflow, activity_step, local_step
from flowy.swf.processes import durable_graph
from flowy.swf.scanner import workflow

LIST = "durable"
PATIENCE = {"heartbeat": 2, "start_to_close": 60, "retry": 50}
"""A lost task is found out by its heartbeat and tried again."""
WORK = 0.15


def begun(what):
    with (Path(os.environ["DURABLE_WORK"]) / "begun.log").open("a") as log:
        log.write(f"{what}\n")


def work(token, what):
    begun(what)
    threading.Event().wait(WORK)
    token.setdefault("log", []).append(what)


@local_step
def name(token, eng):
    eng.extra_data["count"] = eng.extra_data.get("count", 0) + 1
    token["name"] = f"token-{eng.extra_data['count']}"


@activity_step("pack", 1, LIST, **PATIENCE)
def pack(token, eng):
    work(token, f"pack {eng.extra_data['part']}")


@activity_step("check", 1, LIST, **PATIENCE)
def check(token, eng):
    work(token, "check")
    if not token.get("approved"):
        eng.halt("approve it")


@activity_step("weigh", 1, LIST, **PATIENCE)
def weigh(token, eng):
    begun("weigh")
    threading.Event().wait(WORK)
    token["weight"] = len(token["parts"])


@activity_step("price", 1, LIST, **PATIENCE)
async def price(token, eng):
    begun("price")
    await asyncio.sleep(WORK)
    token["price"] = 10 * len(token["parts"])


def total(token, eng):
    token["total"] = token["weight"] + token["price"]


@workflow("durable-machine", 1, LIST, decision_duration=2)
class Machine(MachineWorkflow):
    callbacks = (
        name,
        [FOR(lambda token, eng: token["parts"], "part", [pack])],
        IF(lambda token, eng: len(token["parts"]) > 1, [check]),
        SYNCHRONIZE(weigh, price, total),
    )


class Leaf(BaseProcess):
    async def process(self, input_data):
        begun(self.config.process_id)
        await asyncio.sleep(WORK)
        return input_data["number"]


class Add(BaseProcess):
    def process(self, input_data):
        begun(self.config.process_id)
        threading.Event().wait(WORK)
        return sum(result.unwrap() for result in input_data.values())


class Fail(BaseProcess):
    def process(self, input_data):
        begun(self.config.process_id)
        raise ValueError("never")


def config(process_id, kind):
    return ProcessConfig(process_id=process_id, process_type=kind)


@durable_graph("durable-graph", 1, LIST, heartbeat=2, retry=50, decision_duration=2)
def graph():
    """Return a graph of eight processes on three strategies, of which an optional one fails."""
    made = Workflow(max_threads=2, max_processes=1)
    for number in range(4):
        Leaf(config(f"leaf_{number}", ProcessType.ASYNC)).register_to(made)
    Fail(config("fail", ProcessType.THREAD)).register_to(made, required=False)
    for number, kind in enumerate((ProcessType.THREAD, ProcessType.PROCESS)):
        leaves = [f"leaf_{2 * number}", f"leaf_{2 * number + 1}", "fail"]
        Add(config(f"pair_{number}", kind)).register_to(made, leaves)
    Add(config("all", ProcessType.PROCESS)).register_to(made, ["pair_0", "pair_1"])
    return made
