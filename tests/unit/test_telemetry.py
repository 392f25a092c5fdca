"""Happenings reach those who listen, works surround what is done for them."""

import asyncio
import logging
from contextvars import ContextVar, copy_context
from types import SimpleNamespace

import pytest

from flowy.decider.loop import DeterministicLoop
from flowy.telemetry import (
    SILENT,
    CallFailed,
    Telemetry,
    Work,
    current_work,
    is_replaying,
    on_behalf,
)

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

    with on_behalf(WORK):
        assert current_work() is WORK
        with on_behalf(inner):
            assert current_work() is inner
        assert current_work() is WORK

    assert current_work() is None


def test_nobody_is_worked_for_after_a_failure():
    with pytest.raises(KeyError), on_behalf(WORK):
        raise KeyError("x")

    assert current_work() is None


def test_a_work_has_a_context_of_its_own_and_a_span_where_somebody_traces():
    entered = ContextVar("entered", default="")

    class OneSpan:
        carried = "trace"

        def enter(self):
            entered.set("span")

        def end(self, error):
            raise AssertionError

    tracer = SimpleNamespace(begin=lambda work: OneSpan())
    context = copy_context()

    span = Telemetry(tracer=tracer).begin(WORK, context)

    assert span.carried == "trace"
    assert context.run(current_work) is WORK
    assert context.run(entered.get) == "span"
    assert current_work() is None
    assert entered.get() == ""


def test_without_a_tracer_there_is_no_span():
    context = copy_context()
    assert SILENT.begin(WORK, context) is None
    assert context.run(current_work) is WORK


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
    with caplog.at_level(logging.DEBUG), on_behalf(WORK):
        SILENT.tell(HAPPENING)

    assert not caplog.records
