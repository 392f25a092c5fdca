"""The Flowy of 2016 decides recorded histories, with what later Pythons took away put back."""

import collections
import collections.abc
import json
import logging

collections.Iterable = collections.abc.Iterable
collections.Mapping = collections.abc.Mapping
collections.Sized = collections.abc.Sized
logging.disable(logging.CRITICAL)

import replay_driver

from flowy import SWFWorkflowConfig, SWFWorkflowWorker, wait
from flowy.swf.worker import poll_decision


class Chain:
    def __init__(self, noop):
        self.noop = noop

    def __call__(self, steps):
        value = 0
        for step in range(steps):
            value = self.noop(step)
            wait(value)
        return value


class Fan:
    def __init__(self, noop):
        self.noop = noop

    def __call__(self, steps):
        return sum([self.noop(step) for step in range(steps)])


config = SWFWorkflowConfig(rate_limit=10_000)  # its default lets 64 activities a decision through
config.conf_activity("noop", version="1", name="noop")
worker = SWFWorkflowWorker()
worker.register(config, Chain, version="1", name="seq")
worker.register(config, Fan, version="1", name="par")


class Client:
    def poll_for_decision_task(self, domain, task_list, identity=None, next_page_token=None):
        return {"taskToken": "t", "events": self.events}

    def respond_decision_task_completed(self, token, decisions=None, exec_context=None):
        self.decisions = decisions


client = Client()


def prepare(shape, events):
    texts = {
        "ActivityTaskScheduled": lambda number: {
            "activityId": f"noop-{number}-0",
            "input": json.dumps([[number], {}]),
        }
    }
    return replay_driver.adapted(events, texts)


def replay(events):
    client.events = events
    client.decisions = None
    name, version, data, history, decision = poll_decision(client, "d", "noop")
    worker(name, version, data, decision, history)
    return len(client.decisions)


replay_driver.run(prepare, replay)
