"""What the guards stop in workflow code, and whom they let pass."""

import asyncio
import contextlib
import enum
import gc
import logging
import signal
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest

import flowy
from flowy.decider.run import WorkflowRun
from flowy.determinism.guards import guard
from flowy.errors import ForbiddenCallError, NondeterminismError
from flowy.swf.task import ActivityProxy
from flowy.task.workflow import Workflow
from tests.unit.decider.simulator import EXECUTION, Simulator, definition
from tests.unit.determinism import forbidden

EVERY = [(code, way) for code, ways in forbidden.FORBIDDEN.items() for way in ways]


class Doing(Workflow):
    """Does what a test told it to."""

    act = ActivityProxy("Act", 1, retry=0)
    does = None

    def run(self):
        return repr(type(self).does())


class DoingAsync(Doing):
    async def run(self):
        await asyncio.sleep(0)
        return repr(type(self).does())


class Module:
    """Stands for the module of a workflow."""


@pytest.fixture(autouse=True)
def _guarded():
    guard([definition(Doing), definition(DoingAsync)])
    # The workflows' code is in this module: what it imported by name is covered there.
    fake = type("Fake", (), {"__module__": forbidden.__name__})
    guard([definition(fake)])


def decided(cls, does, **settings):
    cls.does = staticmethod(does)
    s = Simulator(cls)
    s.start_decision()
    run = WorkflowRun(s.definition, EXECUTION, **settings)
    with contextlib.closing(run):
        return run.feed(s.events)


@pytest.mark.parametrize("cls", [Doing, DoingAsync])
@pytest.mark.parametrize(("code", "way"), EVERY, ids=[f"{code} {way}" for code, way in EVERY])
def test_what_a_replay_cannot_repeat_is_stopped_and_the_line_named(code, way, cls):
    with pytest.raises(ForbiddenCallError) as caught:
        decided(cls, forbidden.FORBIDDEN[code][way])
    assert caught.value.code == code
    assert str(caught.value).startswith(code)
    assert caught.value.place.startswith(f"{forbidden.__file__}:")
    assert " use " in str(caught.value)


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="Python 3.12 and later see these")
@pytest.mark.parametrize("way", forbidden.DATES)
def test_methods_written_in_c_are_stopped_where_python_shows_them(way):
    with pytest.raises(ForbiddenCallError, match="FLW101"):
        decided(Doing, forbidden.DATES[way])


@pytest.mark.parametrize("way", forbidden.ALLOWED)
def test_what_does_no_harm_passes(way):
    with contextlib.suppress(ImportError):
        assert decided(Doing, forbidden.ALLOWED[way]).closes


@pytest.mark.parametrize(("code", "way"), EVERY, ids=[f"{code} {way}" for code, way in EVERY])
def test_outside_of_workflow_code_everything_passes(code, way):
    if code in ("FLW101", "FLW102", "FLW103", "FLW104"):
        forbidden.FORBIDDEN[code][way]()


def test_the_same_thread_is_free_again_after_a_decision():
    decided(Doing, lambda: 1)
    assert time.monotonic() > 0
    assert Path(__file__).read_bytes()


def test_other_threads_are_free_while_workflow_code_runs():
    ready, go, seen = threading.Event(), threading.Event(), []

    def other():
        ready.set()
        go.wait(10)
        seen.append((time.monotonic(), Path(__file__).read_bytes()))

    thread = threading.Thread(target=other)
    thread.start()
    ready.wait(10)

    def does():
        go.set()
        thread.join(10)

    assert decided(Doing, does).closes
    assert len(seen) == 1


def test_an_unguarded_block_may_do_anything():
    def does():
        with flowy.unguarded():
            before = time.monotonic()
        return before > 0

    assert decided(Doing, does).closes


def test_an_unguarded_block_does_not_free_other_code_of_the_workflow():
    class Two(Workflow):
        async def run(self):
            await asyncio.gather(self.free(), self.bound())

        async def free(self):
            with flowy.unguarded():
                await asyncio.sleep(0)
                await asyncio.sleep(0)

        async def bound(self):
            await asyncio.sleep(0)
            time.monotonic()

    s = Simulator(Two)
    s.start_decision()
    with pytest.raises(ForbiddenCallError):
        WorkflowRun(s.definition, EXECUTION).feed(s.events)


def test_a_side_effect_may_do_anything():
    class Effect(Workflow):
        def run(self):
            return self.side_effect(time.monotonic)

    s = Simulator(Effect)
    s.start_decision()
    assert WorkflowRun(s.definition, EXECUTION).feed(s.events).closes


def test_a_run_that_is_not_guarded_may_do_anything():
    assert decided(Doing, time.monotonic, is_guarded=False).closes


def test_code_that_swallows_the_error_makes_no_decision_either():
    def does():
        with contextlib.suppress(Exception):
            time.monotonic()

    with pytest.raises(ForbiddenCallError, match=r"time\.monotonic"):
        decided(Doing, does)


def test_it_is_an_error_of_determinism():
    with pytest.raises(NondeterminismError):
        decided(Doing, lambda: time.monotonic())


def test_logging_to_a_file_that_is_opened_late_passes(tmp_path):
    handler = logging.FileHandler(tmp_path / "log", delay=True)
    logger = logging.getLogger("flowy.test.late")
    logger.addHandler(handler)
    try:
        assert decided(Doing, lambda: logger.warning("here")).closes
    finally:
        logger.removeHandler(handler)
        handler.close()
    assert (tmp_path / "log").read_text() == "here\n"


class Dies:
    """Looks at the clock when it goes."""

    seen = 0

    def __del__(self):
        Dies.seen = time.monotonic()


def hear_a_signal():
    before = signal.signal(signal.SIGUSR1, lambda *_: UNASKED.append(time.monotonic()))
    try:
        signal.raise_signal(signal.SIGUSR1)
    finally:
        signal.signal(signal.SIGUSR1, before)


def hear_a_collection():
    def heard(phase, info):
        UNASKED.append(time.monotonic())

    gc.callbacks.append(heard)
    try:
        gc.collect()
    finally:
        gc.callbacks.remove(heard)


def finalize():
    weakref.finalize(Dies(), lambda: UNASKED.append(time.monotonic()))


def die_in_a_circle():
    dies = Dies()
    dies.itself = dies
    del dies
    gc.collect()
    UNASKED.append(Dies.seen)


def profile():
    sys.setprofile(lambda *_: UNASKED.append(time.monotonic()))
    try:
        len(())
    finally:
        sys.setprofile(None)


UNASKED = []


@pytest.mark.parametrize("cls", [Doing, DoingAsync])
@pytest.mark.parametrize(
    "does", [hear_a_signal, hear_a_collection, finalize, Dies, die_in_a_circle, profile]
)
def test_what_python_runs_in_between_is_not_workflow_code(cls, does):
    UNASKED.clear()
    Dies.seen = 0
    decided(cls, lambda: does() and None)
    assert UNASKED or Dies.seen


class Shade(enum.Enum):
    """Looks at the clock for a value that it does not know."""

    DARK = 0.0

    @classmethod
    def _missing_(cls, value):
        return cls.DARK if time.monotonic() else None


def test_what_an_enum_does_to_find_its_member_is_workflow_code():
    # The ways to treat a signal are members of an enum themselves.
    with pytest.raises(ForbiddenCallError):
        decided(Doing, lambda: Shade(1.0))


def test_what_a_finalizer_is_called_for_otherwise_is_workflow_code():
    with pytest.raises(ForbiddenCallError):
        decided(Doing, lambda: UNASKED.append(time.monotonic()))
