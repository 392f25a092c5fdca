"""When heartbeats are due and what they say."""

import pytest

from flowy.errors import PayloadError, PayloadTooLarge, ServiceUnavailable
from flowy.protocol.faults import ThrottlingException, UnknownResourceFault
from flowy.protocol.requests.activity_tasks import RecordActivityTaskHeartbeat
from flowy.worker.heartbeat import Beaten, Heartbeat
from tests.unit.worker.fakes import FakeClient, JumpingClock


@pytest.fixture
def client():
    return FakeClient()


@pytest.fixture
def clock():
    return JumpingClock()


def beating(client, clock, timeout=None, **options):
    beaten = Beaten(client=client, task_token="token", name="resize", timeout=timeout)
    return Heartbeat(beaten, clock, **options)


def test_without_a_timeout_they_are_due_often_enough_to_learn_of_a_cancel_request(client, clock):
    assert beating(client, clock).due == 1_010
    assert beating(client, clock, look_every=2).due == 1_002


def test_a_third_of_the_timeout_after_the_last_one_the_next_is_due(client, clock):
    heartbeat = beating(client, clock, 30)
    assert heartbeat.due == 1_010
    clock.moment = 1_006
    heartbeat.heartbeat("half")
    assert heartbeat.due == 1_016


def test_the_workers_beats_repeat_the_details_reported_last(client, clock):
    heartbeat = beating(client, clock, 30)
    heartbeat.beat()
    heartbeat.heartbeat("half")
    heartbeat.beat()
    details = [request.details for request in client.of(RecordActivityTaskHeartbeat)]
    assert details == [None, "half", "half"]


@pytest.mark.parametrize(
    ("error", "goes_on"),
    [
        (UnknownResourceFault("gone"), False),
        (ThrottlingException("slow"), True),
        (ServiceUnavailable("down"), True),
    ],
)
def test_errors_give_false_and_only_a_refusal_ends_the_beats(client, clock, error, goes_on):
    heartbeat = beating(client, clock, 30)
    client.answer(RecordActivityTaskHeartbeat, error)
    assert heartbeat.heartbeat(None) is False
    assert (heartbeat.due is not None) is goes_on


def test_details_over_the_limit_are_refused_before_they_are_sent(client, clock):
    heartbeat = beating(client, clock)
    assert heartbeat.heartbeat("x" * 2_048) is True
    with pytest.raises(PayloadTooLarge):
        heartbeat.heartbeat("x" * 2_049)
    assert len(client.sent) == 1


@pytest.mark.parametrize("details", [5, b"half", "\ud800"])
def test_details_that_are_no_text_are_refused_before_they_are_sent(client, clock, details):
    heartbeat = beating(client, clock, 30)
    with pytest.raises(PayloadError):
        heartbeat.heartbeat(details)
    assert client.sent == []
    heartbeat.beat()
    assert client.sent[0].details is None
