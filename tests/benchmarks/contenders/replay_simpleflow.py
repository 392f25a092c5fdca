"""simpleflow decides recorded histories."""

import json
import logging
import os

os.environ.update(
    SIMPLEFLOW_LOG_LEVEL="ERROR",
    LOG_LEVEL="ERROR",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_ACCESS_KEY_ID="x",
    AWS_SECRET_ACCESS_KEY="x",
)
logging.disable(logging.CRITICAL)

import boto3
import replay_driver
from moto import mock_aws
from simpleflow import Workflow, activity, futures
from simpleflow.swf.executor import Executor
from simpleflow.swf.mapper.models import Domain
from simpleflow.swf.mapper.models.history.base import History
from simpleflow.swf.mapper.responses import Response


@activity.with_attributes(name="noop", version="1", task_list="noop")
def noop(value):
    return value


class Chain(Workflow):
    name, version, task_list = "seq", "1", "noop"

    def run(self, steps):
        value = 0
        for step in range(steps):
            value = self.submit(noop, step).result
        return value


class Fan(Workflow):
    name, version, task_list = "par", "1", "noop"

    def run(self, steps):
        found = [self.submit(noop, step) for step in range(steps)]
        futures.wait(*found)
        return sum(future.result for future in found)


def started(_number):
    return {"input": json.dumps({"args": [wanted], "kwargs": {}})}


def scheduled(number):
    return {
        "activityId": f"activity-noop-{number + 1}",
        "input": json.dumps({"args": [number], "kwargs": {}}),
    }


def prepare(shape, events):
    global wanted
    wanted = json.loads(events[0]["workflowExecutionStartedEventAttributes"]["input"])[0][0]
    texts = {"WorkflowExecutionStarted": started, "ActivityTaskScheduled": scheduled}
    return shape, replay_driver.adapted(events, texts)


def replay(prepared):
    shape, events = prepared
    response = Response(history=History.from_event_list(events), execution=None)
    return len(executors[shape].replay(response).decisions)


with mock_aws():
    boto3.client("swf").register_domain(name="d", workflowExecutionRetentionPeriodInDays="1")
    domain = Domain("d")
    executors = {"chain": Executor(domain, Chain), "fan": Executor(domain, Fan)}
    replay_driver.run(prepare, replay)
