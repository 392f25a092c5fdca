"""Inputs, results and signals of any size travel, and what cannot says so where it is seen."""

import json
import subprocess
import sys
import uuid

import pytest

from flowy import Activity, ActivityProxy, Payloads, Workflow, activity, workflow
from flowy.decider.run import WorkflowRun
from flowy.errors import PayloadTooLarge, PayloadUnavailable, TaskError, VolumeError
from flowy.protocol.events.activity import ActivityTaskScheduled
from flowy.testing import Environment
from flowy.volume.base import IOBuffer
from flowy.volume.filesystem import FsspecStorage
from tests.acceptance import heavy
from tests.noise import noise
from tests.s3 import s3_server, s3_volume

LARGE = 100_000
HERE = sys.modules[__name__]


class Watched(FsspecStorage):
    """A volume in memory that knows what was read, and can be full, gone and damaged."""

    def __init__(self):
        super().__init__(f"memory://{uuid.uuid4().hex}", "watched")
        self.error = None
        self.failures = 0
        self.away = False
        """Whether its texts cannot be read."""
        self.loaded = []

    def load(self, key):
        self._fail()
        if self.away and "/texts/" in key:
            raise VolumeError("it is not mounted")
        self.loaded.append(key)
        return super().load(key)

    def store(self, file, dst):
        self._fail()
        super().store(file, dst)

    def _fail(self):
        if self.failures:
            self.failures -= 1
            raise self.error

    def texts(self):
        return [key for key, _ in self.walk("") if "/texts/" in key]

    def fetched(self):
        return [key for key in self.loaded if "/texts/" in key]


@pytest.fixture
def volume():
    return Watched()


@pytest.fixture
def environment(volume):
    with Environment(HERE, payloads=Payloads(volume)) as made:
        yield made


@activity("draw", 1, "drawn")
class Draw(Activity):
    def run(self, size):
        return noise(size)


@activity("length", 1, "drawn")
class Length(Activity):
    def run(self, text):
        return len(text)


class Drawing(Workflow):
    draw = ActivityProxy("draw", 1, retry=0)
    length = ActivityProxy("length", 1, retry=0)


@workflow("looks", 1, "drawn")
class Looks(Drawing):
    async def run(self, size):
        drawn = await self.draw(size)
        await self.sleep(10)
        return len(drawn)


@workflow("passes by", 1, "drawn")
class PassesBy(Drawing):
    async def run(self, size):
        drawn = self.draw(size)
        await self.sleep(10)
        return drawn.done()


@workflow("sends", 1, "drawn")
class Sends(Drawing):
    async def run(self, size):
        return await self.length(noise(size))


@workflow("careful", 1, "drawn")
class Careful(Drawing):
    async def run(self, size):
        try:
            return len(await self.draw(size))
        except Exception as error:  # noqa: BLE001 -- what it must not get around
            return f"caught {error}"


# Sizes


@pytest.mark.parametrize("size", [1, 32_000, 32_766, 40_000, 3_000_000])
@pytest.mark.parametrize("url", ["memory://", "folder"])
def test_a_text_of_any_size_travels_through_every_field(size, url, tmp_path):
    where = f"memory://{uuid.uuid4().hex}" if url == "memory://" else str(tmp_path)
    noted, expected, longest = heavy.play(size, Payloads(where))
    assert noted == expected
    assert longest <= 32_768


def test_it_does_on_s3():
    with s3_server() as endpoint:
        noted, expected, _ = heavy.play(LARGE, Payloads(s3_volume(endpoint)))
    assert noted == expected


def test_fifty_megabytes_travel_and_memory_stays_bounded(tmp_path):
    command = [sys.executable, "-m", "tests.acceptance.heavy", "50000000", str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert said[0] == "True"
    assert int(said[1]) < 1_000, "only references are in the history"
    assert int(said[2]) < 20 * 50_000_000


# What is fetched


def test_only_what_code_looks_at_is_fetched(environment, volume):
    assert environment.run(PassesBy, LARGE) is True
    assert not volume.fetched()
    assert environment.run(Looks, LARGE) == LARGE
    assert len(volume.fetched()) == 1


def test_a_result_that_nobody_looks_at_may_be_lost(environment, volume):
    execution = environment.start(PassesBy, LARGE)
    environment.advance(5)
    volume.erase()
    assert environment.result(execution) is True


def test_a_replay_names_what_it_sent_and_neither_stores_nor_fetches_it(volume):
    packing = Payloads(volume).packing("testing")
    with Environment(HERE, payloads=Payloads(volume)) as environment:
        execution = environment.start(Sends, LARGE)
        environment.result(execution)
        events = environment.history(execution)
        definition = environment._definition(Sends)
    volume.loaded.clear()
    volume.error, volume.failures = AssertionError("it is stored or fetched"), 1

    decided = WorkflowRun(definition, execution, packing).feed(events)

    assert decided.decisions == ()
    assert any(isinstance(event, ActivityTaskScheduled) for event in events)
    assert volume.failures == 1


# What goes wrong


def spoil(volume):
    (key,) = volume.texts()
    volume.store(IOBuffer(b"flowy.payload 1 zstd ".ljust(256) + b"nonsense"), key)


def lose(volume):
    (key,) = volume.texts()
    volume.delete(key)


@pytest.mark.parametrize(
    ("harm", "said"),
    [(lose, "it was deleted; bring it back from a backup"), (spoil, "is no text of Flowy's")],
)
@pytest.mark.parametrize("code", [Looks, Careful])
def test_a_lost_result_fails_the_execution_that_looks_at_it(environment, volume, harm, said, code):
    def harmful(self, file, dst):
        FsspecStorage.store(volume, file, dst)
        if volume.texts():
            volume.store = original
            harm(volume)

    original = volume.store
    volume.store = lambda file, dst: harmful(volume, file, dst)
    with pytest.raises(TaskError, match="the result of activity draw 1") as caught:
        environment.run(code, LARGE)
    assert said in caught.value.details
    assert caught.value.type == "flowy.errors.PayloadLost"


def test_a_lost_input_fails_the_activity_with_its_message(environment, volume):
    original = volume.store

    def losing(file, dst):
        original(file, dst)
        if volume.texts():
            lose(volume)

    volume.store = losing
    with pytest.raises(TaskError, match=r"the input of length 1 cannot be read: volume watched"):
        environment.run(Sends, LARGE)


def test_a_full_volume_fails_the_activity_whose_result_has_no_room(environment, volume):
    volume.error, volume.failures = VolumeError("it is full: make room"), 1
    with pytest.raises(TaskError, match="it is full: make room"):
        environment.run(Looks, LARGE)


def test_a_volume_that_is_full_holds_the_decision_until_there_is_room(environment, volume, caplog):
    execution = environment.start(Sends, LARGE)
    volume.error, volume.failures = VolumeError("it is full: make room"), 3
    for _ in range(3):
        with pytest.raises(PayloadUnavailable, match="it is full: make room"):
            environment.result(execution)
    assert environment.result(execution) == LARGE
    held = [each for each in caplog.records if "is held" in each.message]
    assert len(held) == 3
    assert "workflow sends 1, execution sends-1 (run " in held[0].message
    assert "it is full: make room" in held[0].message


def test_an_execution_whose_result_cannot_be_fetched_is_held_whatever_its_code_catches(
    environment, volume
):
    execution = environment.start(Careful, LARGE)
    volume.away = True
    with pytest.raises(PayloadUnavailable, match="it is not mounted"):
        environment.result(execution)
    volume.away = False
    assert environment.result(execution) == LARGE


def test_without_a_volume_the_argument_that_is_too_large_is_named():
    with Environment(HERE) as environment, pytest.raises(PayloadTooLarge) as caught:
        environment.start(Sends, noise(60_000))
    assert str(caught.value).startswith("argument 1 of sends 1 has 60,002 characters as JSON")


def test_without_a_volume_what_compression_makes_small_enough_travels():
    with Environment(heavy, payloads=Payloads()) as environment:
        assert environment.run("heavy child", "x" * 1_000_000) == "x" * 1_000_000


class Keyed:
    """A codec with a key, as far as a test needs one."""

    name = "keyed"
    secret = b"pepper"

    def __init__(self, key):
        self.key = key

    def encode(self, data):
        return json.dumps([self.key, data.hex()]).encode()

    def decode(self, data):
        key, content = json.loads(data)
        if key != self.key:
            raise ValueError("this is not the key")
        return bytes.fromhex(content)


def test_a_codec_with_the_wrong_key_fails_the_execution_and_says_so(volume):
    theirs = Payloads(volume, codec=Keyed(1))
    with Environment(HERE, payloads=theirs) as environment:
        assert environment.run(Sends, LARGE) == LARGE
        environment._packing = Payloads(volume, codec=Keyed(2)).packing("testing")
        execution = environment.start(Sends, 5)
        with pytest.raises(TaskError, match="the codec 'keyed' cannot decode it") as caught:
            environment.result(execution)
    assert "the input of sends 1 cannot be read" in caught.value.reason
    assert "check that its key is the one that it was encoded with" in caught.value.details


class Filed(Keyed):
    """A codec that reads its key from a file each time."""

    def __init__(self, path):
        super().__init__(path.read_text())
        self.path = path

    def encode(self, data):
        self.key = self.path.read_text()
        return super().encode(data)

    def decode(self, data):
        self.key = self.path.read_text()
        return super().decode(data)


def test_a_codec_may_read_files_although_workflow_code_may_not(tmp_path):
    key = tmp_path / "key"
    key.write_text("secret")
    with Environment(HERE, payloads=Payloads(str(tmp_path), codec=Filed(key))) as environment:
        assert environment.run(Sends, LARGE) == LARGE
        assert environment.run(Looks, LARGE) == LARGE


def test_nothing_readable_is_in_the_history_nor_on_the_volume_with_a_codec(volume):
    with Environment(heavy, payloads=Payloads(volume, codec=Keyed(1))) as environment:
        execution = environment.start("heavy child", "the secret plan")
        assert environment.result(execution) == "the secret plan"
        events = environment.history(execution)
    assert "secret plan" not in str(events)
