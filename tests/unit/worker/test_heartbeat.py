"""When heartbeats are due and what they say."""

import random

import pytest

from flowy.errors import PayloadError, PayloadTooLarge, ServiceUnavailable
from flowy.protocol.faults import ThrottlingException, UnknownResourceFault
from flowy.protocol.requests.activity_tasks import RecordActivityTaskHeartbeat
from flowy.protocol.tasks import ActivityTaskStatus
from flowy.transport.packing import PACKING, Packing
from flowy.worker.heartbeat import Beaten, Heartbeat, Progress, read_progress, said
from tests.unit.worker.fakes import FakeClient, JumpingClock


@pytest.fixture
def client():
    return FakeClient()


@pytest.fixture
def clock():
    return JumpingClock()


def beating(client, clock, timeout=None, packing=PACKING, **options):
    beaten = Beaten(
        client=client, task_token="token", name="resize", timeout=timeout, packing=packing
    )
    return Heartbeat(beaten, clock, **options)


class Doubling:
    """A codec that is away for a while, and makes twice as much of everything."""

    name = "doubling"
    secret = b""
    is_away = False

    def encode(self, data):
        if self.is_away:
            raise ConnectionError("away")
        return data * 2

    def decode(self, data):
        return data[: len(data) // 2]


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


def test_a_beat_whose_details_cannot_travel_says_what_the_one_before_did(client, clock):
    codec = Doubling()
    heartbeat = beating(client, clock, 30, packing=Packing(codec=codec))
    assert heartbeat.heartbeat("half")
    codec.is_away = True
    long = random.Random(1).randbytes(1_000).hex()
    assert heartbeat.heartbeat(long)
    codec.is_away = False
    assert heartbeat.beat()  # too long, as is seen only now
    with pytest.raises(PayloadTooLarge):
        heartbeat.heartbeat(long + "!")
    details = [request.details for request in client.of(RecordActivityTaskHeartbeat)]
    assert len(details) == 3
    assert len(set(details)) == 1


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


# Stopping


def status(cancel_requested):
    return ActivityTaskStatus(cancel_requested=cancel_requested)


def test_a_cancel_request_in_an_answer_is_told_once(client, clock):
    told = []
    heartbeat = beating(client, clock, stopped=lambda: told.append("stop"))
    heartbeat.beat()
    assert (heartbeat.cancel_requested, told) == (False, [])
    client.always(RecordActivityTaskHeartbeat, status(True))
    heartbeat.beat()
    heartbeat.heartbeat("half")
    assert (heartbeat.canceled, heartbeat.lost, told) == (True, False, ["stop"])
    assert heartbeat.due is not None


def test_a_task_that_is_over_is_lost_and_not_heartbeated_any_more(client, clock):
    told = []
    heartbeat = beating(client, clock, 30, stopped=lambda: told.append("stop"))
    client.answer(RecordActivityTaskHeartbeat, UnknownResourceFault("closed"))
    heartbeat.beat()
    assert (heartbeat.lost, heartbeat.cancel_requested, told) == (True, True, ["stop"])
    assert heartbeat.due is None


def test_a_task_whose_service_is_away_for_its_heartbeat_timeout_is_lost(client, clock):
    heartbeat = beating(client, clock, 30)
    client.always(RecordActivityTaskHeartbeat, ServiceUnavailable("down"))
    for _ in range(2):
        clock.moment += 10
        heartbeat.beat()
    assert not heartbeat.lost
    clock.moment += 10
    heartbeat.beat()
    assert heartbeat.lost


def test_without_a_timeout_a_service_that_is_away_loses_nothing(client, clock):
    heartbeat = beating(client, clock)
    client.always(RecordActivityTaskHeartbeat, ServiceUnavailable("down"))
    clock.moment += 10_000
    heartbeat.beat()
    assert not heartbeat.lost


def test_once_the_answer_is_on_its_way_nothing_is_stopped(client, clock):
    told = []
    heartbeat = beating(client, clock, 30, stopped=lambda: told.append("stop"))
    heartbeat.answering()
    client.answer(RecordActivityTaskHeartbeat, UnknownResourceFault("closed"))
    heartbeat.beat()
    assert told == []


# Progress


def test_progress_is_sent_at_most_once_a_second_and_with_every_beat(client, clock):
    heartbeat = beating(client, clock)
    for done in range(100):
        clock.moment += 0.1
        heartbeat.progress(done, 100, None)
    sent = [read_progress(request.details) for request in client.of(RecordActivityTaskHeartbeat)]
    assert 9 <= len(sent) <= 10
    heartbeat.beat()
    last = client.of(RecordActivityTaskHeartbeat)[-1].details
    assert read_progress(last) == Progress(done=99, total=100)


def test_details_and_progress_go_together_and_are_told_apart(client, clock):
    heartbeat = beating(client, clock)
    heartbeat.progress(1, None, "first")
    heartbeat.heartbeat("second")
    details = client.of(RecordActivityTaskHeartbeat)[-1].details
    assert read_progress(details) == Progress(done=1, details="second")
    assert said(details) == "second"
    assert said("plain") == "plain"
    assert said(None) is None
    assert read_progress('{"progress":"none of ours"}') is None


def test_progress_with_details_that_do_not_fit_is_refused_and_forgotten(client, clock):
    heartbeat = beating(client, clock)
    heartbeat.progress(1, 2, "fits")
    with pytest.raises(PayloadTooLarge):
        heartbeat.progress(2, 2, "x" * 2_048)
    assert read_progress(heartbeat.details) == Progress(done=1, total=2, details="fits")


@pytest.mark.parametrize("unfit", ["half", float("nan"), float("inf"), True, [1]])
def test_progress_is_told_in_numbers(client, clock, unfit):
    heartbeat = beating(client, clock)
    with pytest.raises(PayloadError, match="done of an activity's progress is a number"):
        heartbeat.progress(unfit, 100, None)
    with pytest.raises(PayloadError, match="total of an activity's progress is a number"):
        heartbeat.progress(1, unfit, None)
    assert heartbeat.details is None
