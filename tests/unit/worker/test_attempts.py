"""What the history tells of the attempts before one."""

import json

import pytest

from flowy.clock import ManualClock
from flowy.errors import HandedBack, NotRepeated, ServiceUnavailable
from flowy.protocol.events import activity
from flowy.protocol.ids import ExecutionId, TaskList
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.tasks import ActivityTask, History
from flowy.task import Activity
from flowy.transport import failure
from flowy.worker.activities import ActivityPoller
from flowy.worker.attempts import Before, before
from flowy.worker.job import info
from flowy.worker.workshop import ActivitySettings, Workshop
from tests.unit.worker.fakes import EXECUTION, TYPE, FakeClient, activities, source


@pytest.fixture
def client():
    return FakeClient()


class Told:
    """A history of activities, told in order and read backwards in pages of two."""

    def __init__(self):
        self.events = []

    def add(self, cls, **attributes):
        made = cls(
            event_id=len(self.events) + 1,
            event_timestamp=0.0,
            attributes=cls.__annotations__["attributes"](**attributes),
        )
        self.events.append(made)
        return made.event_id

    def scheduled(self, activity_id):
        return self.add(
            activity.ActivityTaskScheduled,
            activity_id=activity_id,
            activity_type=TYPE,
            task_list=TaskList(name="images"),
            decision_task_completed_event_id=1,
        )

    def attempt(self, activity_id, *, began=True, details=None, failed=None):
        event_id = self.scheduled(activity_id)
        started = 0
        if began:
            started = self.add(activity.ActivityTaskStarted, scheduled_event_id=event_id)
        ids = {"scheduled_event_id": event_id, "started_event_id": started}
        if failed is not None:
            self.add(activity.ActivityTaskFailed, reason="no", details=failed, **ids)
        else:
            kind = "HEARTBEAT" if began else "SCHEDULE_TO_START"
            self.add(activity.ActivityTaskTimedOut, timeout_type=kind, details=details, **ids)
        return self

    def answer_to(self, client):
        events = self.events[::-1]
        pages = [events[start : start + 2] for start in range(0, len(events), 2)]

        def page(request):
            assert request.reverse_order
            number = int(request.next_page_token or 0)
            more = str(number + 1) if number + 1 < len(pages) else None
            return History(events=tuple(pages[number]), next_page_token=more)

        client.always(GetWorkflowExecutionHistory, page)


def looked(client, told, activity_id):
    told.scheduled(activity_id)
    told.answer_to(client)
    return before(source(client), EXECUTION, activity_id)


def test_a_first_attempt_has_nothing_before_it_and_asks_nothing(client):
    assert before(source(client), EXECUTION, "7") == Before()
    assert before(source(client), EXECUTION, "7~7.1.30") == Before()
    assert client.sent == []


def test_the_newest_attempt_that_reported_is_told(client):
    told = Told().attempt("7", details="a third").attempt("8~7.2", details="half")
    told.attempt("9~7.3").attempt("20", details="of another call").attempt("21~20.2")
    assert looked(client, told, "10~7.4") == Before(began=(3, 2, 1), details="half")


def test_a_failure_tells_what_the_heartbeats_said(client):
    _, details = failure.describe(ValueError("no"), '{"progress":{"done":3.0,"details":"row 9"}}')
    assert looked(client, Told().attempt("7", failed=details), "8~7.2").details == "row 9"
    assert looked(client, Told().attempt("7", failed="not ours"), "8~7.2").details is None


def test_an_attempt_that_no_worker_took_has_not_begun(client):
    told = Told().attempt("7", began=False).attempt("8~7.2", began=False)
    assert looked(client, told, "9~7.3") == Before()


def test_pages_are_read_until_the_first_attempt(client):
    told = Told()
    for number in range(100, 110):
        told.attempt(str(number))
    told.attempt("7", details="half")
    assert looked(client, told, "8~7.2").details == "half"
    assert len(client.of(GetWorkflowExecutionHistory)) == 2


# At most once


def doing(client, activity_id, **settings):
    ran = []

    class Pays(Activity):
        def run(self):
            ran.append(self.attempt)
            return "paid"

    place = source(client)
    registry = activities(Pays, at_most_once=True, **settings)
    shop = Workshop(ActivitySettings(), ManualClock(0.0), place.stop)
    task = ActivityTask(
        task_token="token",
        activity_id=activity_id,
        activity_type=TYPE,
        workflow_execution=EXECUTION,
        input="[[], {}]",
    )
    poller = ActivityPoller(place, registry, shop)
    poller.handle(task)
    poller.close()
    shop.close()
    answers = client.of(RespondActivityTaskCompleted) + client.of(RespondActivityTaskFailed)
    return ran, answers[-1]


def test_what_is_done_at_most_once_is_left_alone_when_an_attempt_had_begun(client):
    told = Told().attempt("7").attempt("8~7.2", began=False)
    told.scheduled("9~7.3")
    told.answer_to(client)
    ran, answer = doing(client, "9~7.3")
    assert ran == []
    assert answer.reason.startswith("attempt 1 of activity resize 1 #9~7.3 of order-7")
    assert json.loads(answer.details)["type"] == f"{NotRepeated.__module__}.NotRepeated"


def test_it_is_done_when_no_attempt_had_begun(client):
    told = Told().attempt("7", began=False)
    told.scheduled("8~7.2")
    told.answer_to(client)
    ran, answer = doing(client, "8~7.2")
    assert ran == [2]
    assert answer.result == '"paid"'


def test_it_is_left_alone_when_the_history_cannot_be_read(client):
    client.always(GetWorkflowExecutionHistory, ServiceUnavailable("down"))
    ran, answer = doing(client, "8~7.2")
    assert ran == []
    assert answer.reason == "down"


# Keys


def key(activity_id, execution=EXECUTION, domain="photos"):
    place = source(FakeClient())
    task = ActivityTask(task_token="t", activity_id=activity_id, workflow_execution=execution)
    return info(place, task).idempotency_key


def test_the_key_is_that_of_the_call_and_of_no_other():
    same = {key("7"), key("8~7.2"), key("9~7.3.30"), key("30~7.1")}
    assert len(same) == 1
    others = [
        key("8"),
        key("7", ExecutionId(workflow_id="order-7", run_id="run-2")),
        key("7", ExecutionId(workflow_id="order-8", run_id="run-1")),
        key("17", ExecutionId(workflow_id="order-", run_id="run-1")),
        key("order-7"),
    ]
    assert len({*same, *others}) == 6


def test_handing_back_is_known_by_its_type():
    _, details = failure.describe(HandedBack("leaves"))
    found = failure.remote(details)
    assert found is not None
    assert found.type == failure.HANDED_BACK
