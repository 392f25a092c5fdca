"""Tasks of a leaving worker: before their code, between its tries, and behind others."""

import threading

import pytest

from flowy.clock import ManualClock
from flowy.errors import HandedBack, SuspendTask
from flowy.execution.retry import RetryPolicy
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.ids import TypeId
from flowy.protocol.requests.activity_tasks import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.tasks import ActivityTaskStatus
from flowy.task import Activity
from flowy.task.resource import ResourceDefinition
from flowy.telemetry import ActivityEnded, TaskRetried, Telemetry
from flowy.worker.activities import ActivityPoller
from flowy.worker.middleware import Middleware
from flowy.worker.runtime import serve
from flowy.worker.slots import Pace
from flowy.worker.stop import Stop
from flowy.worker.workshop import ActivitySettings, Workshop
from tests.unit.worker.fakes import FakeClient, JumpingClock, activities, activity_task, source

PAUSES = RetryPolicy(attempts=4, delay=100, backoff=1, jitter=0)


class PausingClock(JumpingClock):
    """Does something in each pause."""

    in_pause = staticmethod(lambda: None)

    def wait(self, condition, until):
        super().wait(condition, until)
        self.in_pause()


class Fails(Activity):
    tries = 0

    def run(self):
        Fails.tries += 1
        raise ValueError("not yet")


@pytest.fixture
def client():
    return FakeClient()


@pytest.fixture
def clock():
    Fails.tries = 0
    return PausingClock()


def poller_of(client, clock, factory, listeners=(), settings=None, **definition):
    place = source(client, clock)
    shop = Workshop(settings or ActivitySettings(), ManualClock(0.0), place.stop)
    if listeners:
        object.__setattr__(place, "telemetry", Telemetry(*listeners))
    return ActivityPoller(place, activities(factory, **definition), shop)


class HandsBack(Middleware):
    """Has the worker hand back everything while a task is being prepared."""

    shop = None

    def __init__(self):
        self.outcomes = []

    def activity(self, input):
        self.shop.hand_back()
        try:
            return (yield input)
        except BaseException as error:
            self.outcomes.append(type(error).__name__)
            raise


@pytest.mark.parametrize("at_most_once", [True, False])
def test_a_task_that_is_handed_back_before_its_code_begins_is_not_run(client, clock, at_most_once):
    middleware, told = HandsBack(), []
    poller = poller_of(
        client,
        clock,
        Fails,
        [told.append],
        ActivitySettings(middleware=[middleware]),
        at_most_once=at_most_once,
    )
    middleware.shop = poller.shop
    poller.handle(activity_task())
    assert Fails.tries == 0
    (answer,) = client.of(RespondActivityTaskFailed)
    assert HandedBack.__name__ in answer.details
    assert middleware.outcomes == ["TaskCanceled"], "what it opened is closed"
    assert [each.outcome for each in told if isinstance(each, ActivityEnded)] == ["handed back"]
    assert poller.shop.wait(0)


def test_further_tries_keep_their_pauses_when_the_worker_is_to_leave(client, clock):
    poller = poller_of(client, clock, Fails, local_retry=PAUSES)
    poller.source.stop.wish()
    poller.handle(activity_task())
    assert (Fails.tries, clock.pauses) == (4, [100, 100, 100])


def test_no_further_try_follows_when_the_task_was_handed_back_in_a_pause(client, clock):
    poller = poller_of(client, clock, Fails, local_retry=PAUSES)
    clock.in_pause = poller.shop.hand_back
    poller.handle(activity_task())
    assert (Fails.tries, poller.shop.handed_back) == (1, 1)
    (answer,) = client.of(RespondActivityTaskFailed)
    assert HandedBack.__name__ in answer.details


def test_no_further_try_follows_when_it_is_cancelled_in_a_pause(client, clock):
    client.always(RecordActivityTaskHeartbeat, ActivityTaskStatus(cancel_requested=True))
    beats = []

    class Beats(Fails):
        def run(self):
            beats.append(self.heartbeat)
            return super().run()

    poller = poller_of(client, clock, Beats, local_retry=PAUSES)
    clock.in_pause = lambda: beats[0]("")
    poller.handle(activity_task())
    assert Fails.tries == 1
    assert client.of(RespondActivityTaskCanceled)


def test_the_tries_of_an_inline_activity_are_counted(client, clock):
    told = []
    poller = poller_of(client, clock, Fails, [told.append], local_retry=PAUSES)
    poller.handle(activity_task())
    assert [each.count for each in told if isinstance(each, TaskRetried)] == [3]


def test_a_task_that_comes_when_the_grace_time_is_over_counts_as_handed_back(client, clock):
    """A worker that leaves with status 0 has handed back none."""
    poller = poller_of(client, clock, Fails)
    poller.shop.hand_back()
    assert poller.shop.handed_back == 0
    poller.handle(activity_task())
    assert (Fails.tries, poller.shop.handed_back) == (0, 1)
    assert client.of(RespondActivityTaskFailed)


class Begun:
    """A poll that brought several tasks at once."""

    def __init__(self, *tasks):
        self.tasks = tasks

    def wait(self):
        return self.tasks


class Slow(Activity):
    def run(self):
        return 1


def test_the_patience_with_those_taken_together_is_that_of_the_first(client, clock):
    """Else fifteen that take a fifth of a second each would let the last wait for three."""
    poller = poller_of(client, clock, Slow)
    begun = []
    poller._together.begin = lambda: begun.append(True)
    poller._exchange._pending = Begun(activity_task(), activity_task(), activity_task())
    for _ in range(3):
        poller.handle(poller.poll(), 10)
        poller._appetite.most = 1  # as after one that was slow: its answer does not wait
    assert begun == [True]


def test_a_leaving_worker_takes_no_task_for_the_sake_of_its_pace(client, clock):
    stop = Stop(clock)
    pace = Pace(1, clock, stop)
    assert pace.take()
    stop.wish()
    assert not pace.take()
    settings = ActivitySettings(per_second=1)
    poller = poller_of(client, clock, Slow, settings=settings)
    poller.shop.pace.take()
    poller.shop.pace._stop = stop
    assert poller.poll() is None
    assert client.sent == []


class Prepares(Middleware):
    def __init__(self, seen):
        self.seen = seen

    def activity(self, input):
        self.seen.append("prepared")
        return (yield input)


def test_a_task_is_heartbeated_while_it_is_prepared(client, clock):
    """Its input may be on a volume that is slow, and its history long."""
    seen = []
    settings = ActivitySettings(middleware=[Prepares(seen)])
    poller = poller_of(client, clock, Slow, settings=settings)
    begin = poller.shop.pulse.begin

    def begins(heartbeat):
        seen.append("beats")
        return begin(heartbeat)

    poller.shop.pulse.begin = begins
    poller.handle(activity_task())
    assert seen == ["beats", "prepared"]


def test_a_task_that_is_over_before_its_code_is_told_as_lost(client, clock):
    client.always(RecordActivityTaskHeartbeat, UnknownResourceFault("it is over"))

    class Looks(Activity):
        def run(self):
            self.heartbeat("")
            self.check_cancel()

    told = []
    poller = poller_of(client, clock, Looks, [told.append])
    poller.handle(activity_task())
    assert [each.outcome for each in told if isinstance(each, ActivityEnded)] == ["lost"]


class Sometimes(Activity):
    def run(self, is_left_open):
        if is_left_open:
            Sometimes.stop.wish()
            raise SuspendTask
        return "done"


@pytest.mark.parametrize("last", ["open", "unknown"])
def test_answers_that_wait_are_sent_when_the_last_task_has_none_and_the_worker_leaves(
    client, clock, last
):
    poller = poller_of(client, clock, Sometimes)
    stop = Sometimes.stop = poller.source.stop
    poller._appetite.most = 4
    quick, left_open = activity_task("[[false], {}]"), activity_task("[[true], {}]")
    unknown = activity_task(type_id=TypeId(name="unknown", version="1"))
    poller._exchange._pending = Begun(quick, {"open": left_open, "unknown": unknown}[last])
    taken = poller.poll

    def poll():
        task = taken()
        if task.activity_type == unknown.activity_type:
            stop.wish()
        return task

    poller.poll = poll
    serve(poller, stop)
    assert [each.result for each in client.of(RespondActivityTaskCompleted)] == ['"done"']


@pytest.mark.parametrize(("leaves", "why"), [(False, "blocks the thread"), (True, "leaves")])
def test_what_is_handed_back_behind_one_that_blocks_says_so(client, clock, leaves, why):
    poller = poller_of(client, clock, Slow)
    poller._exchange._pending = Begun(activity_task(), activity_task())
    poller.poll()
    poller.shop.is_closing = leaves
    poller._relieve([])
    (answer,) = client.of(RespondActivityTaskFailed)
    assert HandedBack.__name__ in answer.details
    assert why in answer.reason


class Session:
    """What a task has for itself."""


def sessions(events, closed=None):
    def make():
        events.append("opened")
        yield Session()
        events.append("closed")
        if closed is not None:
            closed.set()

    return [ResourceDefinition(kind=Session, make=make, lifespan="task")]


@pytest.mark.parametrize("strategy", ["inline", "thread"])
@pytest.mark.parametrize("opens", ["before", "after"])
def test_what_a_task_has_for_itself_is_closed_when_its_code_has_ended(
    client, clock, strategy, opens
):
    events, closed = [], threading.Event()

    class Uses(Activity):
        def run(self):
            if opens == "before":
                self.resource(Session)
            poller.shop.hand_back()
            self.resource(Session)
            events.append("ended")

    settings = ActivitySettings(resources=sessions(events, closed), strategy=strategy)
    poller = poller_of(client, clock, Uses, settings=settings)
    if strategy == "thread":
        poller.shop.slots.take(("thread",))
    poller.handle(activity_task())
    assert closed.wait(60)
    poller.shop.close()
    assert events == ["opened", "ended", "closed"]
    assert client.of(RespondActivityTaskFailed)


def test_what_a_task_had_for_its_preparation_is_closed_when_it_was_handed_back(client, clock):
    events = []

    class Opens(HandsBack):
        def activity(self, input):
            poller.shop.resources.get(Session, next(iter(poller.shop._jobs))._lives)
            return (yield from super().activity(input))

    middleware = Opens()
    settings = ActivitySettings(resources=sessions(events), middleware=[middleware])
    poller = poller_of(client, clock, Slow, settings=settings)
    middleware.shop = poller.shop
    poller.handle(activity_task())
    assert events == ["opened", "closed"]
