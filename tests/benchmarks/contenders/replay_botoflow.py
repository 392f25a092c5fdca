"""botoflow decides recorded histories."""

import json
import logging
import warnings

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

import replay_driver
from botoflow import WorkflowDefinition, activities, activity, execute, return_
from botoflow.data_converter import JSONDataConverter
from botoflow.decider.decider import Decider
from botoflow.decider.decision_task_poller import DecisionTaskPoller
from botoflow.utils import extract_workflows_dict


@activities(schedule_to_start_timeout=60, start_to_close_timeout=60)
class Activities:
    @activity(version="1", name="noop")
    def noop(self, value):
        return value


class Chain(WorkflowDefinition):
    @execute(version="1", execution_start_to_close_timeout=600)
    def run(self, steps):
        value = 0
        for step in range(steps):
            value = yield Activities.noop(step)
        return_(value)


class Fan(WorkflowDefinition):
    @execute(version="1", execution_start_to_close_timeout=600)
    def run(self, steps):
        values = yield [Activities.noop(step) for step in range(steps)]
        return_(sum(values))


class Client:
    def respond_decision_task_completed(self, taskToken, decisions, executionContext):
        self.decisions = decisions


class Worker:
    client = Client()


class Poller(DecisionTaskPoller):
    events = None

    def single_poll(self, next_page_token=None):
        return {
            "taskToken": "t",
            "startedEventId": len(self.events),
            "previousStartedEventId": 0,
            "workflowExecution": {"workflowId": "w", "runId": "r"},
            "workflowType": {"name": "seq", "version": "1"},
            "events": self.events,
        }


flows = extract_workflows_dict([Chain, Fan])
decider = Decider(
    Worker, "d", "noop", lambda name, version: flows[name, version], "identity", Poller
)
converter = JSONDataConverter()
ONE = converter.dumps(1)


def prepare(shape, events):
    wanted = json.loads(events[0]["workflowExecutionStartedEventAttributes"]["input"])[0][0]
    texts = {
        "WorkflowExecutionStarted": lambda _number: {
            "input": converter.dumps([[wanted], {}]),
            "workflowType": {"name": f"{shape.capitalize()}", "version": "1"},
        },
        "ActivityTaskScheduled": lambda number: {
            "activityId": str(number + 1),
            "input": converter.dumps([[number], {}]),
        },
        "ActivityTaskCompleted": lambda _number: {"result": ONE},
    }
    return replay_driver.adapted(events, texts)


def replay(events):
    decider._poller.events = events
    Worker.client.decisions = None
    decider.decide()
    return len(Worker.client.decisions)


replay_driver.run(prepare, replay)
