"""What deciders and activity workers tell of their tasks, and on whose behalf code runs."""

import itertools
from dataclasses import replace

import msgspec
import pytest

from flowy.clock import ManualClock
from flowy.errors import NondeterminismError, PayloadUnavailable, ServiceUnavailable, SuspendTask
from flowy.protocol.events.activity import (
    ActivityTaskScheduled,
    ActivityTaskScheduledAttributes,
    ActivityTaskStarted,
    ActivityTaskStartedAttributes,
)
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.ids import TaskList, TypeId
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.task import Activity, Workflow
from flowy.task.context import ActivityInfo
from flowy.telemetry import (
    ActivityEnded,
    CallFailed,
    DecisionEnded,
    SlotsUsed,
    TaskRetried,
    TaskWaited,
    Telemetry,
    current_work,
)
from flowy.transport.packing import Packing
from flowy.worker import elsewhere
from flowy.worker.activities import ActivityPoller
from flowy.worker.decisions import DecisionPoller
from flowy.worker.telling import DecisionTeller
from flowy.worker.texts import PATIENCE
from flowy.worker.workshop import ActivitySettings, Workshop
from tests.noise import noise
from tests.unit.worker.fakes import (
    EXECUTION,
    TYPE,
    FakeClient,
    JumpingClock,
    activities,
    activity_task,
    source,
    workflows,
)
from tests.unit.worker.test_decisions import FakeRun, task


@pytest.fixture
def client():
    return FakeClient()


@pytest.fixture
def heard():
    return []


@pytest.fixture
def place(client, heard):
    return replace(source(client), telemetry=Telemetry(heard.append))


def deciding(place, *runs):
    made = iter(runs)
    return DecisionPoller(place, workflows(Workflow), make_run=lambda *_: next(made))


def of(heard, kind):
    return [each for each in heard if isinstance(each, kind)]


# Decisions


def test_a_decision_is_told_when_the_service_has_taken_it(place, heard):
    run = FakeRun()
    poller = deciding(place, run)
    poller.handle(task(1, 3))
    poller.handle(replace_started(task(4, 6), 3))

    first, second = of(heard, DecisionEnded)
    assert (first.outcome, first.cache, first.replayed, first.decisions) == (
        "decided",
        "first",
        0,
        1,
    )
    assert (second.outcome, second.cache, second.kept) == ("decided", "hit", 0)
    assert first.work.kind == "decision"
    assert first.work.run_id == EXECUTION.run_id
    assert (first.work.type, first.work.event_id) == (str(TYPE), 3)


def replace_started(given, previous):
    return msgspec.structs.replace(given, previous_started_event_id=previous)


def test_a_run_that_was_not_kept_is_told_as_a_miss_with_what_was_replayed(place, heard):
    poller = deciding(place, FakeRun())
    poller.handle(replace_started(task(1, 9), 3))
    (ended,) = of(heard, DecisionEnded)
    assert (ended.cache, ended.replayed) == ("miss", 9)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NondeterminismError("it has changed"), "held"),
        (PayloadUnavailable("the volume is away"), "held"),
        (ServiceUnavailable("no history"), "held"),
        (ValueError("odd code"), "failed"),
    ],
)
def test_what_cannot_be_decided_is_told_with_its_reason(place, heard, error, outcome):
    deciding(place, FakeRun([error])).handle(task(1, 3))
    (ended,) = of(heard, DecisionEnded)
    assert (ended.outcome, ended.reason) == (outcome, f"{type(error).__name__}: {error}")


def test_an_answer_that_does_not_arrive_is_lost(place, client, heard):
    client.always(RespondDecisionTaskCompleted, UnknownResourceFault("it has timed out"))
    deciding(place, FakeRun()).handle(task(1, 3))
    (ended,) = of(heard, DecisionEnded)
    assert ended.outcome == "lost"
    assert "it has timed out" in ended.reason


def test_code_of_a_workflow_runs_on_behalf_of_its_execution(place):
    seen = []

    class Looks(FakeRun):
        def feed(self, fed):
            seen.append(current_work())
            return super().feed(fed)

    deciding(place, Looks()).handle(task(1, 3))
    assert seen[0].workflow_id == EXECUTION.workflow_id
    assert current_work() is None


def scheduled(event_id, at, activity_id="0"):
    return ActivityTaskScheduled(
        event_id=event_id,
        event_timestamp=at,
        attributes=ActivityTaskScheduledAttributes(
            activity_id=activity_id,
            activity_type=TypeId(name="resize", version="1"),
            decision_task_completed_event_id=4,
            task_list=TaskList(name="images"),
        ),
    )


def started(event_id, at, of_event):
    attributes = ActivityTaskStartedAttributes(scheduled_event_id=of_event)
    return ActivityTaskStarted(event_id=event_id, event_timestamp=at, attributes=attributes)


def look(teller, events, previous, last):
    given = msgspec.structs.replace(
        task(1, 1), events=tuple(events), previous_started_event_id=previous, started_event_id=last
    )
    with teller.begin(given, EXECUTION, TYPE):
        pass


def test_histories_say_how_long_activities_waited_also_over_decisions(place, heard):
    teller = DecisionTeller(place)
    look(teller, [scheduled(5, 100.0), scheduled(6, 101.0), started(7, 102.5, 5)], 3, 8)
    look(teller, [scheduled(5, 100.0), started(7, 102.5, 5), started(9, 131.0, 6)], 8, 10)
    waited = [(each.kind, each.type, each.schedule_to_start) for each in of(heard, TaskWaited)]
    assert waited == [("activity", "resize 1", 2.5), ("activity", "resize 1", 30.0)]


def test_further_attempts_are_told(place, heard):
    teller = DecisionTeller(place)
    look(teller, [scheduled(5, 100.0), scheduled(6, 100.0, "2~0.2")], 3, 8)
    assert of(heard, TaskRetried) == [
        TaskRetried(kind="decision", domain="photos", type="resize 1")
    ]


def test_nothing_is_remembered_when_nobody_listens(client):
    teller = DecisionTeller(source(client))
    look(teller, [scheduled(5, 100.0)], 3, 8)
    assert not teller._scheduled
    assert teller.decided(FakeRun(), None, 0) is None


# Activities


def doing(place, run):
    """Return a poller whose heartbeats are never due by themselves."""
    registry = activities(type("Resize", (Activity,), {"run": run}))
    shop = Workshop(ActivitySettings(), ManualClock(0.0), place.stop, place.telemetry)
    return ActivityPoller(place, registry, shop)


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [(None, "completed"), (ValueError("no disk"), "failed"), (SuspendTask(), "suspended")],
)
def test_the_end_of_an_activity_is_told(place, heard, raised, outcome):
    def run(self):
        place.clock.moment += 5
        if raised is not None:
            raise raised

    poller = doing(place, run)
    poller.handle(activity_task())
    poller.close()
    (ended,) = of(heard, ActivityEnded)
    assert (ended.outcome, ended.seconds) == (outcome, 5.0)
    assert ended.work.activity_id == "0"
    assert [(each.strategy, each.used) for each in of(heard, SlotsUsed)] == [
        ("inline", 1),
        ("inline", 0),
    ]


def test_code_of_an_activity_runs_on_its_behalf(place):
    seen = []
    poller = doing(place, lambda self: seen.append(current_work()))
    poller.handle(activity_task())
    poller.close()
    (work,) = seen
    assert (work.kind, work.domain, work.type) == ("activity", "photos", "resize 1")
    assert (work.workflow_id, work.run_id) == (EXECUTION.workflow_id, EXECUTION.run_id)
    assert (work.activity_id, work.attempt) == ("0", 1)
    assert current_work() is None


class Elsewhere(Activity):
    def run(self):
        return current_work()


def test_code_of_an_activity_in_another_process_does_so_too():
    info = ActivityInfo(
        domain="photos",
        task_list="images",
        type=TYPE,
        workflow_id="order-7",
        run_id="run-1",
        activity_id="0",
        attempt=2,
        idempotency_key="k",
    )
    place = elsewhere.Place(module=__name__, qualname="Elsewhere", type=TYPE)
    work = elsewhere.run(elsewhere.Sent(place=place, input=None, token="t", info=info), [], {})
    assert (work.run_id, work.attempt) == ("run-1", 2)


# A volume that is away


class Away:
    """Blobs that come back after so many tries."""

    def __init__(self, tries):
        self.tries = itertools.count(1)
        self.back_after = tries
        self.texts = {}

    def put(self, address, blob):
        if next(self.tries) <= self.back_after:
            raise PayloadUnavailable("it is full: make room")
        self.texts[address] = blob

    def get(self, address):
        if next(self.tries) <= self.back_after:
            raise PayloadUnavailable("it is not mounted")
        return self.texts[address]


def test_a_result_waits_for_a_volume_that_is_away_for_a_moment(client, heard):
    telemetry = Telemetry(heard.append)
    place = replace(source(client), packing=Packing(blobs=Away(3)), telemetry=telemetry)
    poller = doing(place, lambda self: noise(60_000))
    poller.handle(activity_task())
    poller.close()
    (answer,) = client.of(RespondActivityTaskCompleted)
    assert "sha256" in answer.result
    assert [each.error for each in of(heard, CallFailed)] == ["PayloadUnavailable"] * 3


def test_an_activity_whose_result_finds_no_room_for_a_minute_fails_and_says_why(client):
    clock = JumpingClock()
    place = replace(source(client, clock), packing=Packing(blobs=Away(1_000)))
    poller = doing(place, lambda self: noise(60_000))
    began = clock.now()
    poller.handle(activity_task())
    poller.close()
    (answer,) = client.of(RespondActivityTaskFailed)
    assert answer.reason == "it is full: make room"
    assert PATIENCE <= clock.now() - began < 2 * PATIENCE


def test_an_activity_whose_input_cannot_be_fetched_for_a_minute_fails_and_says_why(client):
    blobs = Away(0)
    text = Packing(blobs=blobs).pack(f'[["{noise(60_000)}"], {{}}]', "it")
    blobs.back_after = 1_000
    place = replace(source(client), packing=Packing(blobs=blobs))
    poller = doing(place, lambda self, text: 1)
    poller.handle(activity_task(text))
    poller.close()
    (answer,) = client.of(RespondActivityTaskFailed)
    assert answer.reason == "the input of resize 1 cannot be read: it is not mounted"
