"""Graphs on all three strategies, declared as workflows."""

from flowy.process import (
    BaseProcess,
    ProcessConfig,
    ProcessType,
    RetryStrategy,
    Workflow,
)
from flowy.swf.processes import durable_graph


class Number(BaseProcess):
    async def process(self, input_data):
        return input_data["number"]


class Sum(BaseProcess):
    def process(self, input_data):
        return sum(result.unwrap() for result in input_data.values())


class Broken(BaseProcess):
    def process(self, input_data):
        raise ValueError("no number")


def config(process_id, kind=ProcessType.ASYNC, **more):
    return ProcessConfig(process_id=process_id, process_type=kind, **more)


@durable_graph("sums", 1, "sums")
def sums():
    graph = Workflow(max_processes=1, max_threads=2)
    Number(config("a")).register_to(graph)
    Number(config("b")).register_to(graph)
    Broken(config("gone")).register_to(graph, required=False)
    Sum(config("ab", ProcessType.THREAD)).register_to(graph, ["a", "b", "gone"])
    Sum(config("all", ProcessType.PROCESS)).register_to(graph, ["a", "ab"])
    return graph


@durable_graph("fragile", 1, "sums")
def fragile():
    graph = Workflow()
    once = RetryStrategy(max_retries=1, delay_seconds=0)
    Broken(config("broken", retry_strategy=once)).register_to(graph)
    Number(config("a")).register_to(graph)
    Sum(config("sum")).register_to(graph, ["broken", "a"])
    return graph


@durable_graph("patient", 1, "sums")
def patient():
    graph = Workflow()
    Broken(config("broken", fail_fast=False)).register_to(graph)
    Number(config("a")).register_to(graph)
    Sum(config("sum")).register_to(graph, ["broken"])
    return graph
