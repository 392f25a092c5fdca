"""What becomes of an activity task, whatever the user's code does."""

import asyncio
import json
import math
import sys

import pytest

from flowy.clock import ManualClock
from flowy.errors import ServiceUnavailable, SuspendTask
from flowy.protocol.faults import ThrottlingException, UnknownResourceFault, ValidationException
from flowy.protocol.ids import TypeId
from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.task import Activity
from flowy.worker.activities import ActivityPoller
from flowy.worker.workshop import ActivitySettings, Workshop
from tests.noise import noise
from tests.unit.worker.fakes import (
    FakeClient,
    JumpingClock,
    activities,
    activity_task,
    source,
)


@pytest.fixture
def client():
    return FakeClient()


def serving(client, registry, clock=None, **settings):
    """Return a poller whose heartbeats are never due by themselves."""
    place = source(client, clock)
    return ActivityPoller(
        place, registry, Workshop(ActivitySettings(**settings), ManualClock(0.0), place.stop)
    )


def done(client, run, input="[[], {}]", **settings):
    """Carry one task out and return what was answered."""
    members = {"run": run, **settings.pop("members", {})}
    registry = activities(type("Resize", (Activity,), members), **settings)
    poller = serving(client, registry)
    poller.handle(activity_task(input))
    poller.close()
    answers = client.of(RespondActivityTaskCompleted) + client.of(RespondActivityTaskFailed)
    return answers[-1] if answers else None


def test_the_result_is_sent_as_json(client):
    answer = done(client, lambda self, a, b: {"sum": a + b}, '[[1], {"b": 2}]')
    assert answer == RespondActivityTaskCompleted(task_token="token", result='{"sum":3}')


def test_no_input_is_no_arguments(client):
    assert done(client, lambda self: 1, None).result == "1"


def test_a_coroutine_is_run_to_its_end(client):
    async def run(self, a):
        await asyncio.sleep(0)
        return a * 2

    assert done(client, run, "[[21], {}]").result == "42"


def test_what_a_coroutine_started_and_did_not_wait_for_is_cancelled(client):
    ended = []

    async def forever():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def run(self):
        self.background = asyncio.create_task(forever())
        await asyncio.sleep(0)

    assert done(client, run).result == "null"
    assert ended == [True]


def test_an_exception_fails_the_task_with_type_message_and_traceback(client):
    def run(self):
        raise LookupError("no such photograph: cat.jpg")

    answer = done(client, run)
    assert answer.reason == "no such photograph: cat.jpg"
    details = json.loads(answer.details)
    assert details["type"] == "builtins.LookupError"
    assert "in run" in details["traceback"]


@pytest.mark.parametrize(
    "error", [SystemExit(3), asyncio.CancelledError("gone"), GeneratorExit(), RecursionError("r")]
)
@pytest.mark.parametrize("is_async", [False, True])
def test_nothing_that_user_code_raises_ends_the_worker(client, error, is_async):
    def run(self):
        raise error

    async def arun(self):
        raise error

    answer = done(client, arun if is_async else run)
    assert isinstance(answer, RespondActivityTaskFailed)
    assert type(error).__name__ in answer.details


def test_after_system_exit_in_a_coroutine_the_next_coroutine_runs(client):
    class Sometimes(Activity):
        async def run(self, code):
            await asyncio.sleep(0)
            if code:
                sys.exit(code)
            return "fine"

    poller = serving(client, activities(Sometimes))
    poller.handle(activity_task("[[1], {}]"))
    poller.handle(activity_task("[[0], {}]"))
    poller.close()
    failed, completed = client.sent
    assert failed.reason == "1"
    assert completed.result == '"fine"'


@pytest.mark.parametrize("is_async", [False, True])
def test_suspend_task_sends_nothing(client, is_async):
    def run(self):
        raise SuspendTask

    async def arun(self):
        raise SuspendTask

    assert done(client, arun if is_async else run) is None
    assert client.sent == []


def test_ctrl_c_goes_through(client):
    def run(self):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        done(client, run)
    assert client.sent == []


def test_wrong_arguments_fail_the_task_and_name_the_argument(client):
    def run(self, url, size):
        return None

    answer = done(client, run, '[["http://x"], {}]')
    assert "size" in answer.reason


@pytest.mark.parametrize(
    "input", ["", "{", "[1, 2, 3]", '{"a": 1}', "[[], []]", "\x00", "[" * 30_000, '"text"']
)
def test_undecodable_input_fails_the_task_with_a_message(client, input):
    answer = done(client, lambda self: 1, input)
    assert "the input of Resize" in answer.reason


@pytest.mark.parametrize(
    "value", [object(), math.nan, {1, object()}, "\ud800", lambda: 1, {"deep": [object()]}]
)
def test_a_result_that_json_cannot_carry_fails_the_task(client, value):
    answer = done(client, lambda self: value)
    assert "the result of Resize" in answer.reason


def test_a_result_over_the_limit_fails_the_task_and_says_how_long_it_is(client):
    answer = done(client, lambda self: noise(60_000))
    assert "60,002 characters" in answer.reason


def test_a_result_at_the_limit_is_sent(client):
    assert len(done(client, lambda self: "x" * 32_766).result) == 32_768


@pytest.mark.parametrize("text", [None, b"bytes", noise(60_000), "\ud800"])
def test_what_an_overridden_hook_makes_is_checked_too(client, text):
    hook = {"_serialize_result": lambda self, value: text}
    answer = done(client, lambda self: 1, members=hook)
    assert "resize 1" in answer.reason


def test_an_unshowable_exception_fails_the_task_all_the_same(client):
    class Broken(Exception):
        def __str__(self):
            raise ValueError("no")

    def run(self):
        raise Broken

    assert "cannot be shown" in done(client, run).reason


def test_a_constructor_that_raises_fails_the_task(client):
    def init(self, *args):
        raise RuntimeError("no disk")

    assert done(client, lambda self: 1, members={"__init__": init}).reason == "no disk"


def test_an_unknown_type_is_ignored_and_named_with_what_is_served(client, caplog):
    poller = ActivityPoller(source(client), activities(Activity))
    poller.handle(activity_task(type_id=TypeId(name="other", version="2")))
    poller.close()
    assert client.sent == []
    message = caplog.messages[-1]
    assert "other 2" in message
    assert "resize 1" in message
    assert "order-7" in message


def test_an_empty_poll_is_no_task(client):
    poller = ActivityPoller(source(client), activities(Activity))
    assert poller.poll() is None
    (request,) = client.of(PollForActivityTask)
    assert (request.domain, request.task_list.name, request.identity) == ("photos", "images", "me")


def test_an_answer_that_does_not_arrive_is_sent_again(client):
    client.answer(
        RespondActivityTaskCompleted, ServiceUnavailable("down"), ThrottlingException("slow"), None
    )
    done(client, lambda self: 1)
    assert len(client.of(RespondActivityTaskCompleted)) == 3


def test_an_answer_is_given_up_when_the_task_cannot_be_alive_any_more(client, caplog):
    client.always(RespondActivityTaskCompleted, ServiceUnavailable("down"))
    clock = JumpingClock()
    registry = activities(type("Resize", (Activity,), {"run": lambda self: 1}))
    poller = serving(client, registry, clock)
    poller.handle(activity_task())
    assert 420 <= clock.now() - 1_000 < 420 + 60
    assert "resize 1 #0 of order-7 (run run-1)" in caplog.messages[-1]


def test_a_refused_answer_is_logged_with_ids_and_not_repeated(client, caplog):
    client.answer(RespondActivityTaskCompleted, UnknownResourceFault("Unknown activity"))
    done(client, lambda self: 1)
    assert len(client.sent) == 1
    assert "Unknown activity" in caplog.messages[-1]
    assert "order-7" in caplog.messages[-1]


def test_a_result_that_the_service_does_not_take_fails_the_task(client):
    client.answer(RespondActivityTaskCompleted, ValidationException("too long"))
    answer = done(client, lambda self: 1)
    assert isinstance(answer, RespondActivityTaskFailed)
    assert answer.reason == "too long"


def test_the_activity_heartbeats_through_its_worker(client):
    seen = []

    def run(self):
        seen.append(self.heartbeat("half"))
        client.answer(RecordActivityTaskHeartbeat, UnknownResourceFault("gone"))
        seen.append(self.heartbeat())
        return self.token

    assert done(client, run).result == '"token"'
    assert seen == [True, False]
    assert client.of(RecordActivityTaskHeartbeat)[0].details == "half"


def test_too_long_heartbeat_details_fail_the_task(client):
    answer = done(client, lambda self: self.heartbeat("x" * 2_049))
    assert "2,049 characters" in answer.reason
