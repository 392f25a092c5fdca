"""With a codec that encrypts, nothing that a user's code says can be read where it is stored."""

import sys
import threading

import pytest
from cryptography.fernet import Fernet

from examples.encrypted_payloads.vault import FernetCodec
from flowy import Activity, ActivityProxy, Payloads, TaskError, Workflow, activity, workflow
from flowy.clock import ManualClock
from flowy.errors import PayloadTooLarge
from flowy.protocol.executions import ExecutionTimeFilter
from flowy.protocol.requests.executions import SignalWorkflowExecution
from flowy.protocol.requests.visibility import ListClosedWorkflowExecutions
from flowy.protocol.wire import encode
from flowy.replay.files import History
from flowy.replay.judging import judge
from flowy.swf.scheduler import AsyncActivityScheduler
from flowy.task import scanner
from flowy.testing import Environment
from flowy.transport import sealed
from tests.acceptance import secretive
from tests.acceptance.stage import Stage
from tests.noise import noise

HERE = sys.modules[__name__]
SECRET = "Ada-Lovelace-1815"
KEY = Fernet.generate_key()


def encrypted():
    return Payloads(codec=FernetCodec([KEY], b"a secret that stays"))


@pytest.fixture
def stage(tmp_path):
    stage = Stage(
        secretive,
        secretive.TASK_LIST,
        url=f"sqlite:///{tmp_path}/swf.db",
        payloads=encrypted(),
        clock=ManualClock(),
    )
    secretive.tokens.clear()
    yield stage
    stage.close()


def play(stage, *, cold=False, between=lambda: None):
    """Play the parent and its second run to their end; return the runs that are closed."""
    stage.start("parent", SECRET, True)
    packing = stage._source.packing
    stage.client.call(
        SignalWorkflowExecution(
            domain=stage.domain,
            workflow_id="parent",
            signal_name="extra",
            input=packing.pack(f'"{SECRET}"', "a signal"),
        )
    )
    scheduler = AsyncActivityScheduler(stage.client, packing)
    while stage.step():
        if cold:
            stage.restart_decider()
        between()
        while secretive.tokens:
            token = secretive.tokens.pop()
            assert scheduler.heartbeat(token, SECRET)
            assert scheduler.fail(token, SECRET)
    infos = stage.client.call(
        ListClosedWorkflowExecutions(
            domain=stage.domain, start_time_filter=ExecutionTimeFilter(oldest_date=0.0)
        )
    ).execution_infos
    assert len(infos) == 4
    return [(info, stage.history(info.execution)) for info in infos]


def last_of_parent(runs):
    """Return how the parent's last run has ended."""
    (last,) = [
        history[-1]
        for info, history in runs
        if info.workflow_type.name == "parent"
        and type(history[-1]).__name__ == "WorkflowExecutionFailed"
    ]
    return last.attributes


@pytest.mark.parametrize("cold", [False, True])
def test_nothing_that_was_said_can_be_read_in_histories_or_in_the_database(stage, tmp_path, cold):
    runs = play(stage, cold=cold)
    failed = last_of_parent(runs)
    assert failed.reason == "tests.acceptance.secretive.Refused"
    error = sealed.revive(stage._source.packing, TaskError, failed.reason, failed.details)
    assert error.reason == " ".join([SECRET] * 8)
    assert str(error.__cause__.what) == error.reason

    written = "\n".join(encode(event).decode() for _, history in runs for event in history)
    assert SECRET not in written
    assert written.count("flowy.payload") > 20
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert files
    assert all(SECRET.encode() not in path.read_bytes() for path in files)


def test_what_was_encrypted_is_replayed_with_the_key_alone(stage):
    registry = scanner.scan_workflows(secretive)
    for info, events in play(stage):
        history = History(
            source="test", execution=info.execution, type=info.workflow_type, events=tuple(events)
        )
        verdict = judge(history, registry, stage._source.packing)
        assert verdict.status == "ok", verdict.message


def test_histories_of_before_and_of_now_go_on_together(tmp_path):
    """An execution that began without a codec goes on with one, and what it said is still read."""
    stage = Stage(secretive, secretive.TASK_LIST, clock=ManualClock())
    secretive.tokens.clear()
    steps = iter(range(10_000))

    def change():
        if next(steps) == 12:
            stage.use(encrypted())

    try:
        runs = play(stage, between=change)
        failed = last_of_parent(runs)
        error = sealed.revive(stage._source.packing, TaskError, failed.reason, failed.details)
        assert error.reason == " ".join([SECRET] * 8)
        written = [encode(event).decode() for _, history in runs for event in history]
        assert any(SECRET in each for each in written)
        assert any('"fernet"' in each or "+fernet" in each for each in written)
    finally:
        stage.close()


@activity("long", 1, "encrypted")
class Long(Activity):
    def run(self, letters):
        self.heartbeat("x" * 2_048)
        with pytest.raises(PayloadTooLarge, match="SWF takes 2,048, encoded"):
            self.heartbeat(noise(2_048))
        raise ValueError(noise(letters))


@workflow("longs", 1, "encrypted")
class Longs(Workflow):
    long = ActivityProxy("long", 1, retry=0)

    def run(self, letters):
        return self.long(letters)


@pytest.mark.parametrize("letters", [10, 5_000, 100_000])
def test_what_is_too_long_when_it_is_encoded_is_cut_until_it_fits(letters):
    with Environment(HERE, payloads=encrypted()) as environment:
        execution = environment.start(Longs, letters)
        with pytest.raises(TaskError) as failed:
            environment.result(execution)
        assert failed.value.reason == noise(letters)[:256]
        assert len(environment.history(execution)[-1].attributes.details) <= 32_768


def test_without_the_key_a_failure_says_that_it_cannot_be_read():
    with Environment(HERE, payloads=encrypted()) as environment:
        execution = environment.start(Longs, 10)
        with pytest.raises(TaskError):
            environment.result(execution)
        last = environment.history(execution)[-1].attributes
    error = sealed.revive(Payloads().packing("testing"), TaskError, last.reason, last.details)
    assert "builtins.ValueError" in str(error)
    assert "it was encoded by the codec 'fernet', and here is none: give it" in str(error)


class Flaky(FernetCodec):
    """Needs a service that is away now and then."""

    def __init__(self):
        super().__init__([KEY], b"a secret that stays")
        self.away = {"encode": 0, "decode": 0}

    def encode(self, data):
        self._reach("encode")
        return super().encode(data)

    def decode(self, data):
        self._reach("decode")
        return super().decode(data)

    def _reach(self, what):
        if self.away[what]:
            self.away[what] -= 1
            raise ConnectionError("the key service is away")


class Jumping(ManualClock):
    """Whoever pauses in the thread of the test has the time come at once."""

    def wait(self, condition, until):
        if until is None or threading.current_thread() is not threading.main_thread():
            super().wait(condition, until)
        elif until > self.now():
            condition.release()
            self.advance(until - self.now())
            condition.acquire()


@pytest.mark.parametrize("what", ["encode", "decode"])
@pytest.mark.parametrize("when", range(0, 24, 3))
def test_a_codec_that_is_away_for_a_while_loses_nothing(what, when):
    codec = Flaky()
    stage = Stage(secretive, secretive.TASK_LIST, clock=Jumping(), payloads=Payloads(codec=codec))
    secretive.tokens.clear()
    steps = iter(range(10_000))

    def trouble():
        if next(steps) == when:
            codec.away[what] = 1

    try:
        failed = last_of_parent(play(stage, between=trouble))
        error = sealed.revive(stage._source.packing, TaskError, failed.reason, failed.details)
        assert error.reason == " ".join([SECRET] * 8)
        assert codec.away[what] == 0
    finally:
        stage.close()
