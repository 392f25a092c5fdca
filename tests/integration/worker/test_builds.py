"""Executions stay with the build that began them, until they continue as new."""

import pytest

from flowy.clock import ManualClock
from flowy.errors import DefinitionError
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.service.server import Service
from flowy.swf import registration
from flowy.swf.scanner import activity, workflow
from flowy.swf.starter import WorkflowStarter
from flowy.swf.task import ActivityProxy
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task import Activity, Workflow
from flowy.task.registry import Registry
from flowy.worker.activities import ActivityPoller
from flowy.worker.decisions import DecisionPoller
from flowy.worker.poller import Source
from flowy.worker.settings import DeciderSettings
from flowy.worker.stop import Stop
from tests.acceptance import scenarios
from tests.acceptance.stage import ImpatientClient
from tests.unit.worker.fakes import FakeClient

LIST = "builds"


def built(name):
    """Return the code of a build: it says in its activities' inputs which one it is."""

    class Step(Activity):
        def run(self, text):
            return text

    class Long(Workflow):
        step = ActivityProxy("Step", 1)

        def run(self, rounds):
            for number in range(3):
                self.step(f"{name} {number}").result()
            if rounds:
                self.restart(rounds - 1)
                return None
            return name

    return _found(activity("Step", 1, LIST)(Step), workflow("Long", 1, LIST)(Long))


def _found(step, long):
    from flowy.task.decorators import define_activity, define_workflow

    activities, workflows = Registry(), Registry()
    activities.add(define_activity(step, "Step", 1, LIST))
    workflows.add(define_workflow(long, "Long", 1, LIST))
    return activities, workflows


class Fleet:
    """Deciders of several builds on one service; each step is made by the one that is told to."""

    def __init__(self):
        self.clock = ManualClock()
        self.service = Service("sqlite://", clock=self.clock)
        self.client = ImpatientClient(self.service)
        activities, workflows = built("none")
        registration.register(self.source(LIST), [*activities, *workflows])
        self.worker = ActivityPoller(self.source(LIST), activities)
        self.deciders = []

    def source(self, task_list):
        stop = Stop(self.clock)
        return Source(
            client=self.client, domain="d", task_list=task_list, clock=self.clock, stop=stop
        )

    def deploy(self, build, **settings):
        """Return a decider for each list that a worker of the build polls."""
        settings = DeciderSettings(build=build, **settings)
        _, workflows = built(build)
        made = [
            DecisionPoller(self.source(name), workflows, settings=settings)
            for name in settings.lists(LIST)
        ]
        self.deciders.extend(made)
        return made

    def work(self, *deciders, most=40):
        """Let deciders and the activities' worker do what there is to do; count the decisions."""
        decisions = 0
        for _ in range(most):
            busy = False
            for poller in (*deciders, self.worker):
                task = poller.poll()
                if task is not None:
                    poller.handle(task)
                    busy, decisions = True, decisions + (poller is not self.worker)
            if not busy:
                break
        return decisions

    def start(self, workflow_id, rounds=0):
        starter = WorkflowStarter("Long", 1, self.client, "d")
        with starter.id(workflow_id):
            return ExecutionId(workflow_id=workflow_id, run_id=starter(rounds))

    def history(self, execution):
        return self.client.call(GetWorkflowExecutionHistory(domain="d", execution=execution)).events

    def close(self):
        for poller in (*self.deciders, self.worker):
            poller.close()
        self.service.close()


@pytest.fixture
def fleet():
    fleet = Fleet()
    yield fleet
    fleet.close()


def lists(history):
    return [
        event.attributes.task_list.name
        for event in history
        if type(event).__name__ == "DecisionTaskScheduled"
    ]


def test_an_execution_stays_with_the_build_that_began_it(fleet):
    blue = fleet.deploy("blue")
    execution = fleet.start("w")
    (_, shared) = blue
    assert fleet.work(shared, most=1) == 1
    green = fleet.deploy("green")
    assert fleet.work(*green) == 0, "another build does not get it"
    assert fleet.work(*blue) > 0
    history = fleet.history(execution)
    assert history[-1].attributes.result == '"blue"'
    assert lists(history) == ["builds", *["builds@blue"] * 3]


def test_new_executions_go_to_whoever_takes_new_ones(fleet):
    blue = fleet.deploy("blue")
    old = fleet.start("old")
    assert fleet.work(*blue, most=1)
    draining = fleet.deploy("blue", takes_new=False)
    assert [each.source.task_list for each in draining] == ["builds@blue"]
    new = fleet.start("new")
    fleet.work(*draining)
    green = fleet.deploy("green")
    fleet.work(*green)
    assert fleet.history(old)[-1].attributes.result == '"blue"'
    assert fleet.history(new)[-1].attributes.result == '"green"'


def test_continuing_as_new_is_where_a_build_is_left(fleet):
    blue = fleet.deploy("blue")
    execution = fleet.start("w", rounds=1)
    fleet.work(*blue, most=1)
    fleet.work(*fleet.deploy("blue", takes_new=False))
    last = fleet.history(execution)[-1]
    assert type(last).__name__ == "WorkflowExecutionContinuedAsNew"
    fleet.work(*fleet.deploy("green"))
    run = ExecutionId(workflow_id="w", run_id=last.attributes.new_execution_run_id)
    history = fleet.history(run)
    assert history[-1].attributes.result == '"green"'
    assert lists(history)[0] == "builds"


def test_a_decision_that_times_out_comes_again_to_the_build(fleet):
    blue = fleet.deploy("blue")
    execution = fleet.start("w")
    fleet.work(*blue, most=2)
    (own, _) = blue
    while own.poll() is None:  # taken, and never answered
        fleet.work(blue[1], most=1)
    fleet.clock.advance(61)
    fleet.service.run_due()
    assert fleet.work(*fleet.deploy("green")) == 0
    fleet.work(*blue)
    assert fleet.history(execution)[-1].attributes.result == '"blue"'


def test_a_worker_of_a_build_polls_its_own_list_and_the_shared_one():
    client = FakeClient()

    def polled(**settings):
        plan = WorkerPlan(
            packages=scenarios,
            does_activities=False,
            registers=False,
            deciding=DeciderSettings(**settings),
        )
        worker = make_worker(client, "d", plan)
        return [poller.source.task_list for poller in worker._pollers]

    assert polled() == [scenarios.TASK_LIST]
    assert polled(build="b1") == [f"{scenarios.TASK_LIST}@b1", scenarios.TASK_LIST]
    assert polled(build="b1", takes_new=False) == [f"{scenarios.TASK_LIST}@b1"]


@pytest.mark.parametrize("wrong", ["", "a:b", "x" * 65])
def test_a_build_that_is_no_name_is_refused(wrong):
    with pytest.raises(DefinitionError, match="build"):
        DeciderSettings(build=wrong)


def test_a_worker_without_a_build_takes_new_executions():
    with pytest.raises(DefinitionError, match="needs a build"):
        DeciderSettings(takes_new=False)
