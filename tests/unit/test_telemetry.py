"""Happenings reach those who listen, works surround what is done for them."""

import asyncio
import logging
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from flowy.decider.loop import DeterministicLoop
from flowy.telemetry import SILENT, CallFailed, Telemetry, Work, current_work, is_replaying

WORK = Work(kind="activity", domain="d", workflow_id="w", run_id="r", type="resize 1")
HAPPENING = CallFailed(what="polling", error="ServiceUnavailable")


def test_every_listener_hears_a_happening():
    heard = []
    telemetry = Telemetry(heard.append, lambda each: heard.append(type(each)))

    telemetry.tell(HAPPENING)

    assert telemetry.listens
    assert heard == [HAPPENING, CallFailed]


def test_nobody_listens_unless_told_otherwise():
    assert not SILENT.listens
    SILENT.tell(HAPPENING)


def test_a_listener_that_fails_is_logged_and_keeps_nobody_from_hearing(caplog):
    heard = []

    def broken(_happening):
        raise ValueError("no disk")

    Telemetry(broken, heard.append).tell(HAPPENING)

    assert heard == [HAPPENING]
    assert "a listener failed" in caplog.text
    assert "no disk" in caplog.text


def test_code_knows_on_whose_behalf_it_runs_and_outside_on_nobodys():
    inner = Work(kind="start", domain="d", workflow_id="w2", run_id="", type="child 1")

    with SILENT.working(WORK) as carried:
        assert carried is None
        assert current_work() is WORK
        with SILENT.working(inner):
            assert current_work() is inner
        assert current_work() is WORK

    assert current_work() is None


def test_a_work_ends_with_what_its_code_raises():
    with pytest.raises(KeyError), SILENT.working(WORK):
        raise KeyError("x")

    assert current_work() is None


def test_a_tracer_surrounds_works_and_says_what_is_carried():
    seen = []

    class Tracer:
        @contextmanager
        def span(self, work):
            seen.append(work)
            try:
                yield "trace"
            except ValueError as error:
                seen.append(error)
                raise

    telemetry = Telemetry(tracer=Tracer())
    error = ValueError("x")

    def work():
        with telemetry.working(WORK) as carried:
            seen.append(carried)
            raise error

    with pytest.raises(ValueError, match="x"):
        work()

    assert seen == [WORK, "trace", error]
    assert not telemetry.listens


def test_only_a_loop_that_replays_is_replaying():
    loop = DeterministicLoop(SimpleNamespace())  # type: ignore[abstract]

    async def elsewhere():
        return is_replaying()

    assert not is_replaying()
    assert not asyncio.run(elsewhere())
    with loop.running():
        assert not is_replaying()
        loop.replaying = True
        assert is_replaying()
    assert not is_replaying()


def test_the_floor_says_nothing_by_itself(caplog):
    with caplog.at_level(logging.DEBUG), SILENT.working(WORK):
        SILENT.tell(HAPPENING)

    assert not caplog.records
