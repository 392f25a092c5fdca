"""When a decider has a list of its own, what its answers say, and what it makes of the service."""

import dataclasses
import threading

import pytest
from msgspec.structs import replace

from flowy.errors import ServiceUnreachable
from flowy.protocol.events import decision
from flowy.protocol.faults import UnknownOperationException, UnknownResourceFault
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.decision_tasks import (
    PollForDecisionTask,
    RespondDecisionTaskCompleted,
)
from flowy.protocol.requests.extensions import LeaveTaskList
from flowy.protocol.tasks import DecisionTask
from flowy.telemetry import PollEnded, Telemetry
from flowy.worker.poller import LAST_PAUSE
from flowy.worker.sticky import Stickiness, Sticky, own_list
from flowy.worker.two_lists import TwoLists
from tests.unit.worker.fakes import EXECUTION, FakeClient, JumpingClock, source

PATIENCE = 20
ANSWER = RespondDecisionTaskCompleted(task_token="t")
OWN = own_list("images", "photos me")


class NoExchange:
    has_begun = False
    closed = False

    def close(self):
        self.closed = True


class Parked(FakeClient):
    """Polls wait here until the test brings a task to their list, or they are interrupted."""

    def __init__(self):
        super().__init__()
        self._condition = threading.Condition()
        self._tasks = []
        self._left = False

    def bring(self, task_list, task):
        with self._condition:
            self._tasks.append((task_list, task))
            self._condition.notify_all()

    def interrupt(self):
        with self._condition:
            self._left = True
            self._condition.notify_all()

    def call(self, request):
        if not isinstance(request, PollForDecisionTask):
            return super().call(request)
        self.sent.append(request)
        with self._condition:
            while not self._left:
                for entry in self._tasks:
                    if entry[0] == request.task_list.name:
                        self._tasks.remove(entry)
                        if isinstance(entry[1], Exception):
                            raise entry[1]
                        return entry[1]
                self._condition.wait(PATIENCE)
        return DecisionTask()


def task(token):
    return DecisionTask(task_token=token, started_event_id=3, workflow_execution=EXECUTION)


@pytest.fixture
def place():
    place = source(Parked())
    yield place
    place.stop.wish()
    place.client.interrupt()


def begun(place):
    stickiness = Stickiness(place, Sticky(at_once=True, name="me"))
    stickiness.inlet(NoExchange())
    return stickiness


def history(task_list, own=True):
    """Return the events that follow an answer: the next task waits on that list."""
    completed = decision.DecisionTaskCompletedAttributes(scheduled_event_id=2, started_event_id=3)
    scheduled = decision.DecisionTaskScheduledAttributes(task_list=TaskList(name=task_list))
    over = replace(scheduled, task_list=TaskList(name="images"))
    return [
        decision.DecisionTaskCompleted(event_id=4, event_timestamp=0.0, attributes=completed),
        decision.DecisionTaskScheduled(event_id=5, event_timestamp=0.0, attributes=scheduled),
        decision.DecisionTaskScheduled(event_id=7, event_timestamp=0.0, attributes=over),
    ]


def test_a_lone_decider_has_no_list_of_its_own(place):
    stickiness = Stickiness(place, Sticky())
    exchange = NoExchange()
    assert stickiness.inlet(exchange) is exchange
    assert stickiness.place(ANSWER, EXECUTION) is ANSWER


def test_it_begins_when_another_decided_in_between_and_no_poll_is_under_way(place):
    stickiness = Stickiness(place, Sticky(name="me"))
    exchange = NoExchange()
    stickiness.decided_elsewhere()
    exchange.has_begun = True
    assert stickiness.inlet(exchange) is exchange
    exchange.has_begun = False
    assert isinstance(stickiness.inlet(exchange), TwoLists)
    assert exchange.closed
    assert stickiness.task_list == OWN


def test_without_the_wish_it_never_begins(place):
    stickiness = Stickiness(place, None)
    stickiness.decided_elsewhere()
    assert not stickiness.is_due


def test_a_name_may_hold_bytes_that_are_no_text():
    assert own_list("orders", "pod \udcff") != own_list("orders", "pod \udcfe")


def test_an_answer_brings_the_next_tasks_for_some_seconds(place):
    placed = begun(place).place(ANSWER, EXECUTION)
    assert placed.task_list == TaskList(name=OWN)
    assert placed.task_list_schedule_to_start_timeout == "5"


def test_an_answer_that_moves_the_execution_for_good_stays_as_it_is(place):
    moved = replace(ANSWER, task_list=TaskList(name="build-7"))
    assert begun(place).place(moved, EXECUTION) is moved


def test_a_leaving_decider_gives_the_execution_back_to_all(place):
    stickiness = begun(place)
    place.stop.wish()
    placed = stickiness.place(ANSWER, EXECUTION)
    assert placed.task_list == TaskList(name="images")
    assert placed.task_list_schedule_to_start_timeout is None


def test_a_service_that_ignores_it_three_times_is_not_asked_again(place, caplog):
    stickiness = begun(place)
    for _ in range(3):
        assert stickiness.place(ANSWER, EXECUTION) is not ANSWER
        stickiness.came(EXECUTION, history("images"))
    assert stickiness.place(ANSWER, EXECUTION) is ANSWER
    assert "ignores temporary task lists" in caplog.text
    stickiness.decided_elsewhere()
    assert not stickiness.is_due
    assert stickiness.task_list is None


def test_one_task_that_came_as_asked_ends_all_doubts(place):
    stickiness = begun(place)
    for name in ("images", "images", OWN, "images", "images"):
        stickiness.place(ANSWER, EXECUTION)
        stickiness.came(EXECUTION, history(name))
    assert stickiness.task_list == OWN


def test_tasks_come_from_both_lists_one_at_a_time(place):
    lists = TwoLists(place, OWN)
    place.client.bring("images", task("shared"))
    assert lists.poll().task_token == "shared"
    place.client.bring(OWN, task("own"))
    assert lists.poll().task_token == "own"
    trims = {r.task_list.name: r.start_at_previous_started_event for r in place.client.sent}
    assert trims == {"images": None, OWN: True}


def test_what_a_poll_could_not_do_is_raised_where_it_is_logged(place):
    lists = TwoLists(place, OWN)
    place.client.bring(OWN, UnknownResourceFault("gone"))
    with pytest.raises(UnknownResourceFault, match="gone"):
        lists.poll()
    place.client.bring(OWN, task("own"))
    assert lists.poll().task_token == "own"


def test_a_list_that_cannot_be_polled_holds_up_no_other(place):
    told = []
    place = dataclasses.replace(place, telemetry=Telemetry(told.append))
    lists = TwoLists(place, OWN)
    place.client.bring("images", ServiceUnreachable("down"))
    place.client.bring(OWN, task("own"))
    assert lists.poll().task_token == "own"
    place.client.bring("images", task("shared"))
    assert lists.poll().task_token == "shared"
    (ended,) = [each for each in told if isinstance(each, PollEnded)]
    assert (ended.task_list, ended.outcome) == ("images", "failed")


def test_a_task_that_came_while_leaving_is_still_taken(place):
    lists = TwoLists(place, OWN)
    place.client.bring("images", task("late"))
    while "images" not in lists._came:
        with lists._condition:
            lists._condition.wait(0.01)
    place.stop.wish()
    place.client.interrupt()
    assert lists.has_begun
    assert lists.poll().task_token == "late"
    assert place.client.of(LeaveTaskList) == []
    while lists.has_begun:
        assert lists.poll() == DecisionTask()


def test_a_list_is_left_when_every_answer_that_sends_executions_there_is_sent(place):
    lists = TwoLists(place, OWN)
    place.client.bring(OWN, task("late"))
    while OWN not in lists._came:
        with lists._condition:
            lists._condition.wait(0.01)
    place.stop.wish()
    place.client.interrupt()
    place.client.answer(LeaveTaskList, task("waited"))
    assert lists.poll().task_token == "late"
    assert place.client.of(LeaveTaskList) == []
    assert lists.poll().task_token == "waited"
    assert lists.has_begun
    while lists.has_begun:
        assert lists.poll() == DecisionTask()


class Alone(Parked):
    """A client of a service that cannot be told who leaves; another one of it waits on."""

    def __init__(self):
        super().__init__()
        self.other = Parked()
        self.always(LeaveTaskList, UnknownOperationException("no"))

    def another(self):
        return self.other


def test_where_that_cannot_be_told_the_list_is_served_until_nobody_is_sent_there():
    place = source(Alone())
    place.stop.grant(PATIENCE)
    needed = [True]
    lists = TwoLists(place, OWN, lambda: bool(needed))
    place.stop.wish()
    place.client.interrupt()
    place.client.other.bring(OWN, task("first"))
    place.client.other.bring(OWN, task("second"))
    assert lists.poll() == DecisionTask(), "the service is asked"
    assert lists.poll().task_token == "first"
    assert lists.poll().task_token == "second"
    needed.clear()
    place.client.other.interrupt()
    while lists.has_begun:
        assert lists.poll() == DecisionTask()


def test_where_that_cannot_be_told_a_service_that_is_away_is_asked_now_and_then():
    clock = JumpingClock()
    place = source(Alone(), clock)
    place.stop.grant(10)
    place.client.other = FakeClient()
    place.client.other.always(PollForDecisionTask, ServiceUnreachable("down"))
    lists = TwoLists(place, OWN, lambda: True)
    place.stop.wish()
    place.client.interrupt()
    while lists.has_begun:
        assert lists.poll() == DecisionTask()
    assert len(place.client.other.sent) == 10 / LAST_PAUSE


def test_where_that_cannot_be_told_the_grace_time_ends_it():
    place = source(Alone())
    lists = TwoLists(place, OWN, lambda: True)
    place.stop.wish()
    place.client.interrupt()
    while lists.has_begun:
        assert lists.poll() == DecisionTask()


def test_a_decider_waits_for_executions_that_it_has_not_given_back(place):
    stickiness = begun(place)
    lists = stickiness._lists
    assert not lists._is_needed()
    stickiness.place(ANSWER, EXECUTION)
    assert lists._is_needed()
    stickiness.closed(EXECUTION)
    assert not lists._is_needed()
    stickiness.place(ANSWER, EXECUTION)
    place.stop.wish()
    stickiness.place(ANSWER, EXECUTION)
    assert not lists._is_needed()


def test_lists_of_different_deciders_have_different_names_that_swf_takes():
    names = {own_list("images", f"host:{number}/1") for number in range(50)}
    assert len(names) == 50
    assert all(len(name) < 256 and not set(name) & set(":/|") for name in names)
    assert len(own_list("x" * 256, "me")) <= 256


def test_a_decider_that_takes_anothers_place_has_its_list(place):
    def own(name):
        stickiness = Stickiness(place, Sticky(at_once=True, name=name))
        stickiness.inlet(NoExchange())
        return stickiness.task_list

    assert own("host 1 0") == own("host 1 0") != own("host 1 1")
    assert own("") != own("")
