"""How decision tasks are read, decided with kept or new runs, and answered."""

import pytest

from flowy.errors import (
    DefinitionError,
    NondeterminismError,
    ServiceUnavailable,
    StaleRunError,
    SuspendTask,
)
from flowy.protocol.decisions import CompleteWorkflowExecution, CompleteWorkflowExecutionAttributes
from flowy.protocol.events.marker import MarkerRecorded, MarkerRecordedAttributes
from flowy.protocol.faults import ThrottlingException, UnknownResourceFault, ValidationException
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.requests.decision_tasks import (
    PollForDecisionTask,
    RespondDecisionTaskCompleted,
)
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.tasks import DecisionTask, History
from flowy.swf.task import ActivityProxy
from flowy.task import Workflow
from flowy.worker.cache import RunCache
from flowy.worker.decisions import DecisionPoller
from flowy.worker.middleware import Middleware
from flowy.worker.settings import DeciderSettings
from tests.unit.decider.simulator import Simulator
from tests.unit.worker.fakes import EXECUTION, TYPE, FakeClient, source, workflows

DECISION = CompleteWorkflowExecution(attributes=CompleteWorkflowExecutionAttributes(result="1"))


def events(first, last):
    attributes = MarkerRecordedAttributes(marker_name="m", decision_task_completed_event_id=1)
    return tuple(
        MarkerRecorded(event_id=number, event_timestamp=0.0, attributes=attributes)
        for number in range(first, last + 1)
    )


def task(first, last, token=None, execution=EXECUTION, type_id=TYPE):
    return DecisionTask(
        task_token=f"token-{last}",
        started_event_id=last,
        workflow_execution=execution,
        workflow_type=type_id,
        events=events(first, last),
        next_page_token=token,
    )


class Answer:
    def __init__(self, closes=False):
        self.decisions = (DECISION,)
        self.closes = closes
        self.execution_context = None


class FakeRun:
    """Notes what it is fed; raises or closes as told."""

    def __init__(self, raises=()):
        self.last_event_id = 0
        self.fed = []
        self.closed = False
        self.closes = False
        self.raises = list(raises)

    def feed(self, fed):
        fed = [event.event_id for event in fed]
        self.fed.append((fed[0], fed[-1]))
        if self.raises:
            error = self.raises.pop(0)
            if error is not None:
                raise error
        self.last_event_id = fed[-1]
        return Answer(self.closes)

    def close(self):
        self.closed = True


class Stage:
    """A poller whose runs are fakes, in the order in which they are asked for."""

    def __init__(self, *runs, maximum=1_000, middleware=()):
        self.client = FakeClient()
        self.runs = list(runs) or [FakeRun()]
        self.made = 0
        self.cache = RunCache(maximum)
        self.poller = DecisionPoller(
            source(self.client),
            workflows(Workflow),
            self.cache,
            self.make,
            middleware=middleware,
        )

    def make(self, definition, execution):
        run = self.runs[self.made]
        self.made += 1
        return run

    @property
    def answered(self):
        return [request.task_token for request in self.client.of(RespondDecisionTaskCompleted)]


def test_an_empty_poll_is_no_task():
    stage = Stage()
    assert stage.poller.poll() is None
    (request,) = stage.client.sent
    assert (request.domain, request.task_list.name, request.identity) == ("photos", "images", "me")
    assert request.start_at_previous_started_event is None


def test_all_pages_are_read_with_the_same_members():
    stage = Stage()
    stage.client.answer(
        PollForDecisionTask, task(1, 2, "p2"), task(3, 4, "p3"), ServiceUnavailable(""), task(5, 6)
    )
    polled = stage.poller.poll()
    assert [event.event_id for event in polled.events] == [1, 2, 3, 4, 5, 6]
    assert [request.next_page_token for request in stage.client.sent] == [None, "p2", "p3", "p3"]
    assert {request.identity for request in stage.client.sent} == {"me"}


def test_the_whole_history_makes_a_run_and_its_decisions_are_sent():
    stage = Stage()
    stage.poller.handle(task(1, 3))
    assert stage.runs[0].fed == [(1, 3)]
    (request,) = stage.client.sent
    assert request.task_token == "token-3"
    assert request.decisions == (DECISION,)


def test_a_kept_run_is_fed_the_new_events_which_are_asked_for():
    stage = Stage()
    stage.poller.handle(task(1, 3))
    stage.poller.poll()
    assert stage.client.sent[-1].start_at_previous_started_event is True
    stage.poller.handle(task(3, 9))
    assert stage.made == 1
    assert stage.runs[0].fed == [(1, 3), (3, 9)]
    assert (stage.cache.hits, stage.cache.misses) == (1, 1)


def test_a_service_that_ignores_the_wish_for_new_events_is_fine():
    stage = Stage()
    stage.poller.handle(task(1, 3))
    stage.poller.handle(task(1, 9))
    assert stage.runs[0].fed == [(1, 3), (1, 9)]


@pytest.mark.parametrize("known", [False, True])
def test_missing_events_are_fetched_for_a_new_run(known):
    runs = [FakeRun(), FakeRun()]
    stage = Stage(*runs) if known else Stage(runs[1])
    if known:
        stage.poller.handle(task(1, 3))
    stage.client.answer(
        GetWorkflowExecutionHistory,
        History(events=events(1, 5), next_page_token="p2"),
        ThrottlingException("slow"),
        History(events=events(6, 12), next_page_token="p3"),
    )
    stage.poller.handle(task(6, 9))
    assert runs[1].fed == [(1, 9)], "events behind the decision task are not this decision's"
    assert runs[0].closed is known
    assert stage.answered[-1] == "token-9"
    assert len(stage.client.of(GetWorkflowExecutionHistory)) == 3


def test_a_history_that_cannot_be_read_leaves_the_task_alone(caplog):
    stage = Stage()
    stage.client.answer(GetWorkflowExecutionHistory, UnknownResourceFault("no such execution"))
    stage.poller.handle(task(6, 9))
    assert stage.answered == []
    assert "order-7 (run run-1)" in caplog.messages[-1]


def test_a_stale_run_is_replaced_by_one_fed_with_everything():
    stale, fresh = FakeRun([None, StaleRunError("went another way")]), FakeRun()
    stage = Stage(stale, fresh)
    stage.poller.handle(task(1, 3))
    stage.client.answer(GetWorkflowExecutionHistory, History(events=events(1, 9)))
    stage.poller.handle(task(3, 9))
    assert stale.closed
    assert fresh.fed == [(1, 9)]
    assert stage.answered == ["token-3", "token-9"]


def test_nondeterminism_sends_nothing_and_says_where(caplog):
    run, other = (
        FakeRun([NondeterminismError("event 5 schedules resize 1, the code asks a timer")]),
        FakeRun(),
    )
    stage = Stage(run, other)
    stage.poller.handle(task(1, 3))
    assert stage.client.sent == []
    assert run.closed
    assert "event 5 schedules resize 1" in caplog.text
    assert "order-7 (run run-1)" in caplog.text
    stage.poller.handle(task(1, 6))
    assert stage.answered == ["token-6"], "the worker goes on"


@pytest.mark.parametrize(
    "error", [ValueError("in __init__"), SystemExit(1), SuspendTask(), GeneratorExit()]
)
def test_whatever_is_raised_while_deciding_the_worker_goes_on(error, caplog):
    stage = Stage(FakeRun([error]), FakeRun())
    stage.poller.handle(task(1, 3))
    stage.poller.handle(task(1, 6))
    assert stage.answered == ["token-6"]
    assert "order-7 (run run-1)" in caplog.text


def test_ctrl_c_goes_through():
    stage = Stage(FakeRun([KeyboardInterrupt()]))
    with pytest.raises(KeyboardInterrupt):
        stage.poller.handle(task(1, 3))


def test_a_run_whose_answer_was_refused_is_dropped(caplog):
    first, second = FakeRun(), FakeRun()
    stage = Stage(first, second)
    stage.client.answer(RespondDecisionTaskCompleted, UnknownResourceFault("Unknown decision"))
    stage.poller.handle(task(1, 3))
    assert first.closed
    assert len(stage.cache) == 0
    assert "Unknown decision" in caplog.messages[-1]
    stage.poller.handle(task(1, 6))
    assert second.fed == [(1, 6)]


def test_decisions_that_the_service_will_never_take_fail_the_execution(caplog):
    stage = Stage()
    stage.client.answer(
        RespondDecisionTaskCompleted, ValidationException("startToFireTimeout is too long")
    )
    stage.poller.handle(task(1, 3))
    refused, failed = stage.client.of(RespondDecisionTaskCompleted)
    assert refused.task_token == failed.task_token == "token-3"
    (decision,) = failed.decisions
    assert "startToFireTimeout is too long" in decision.attributes.reason
    assert stage.runs[0].closed
    assert len(stage.cache) == 0
    assert "order-7 (run run-1)" in caplog.messages[-1]


def test_a_run_whose_answer_may_not_have_arrived_is_dropped_after_the_tasks_time():
    stage = Stage()
    stage.client.always(RespondDecisionTaskCompleted, ServiceUnavailable("down"))
    stage.poller.handle(task(1, 3))
    assert stage.runs[0].closed
    assert len(stage.client.of(RespondDecisionTaskCompleted)) > 2
    assert 60 <= stage.poller.source.clock.now() - 1_000 < 120


def test_a_run_that_closed_its_execution_is_not_kept():
    stage = Stage()
    stage.runs[0].closes = True
    stage.poller.handle(task(1, 3))
    assert stage.runs[0].closed
    assert len(stage.cache) == 0


def test_the_run_used_longest_ago_leaves_a_full_cache():
    runs = [FakeRun() for _ in range(3)]
    stage = Stage(*runs, maximum=2)
    ids = [ExecutionId(workflow_id=name, run_id="r") for name in "abc"]
    stage.poller.handle(task(1, 3, execution=ids[0]))
    stage.poller.handle(task(1, 3, execution=ids[1]))
    stage.poller.handle(task(3, 6, execution=ids[0]))
    stage.poller.handle(task(1, 3, execution=ids[2]))
    assert [run.closed for run in runs] == [False, True, False]
    stage.poller.close()
    assert all(run.closed for run in runs)


def test_an_unknown_type_is_left_to_time_out_and_named_with_what_is_served(caplog):
    stage = Stage()
    stage.poller.handle(task(1, 3, type_id=TypeId(name="other", version="2")))
    assert stage.client.sent == []
    message = caplog.messages[-1]
    assert all(part in message for part in ("other 2", "order-7", "resize 1", "images"))


def test_the_real_run_decides_and_completes():
    class Answering(Workflow):
        def run(self):
            return 42

    client = FakeClient()
    poller = DecisionPoller(source(client), workflows(Answering))
    poller.handle(started_task())
    (request,) = client.sent
    (decision,) = request.decisions
    assert decision.attributes.result == "42"


def test_a_constructor_that_raises_fails_the_workflow():
    class Broken(Workflow):
        def __init__(self, *args):
            raise RuntimeError("no such table")

    client = FakeClient()
    DecisionPoller(source(client), workflows(Broken)).handle(started_task())
    (decision,) = client.sent[0].decisions
    assert decision.attributes.reason == "no such table"


def started_task():
    simulator = Simulator(Workflow)
    started = simulator.start_decision()
    return DecisionTask(
        task_token="token",
        started_event_id=started.event_id,
        workflow_execution=EXECUTION,
        workflow_type=TYPE,
        events=tuple(simulator.events),
    )


class FakeExchanged:
    def __init__(self, faults, tasks):
        self.faults = faults
        self.tasks = tasks
        self.closed = False

    def wait(self):
        return self.tasks

    def close(self):
        self.closed = True


class ExchangingClient(FakeClient):
    """Takes answers together, and gives the tasks that a test has put into it."""

    def __init__(self):
        super().__init__()
        self.exchanges = []
        self.next = []
        self.faults = {}

    def exchange(self, answers, poll, most):
        self.exchanges.append(([answer.task_token for answer in answers], most))
        faults = [self.faults.get(answer.task_token) for answer in answers]
        return FakeExchanged(faults, self.next.pop(0) if self.next else [DecisionTask()])


def exchanging_stage():
    stage = Stage()
    client = ExchangingClient()
    stage.client = client
    stage.poller = DecisionPoller(
        source(client), workflows(Workflow), stage.cache, lambda *_: FakeRun()
    )
    return stage


def several(count):
    ids = [ExecutionId(workflow_id=f"w{number}", run_id="r") for number in range(count)]
    return [task(1, 3 + number, execution=each) for number, each in enumerate(ids)]


def test_tasks_that_came_together_are_answered_together():
    stage = exchanging_stage()
    stage.client.next = [several(3)]
    stage.poller.handle(task(1, 9), more=100)
    for _ in range(3):
        stage.poller.handle(stage.poller.poll(), more=100)
    assert stage.client.exchanges == [
        (["token-9"], 16),
        (["token-3", "token-4", "token-5"], 16),
    ]
    assert stage.client.sent == []
    assert len(stage.cache) == 4


def test_no_poll_takes_more_tasks_than_the_worker_will_do():
    stage = exchanging_stage()
    stage.poller.handle(task(1, 9), more=2)
    assert stage.client.exchanges == [(["token-9"], 2)]


def test_the_last_answer_begins_no_poll_and_takes_those_along_that_wait():
    stage = exchanging_stage()
    stage.client.next = [several(2)]
    stage.poller.handle(task(1, 9), more=100)
    stage.poller.handle(stage.poller.poll(), more=100)
    assert stage.poller.has_begun
    stage.poller.handle(stage.poller.poll(), more=0)
    assert [request.task_token for request in stage.client.sent] == ["token-3", "token-4"]
    assert not stage.poller.has_begun


def test_an_answer_does_not_wait_long_for_the_others():
    stage = exchanging_stage()
    stage.client.next = [several(2)]
    stage.poller.handle(task(1, 9), more=100)
    first = stage.poller.poll()
    clock = stage.poller.source.clock
    moments = iter([clock.now(), clock.now() + 1.0])
    clock.now = lambda: next(moments, clock.moment)
    stage.poller.handle(first, more=100)
    assert stage.client.exchanges[-1] == (["token-3"], 16)


def test_of_answers_sent_together_only_the_refused_one_loses_its_run():
    stage = exchanging_stage()
    stage.client.next = [several(2)]
    stage.client.faults = {"token-4": UnknownResourceFault("gone")}
    stage.poller.handle(task(1, 9), more=100)
    for _ in range(2):
        stage.poller.handle(stage.poller.poll(), more=100)
    kept = [execution.workflow_id for execution in stage.cache._runs]
    assert kept == [EXECUTION.workflow_id, "w0"]


def test_a_poll_that_was_begun_is_given_up_with_the_poller():
    stage = exchanging_stage()
    stage.poller.handle(task(1, 9), more=100)
    pending = stage.poller._exchange._pending
    stage.poller.close()
    assert pending.closed


class Fans(Workflow):
    act = ActivityProxy("Act", 1)

    def run(self):
        for number in range(150):
            self.act(number)


@pytest.mark.parametrize(
    ("client_says", "settings", "sent"),
    [(None, None, 150), (100, None, 100), (100, DeciderSettings(most_decisions=7), 7)],
)
def test_an_answer_holds_as_many_decisions_as_the_service_takes(client_says, settings, sent):
    simulator = Simulator(Fans)
    started = simulator.start_decision()
    client = FakeClient()
    if client_says is not None:
        client.most_decisions = client_says
    decider = DecisionPoller(source(client), workflows(Fans), settings=settings)
    decider.handle(
        DecisionTask(
            task_token="t",
            started_event_id=started.event_id,
            workflow_execution=EXECUTION,
            workflow_type=TYPE,
            events=tuple(simulator.events),
        )
    )
    (request,) = client.sent
    assert len(request.decisions) == sent
    decider.close()


def test_an_answer_holds_more_than_the_timer_that_brings_the_rest():
    with pytest.raises(DefinitionError, match="most_decisions is at least 2"):
        DeciderSettings(most_decisions=1)


class Notes(Middleware):
    def __init__(self):
        self.seen = []

    def decision(self, input):
        ids = [event.event_id for event in input.events]
        self.seen.append((str(input.definition.id), ids, input.is_replayed))
        try:
            decided = yield input
        except StaleRunError:
            self.seen.append("stale")
            raise
        self.seen.append(decided.decisions)
        return decided


def test_middleware_goes_around_each_decision():
    notes = Notes()
    stage = Stage(FakeRun(), middleware=[notes])
    stage.poller.handle(task(1, 3))
    stage.poller.handle(task(3, 6))
    assert notes.seen == [
        ("resize 1", [1, 2, 3], True),
        (DECISION,),
        ("resize 1", [3, 4, 5, 6], False),
        (DECISION,),
    ]


def test_a_decision_that_fails_passes_through_its_middleware():
    notes = Notes()
    stage = Stage(FakeRun(), FakeRun(), middleware=[notes])
    stage.poller.handle(task(1, 3))
    stage.runs[0].raises = [StaleRunError("another way")]
    stage.client.answer(GetWorkflowExecutionHistory, History(events=events(1, 6)))
    stage.poller.handle(task(3, 6))
    assert "stale" in notes.seen
    assert stage.answered == ["token-3", "token-6"]
