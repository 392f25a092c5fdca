"""A decider that leaves takes what waits on its list, and looks once more before it goes."""

import pytest

from flowy.errors import ServiceUnavailable
from flowy.protocol.faults import UnknownOperationException, UnknownResourceFault
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.requests.extensions import LeaveTaskList
from flowy.protocol.tasks import DecisionTask
from flowy.worker.leaving import LOOK_AGAIN, Leaving, uninterrupted
from tests.unit.worker.fakes import FakeClient, JumpingClock, source

POLL = PollForDecisionTask(
    domain="photos",
    task_list=TaskList(name="mine"),
    identity="me",
    start_at_previous_started_event=True,
)


@pytest.fixture
def clock():
    return JumpingClock()


@pytest.fixture
def place(clock):
    place = source(FakeClient(), clock)
    place.stop.wish()
    return place


def task(token):
    return DecisionTask(task_token=token, started_event_id=3)


def test_it_takes_all_that_waits(place):
    place.client.answer(LeaveTaskList, task("a"), task("b"), DecisionTask(), DecisionTask())
    leaving = Leaving(place, POLL)
    assert leaving.begin().task_token == "a"
    assert leaving.next().task_token == "b"
    assert leaving.goes_on
    assert leaving.next() == DecisionTask()
    assert (leaving.goes_on, leaving.is_told) == (False, True)
    assert place.client.sent[0] == LeaveTaskList(
        domain="photos", task_list=TaskList(name="mine"), identity="me"
    )


def test_it_looks_again_a_moment_later(place, clock):
    place.client.answer(LeaveTaskList, DecisionTask(), DecisionTask(), task("late"))
    leaving = Leaving(place, POLL)
    leaving.begin()
    assert leaving.next().task_token == "late"
    assert clock.pauses == [LOOK_AGAIN]


def test_all_pages_of_a_task_are_read(place):
    first = DecisionTask(task_token="a", started_event_id=3, next_page_token="more")
    place.client.answer(LeaveTaskList, first)
    place.client.answer(PollForDecisionTask, DecisionTask(task_token="a"))
    assert Leaving(place, POLL).begin().next_page_token is None
    (page,) = place.client.of(PollForDecisionTask)
    assert page.next_page_token == "more"


def test_a_service_that_cannot_be_told_is_no_error(place):
    place.client.always(LeaveTaskList, UnknownOperationException("no"))
    leaving = Leaving(place, POLL)
    assert leaving.begin() == DecisionTask()
    assert (leaving.goes_on, leaving.is_told) == (False, False)
    assert leaving.next() == DecisionTask()


def test_a_service_that_starts_anew_is_told_later(place):
    place.client.answer(LeaveTaskList, *[ServiceUnavailable("gone")] * 3, task("a"))
    assert Leaving(place, POLL).begin().task_token == "a"


def test_a_service_that_stays_away_is_given_up_loudly(place, caplog):
    place.client.always(LeaveTaskList, ServiceUnavailable("gone"))
    leaving = Leaving(place, POLL)
    assert leaving.begin() == DecisionTask()
    assert not leaving.goes_on
    assert "leaving task list mine failed" in caplog.text


def test_a_service_that_does_not_know_it_any_more_is_not_asked_for_ever(place):
    """Servers of two versions behind one address, such as in a rolling upgrade."""
    place.client.answer(LeaveTaskList, task("a"))
    leaving = Leaving(place, POLL)
    assert leaving.begin().task_token == "a"
    place.client.always(LeaveTaskList, UnknownOperationException("no"))
    assert leaving.next() == DecisionTask()
    assert (leaving.goes_on, leaving.is_told) == (False, True)


def test_a_task_whose_pages_cannot_be_read_is_not_the_last(place):
    first = DecisionTask(task_token="a", started_event_id=3, next_page_token="more")
    place.client.answer(LeaveTaskList, first, task("b"))
    place.client.always(PollForDecisionTask, UnknownResourceFault("over"))
    leaving = Leaving(place, POLL)
    with pytest.raises(UnknownResourceFault):
        leaving.begin()
    assert (leaving.goes_on, leaving.is_told) == (True, True)
    assert leaving.next().task_token == "b"


def test_a_client_without_another_has_none():
    assert uninterrupted(FakeClient()) is None
