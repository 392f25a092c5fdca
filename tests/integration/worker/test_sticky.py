"""Two deciders over HTTP: each keeps its executions, and one that is gone is replaced."""

import threading
from contextlib import ExitStack, contextmanager

import pytest

from flowy.clock import SystemClock
from flowy.protocol.events.decision import DecisionTaskScheduled, DecisionTaskTimedOut
from flowy.protocol.faults import UnknownOperationException
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.requests.extensions import LeaveTaskList
from flowy.swf.http import HttpClient
from flowy.swf.starter import WorkflowStarter
from flowy.swf.workers import WorkerPlan, make_worker, scan
from flowy.worker.decisions import DecisionPoller
from flowy.worker.poller import Source
from flowy.worker.runtime import Worker
from flowy.worker.sticky import Sticky
from flowy.worker.stop import Stop
from tests.acceptance import scenarios

DOMAIN = "sticky"
NUMBER = 1
STEPS = 7
"""How often 1 is doubled until it is over 100."""
PATIENCE = 20


class Deaf(HttpClient):
    """Like a service that has never heard of temporary task lists: what asks for one is dropped."""

    def call(self, request):
        if isinstance(request, RespondDecisionTaskCompleted):
            request = RespondDecisionTaskCompleted(
                task_token=request.task_token, decisions=request.decisions
            )
        return super().call(request)


class Answered(HttpClient):
    """Tells when a decision task was answered."""

    def __init__(self, address):
        super().__init__(address)
        self.once = threading.Event()

    def call(self, request):
        answer = super().call(request)
        if isinstance(request, RespondDecisionTaskCompleted):
            self.once.set()
        return answer


class Decider:
    """A decider in a thread, with a client of its own."""

    def __init__(self, address, sticky, kind=HttpClient):
        clock = SystemClock()
        self.client = kind(address)
        self.stop = stop = Stop(clock)
        source = Source(
            client=self.client, domain=DOMAIN, task_list=scenarios.TASK_LIST, clock=clock, stop=stop
        )
        _, registry = scan(WorkerPlan(packages=scenarios))
        self.poller = DecisionPoller(source, registry, sticky=sticky)
        self.worker = Worker(self.client, stop, [self.poller])

    def leave(self):
        self.worker.stop()
        assert self.worker.join(PATIENCE)
        self.client.close()


@contextmanager
def deciders(address, *wishes, kind=HttpClient):
    made = [Decider(address, wish, kind) for wish in wishes]
    for decider in made:
        decider.worker.start()
    yield made
    for decider in made:
        decider.leave()


@pytest.fixture
def activities(client):
    worker = make_worker(client, DOMAIN, WorkerPlan(packages=scenarios, decides_workflows=False))
    make_worker(client, DOMAIN, WorkerPlan(packages=scenarios, does_activities=False))
    worker.start()
    yield worker
    worker.stop()
    assert worker.join(PATIENCE)


def history(client, execution):
    return client.call(GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution)).events


def begin(client, workflow_id):
    start = WorkflowStarter("Sequence", scenarios.VERSION, client, DOMAIN)
    with start.id(workflow_id):
        return ExecutionId(workflow_id=workflow_id, run_id=start(NUMBER))


def run(client, *workflow_ids):
    """Start executions and return their histories once they are closed."""
    executions = [begin(client, workflow_id) for workflow_id in workflow_ids]
    return [closed(client, execution) for execution in executions]


def closed(client, execution):
    waiting = threading.Event()
    for _ in range(PATIENCE * 100):
        events = history(client, execution)
        if type(events[-1]).__name__.startswith("WorkflowExecutionCompleted"):
            return events
        waiting.wait(0.01)
    raise AssertionError(f"not closed: {[type(event).__name__ for event in events[-8:]]}")


def lists(events):
    return [e.attributes.task_list.name for e in events if isinstance(e, DecisionTaskScheduled)]


def test_each_decider_keeps_the_executions_that_it_began(address, client, activities):
    wish = Sticky(at_once=True, seconds=PATIENCE)
    with deciders(address, wish, wish) as both:
        histories = run(client, *"abcdef")
        hits, misses = [sum(getattr(d.poller.cache, n) for d in both) for n in ("hits", "misses")]
    for events in histories:
        shared, *own = lists(events)
        assert shared == scenarios.TASK_LIST
        assert len(own) == STEPS
        assert len(set(own)) == 1
        assert own[0].startswith(f"{scenarios.TASK_LIST}-sticky-")
    assert (hits, misses) == (6 * STEPS, 6)


def test_deciders_that_notice_each_other_become_sticky_by_themselves(address, client, activities):
    with deciders(address, Sticky(seconds=PATIENCE), Sticky(seconds=PATIENCE)):
        for attempt in range(50):  # until both have had a turn in one execution
            histories = run(client, *(f"{name}-{attempt}" for name in "abcd"))
            if any(lists(events)[-1] != scenarios.TASK_LIST for events in histories):
                return
    raise AssertionError("no decider got a list of its own")


def test_a_lone_decider_stays_with_the_shared_list(address, client, activities):
    with deciders(address, Sticky()) as (decider,):
        (events,) = run(client, "one")
        assert decider.poller.cache.misses == 1
    assert set(lists(events)) == {scenarios.TASK_LIST}


def registered(address):
    client = HttpClient(address)
    make_worker(client, DOMAIN, WorkerPlan(packages=scenarios)).stop()
    client.close()


@contextmanager
def acting(address):
    """Have activities done by a client of their own."""
    client = HttpClient(address)
    worker = make_worker(client, DOMAIN, WorkerPlan(packages=scenarios, decides_workflows=False))
    worker.start()
    yield
    worker.stop()
    assert worker.join(PATIENCE)
    client.close()


def timeouts(events):
    return [event for event in events if isinstance(event, DecisionTaskTimedOut)]


def begun(address, client, seconds, kind=Answered, name=""):
    """Begin an execution with a sticky decider, and return both once it waits for an activity."""
    answered = kind(address)
    wish = Sticky(at_once=True, seconds=seconds, name=name)
    decider = Decider(address, wish, lambda _address: answered)
    decider.worker.start()
    execution = begin(client, "orphan")
    assert answered.once.wait(PATIENCE)
    return decider, execution


def test_an_execution_that_is_quiet_when_its_decider_leaves_goes_on_with_another(address, client):
    """However long its tasks would wait for the one that has left."""
    registered(address)
    decider, execution = begun(address, client, 3_600)
    decider.leave()
    with acting(address), deciders(address, Sticky()):
        events = closed(client, execution)
    assert timeouts(events) == []
    assert set(lists(events)) == {scenarios.TASK_LIST}


class Untold(Answered):
    """A client of a service that cannot be told who leaves, such as Amazon's."""

    def call(self, request):
        if isinstance(request, LeaveTaskList):
            raise UnknownOperationException("There is no operation 'Flowy.LeaveTaskList'")
        return super().call(request)


def test_where_that_cannot_be_told_it_serves_its_list_until_all_are_given_back(address, client):
    registered(address)
    decider, execution = begun(address, client, 3_600, Untold)
    decider.stop.grant(PATIENCE)
    decider.worker.stop()
    with acting(address), deciders(address, Sticky()):
        events = closed(client, execution)
    decider.leave()
    assert timeouts(events) == []
    first, own, *after = lists(events)
    assert own != first
    assert set(after) == {first}


def test_where_that_cannot_be_told_what_comes_after_the_grace_time_goes_on_late(address, client):
    """As after a kill: nobody polls its list any more."""
    registered(address)
    decider, execution = begun(address, client, 1, Untold)
    decider.leave()
    with acting(address), deciders(address, Sticky(seconds=1)) as (second,):
        events = closed(client, execution)
        assert second.poller.cache.misses == 1
    (over,) = timeouts(events)
    assert over.attributes.timeout_type == "SCHEDULE_TO_START"
    first, own, *after = lists(events)
    assert own != first
    assert set(after) == {first}


@pytest.mark.parametrize("waits", [True, False])
def test_a_successor_of_the_same_name_has_what_is_on_its_list(address, client, waits):
    """Also as long as it is alone, and polls the shared list only."""
    registered(address)
    killed, execution = begun(address, client, 3_600, Untold, name="pod 0")
    killed.leave()
    with ExitStack() as stack:
        if waits:
            stack.enter_context(acting(address))
            until(lambda: len(lists(history(client, execution))) > 1)
        (successor,) = stack.enter_context(deciders(address, Sticky(name="pod 0")))
        if not waits:
            until(lambda: not successor.poller._sticky._inherits)
            stack.enter_context(acting(address))
        events = closed(client, execution)
    assert timeouts(events) == []
    assert (len(set(lists(events))) > 1) == waits


def until(condition):
    for _ in range(PATIENCE * 100):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come")


def test_a_service_that_ignores_it_is_noticed_and_decides_as_before(
    address, client, activities, caplog
):
    with deciders(address, Sticky(at_once=True), kind=Deaf) as (decider,):
        (events,) = run(client, "one")
        assert decider.poller._sticky.task_list is None
        assert decider.poller.cache.hits == STEPS
    assert set(lists(events)) == {scenarios.TASK_LIST}
    assert "ignores temporary task lists" in caplog.text
