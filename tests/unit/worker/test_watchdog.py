"""When code holds up a decision: what is logged, what is ended, and who is left in peace."""

import gc
import subprocess
import sys
import threading
import time

import pytest

from flowy.errors import BlockedDecisionError, DefinitionError
from flowy.worker import watchdog
from flowy.worker.settings import DeciderSettings
from flowy.worker.watchdog import Watch, Watchdog
from tests.unit.worker.fakes import EXECUTION

LIMITS = DeciderSettings(warn_after=2, fail_after=10)


def pair(settings=LIMITS):
    watch = Watch(settings)
    return watch, Watchdog([watch])


def begun(watch):
    """Begin a decision in a thread that goes on until it is told to stop, or is ended."""
    stop, ended = threading.Event(), []
    ready = threading.Event()

    def code_of_the_workflow():
        ready.set()
        while not stop.is_set():
            pass

    def work():
        watch.begin(EXECUTION)
        try:
            code_of_the_workflow()
        except BlockedDecisionError as error:
            ended.append(error)
        finally:
            ended.append(watch.end())

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(20)
    return thread, stop, ended


def test_a_quick_decision_is_not_mentioned(caplog):
    watch, dog = pair()
    for now in range(20):
        watch.begin(EXECUTION)
        dog.look(float(now))
        assert watch.end() is None
        dog.look(float(now))
    assert caplog.messages == []


def test_a_slow_decision_is_logged_once_with_the_line_of_its_code(caplog):
    watch, dog = pair()
    thread, stop, ended = begun(watch)
    for now in (0.0, 1.9, 2.1, 3.0, 9.0):
        dog.look(now)
    stop.set()
    thread.join(20)
    (message,) = caplog.messages
    assert "order-7 (run run-1)" in message
    assert "holds up the decision for 2.1 s" in message
    assert "in code_of_the_workflow" in message
    assert "while not stop.is_set()" in message
    assert ended == [None]


def test_a_decision_that_takes_too_long_is_ended_and_its_stack_kept(caplog):
    watch, dog = pair()
    thread, _stop, ended = begun(watch)
    for now in (0.0, 10.5):
        dog.look(now)
    thread.join(20)
    assert not thread.is_alive()
    raised, told = ended
    assert isinstance(raised, BlockedDecisionError)
    assert "in code_of_the_workflow" in told.stack
    assert "10.5 s" in str(told)
    assert len([each for each in caplog.records if each.levelname == "ERROR"]) == 1


def test_code_that_swallows_its_end_is_ended_again(caplog):
    watch, dog = pair()
    swallowed, done, ready = [], [], threading.Event()

    def work():
        watch.begin(EXECUTION)
        while len(swallowed) < 3:
            try:
                ready.set()
                while True:
                    pass
            except BlockedDecisionError as error:
                swallowed.append(error)
        done.append(watch.end())

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(20)
    now = 0.0
    while thread.is_alive():
        dog.look(now)
        now += 11
        thread.join(0.01)
    assert len(swallowed) == 3
    assert isinstance(done[0], BlockedDecisionError), "the decision does not count"


def test_another_decision_of_the_same_thread_begins_anew(caplog):
    watch, dog = pair()
    watch.begin(EXECUTION)
    dog.look(0.0)
    watch.end()
    watch.begin(EXECUTION)
    dog.look(100.0)
    assert caplog.messages == []
    watch.end()


def test_who_stands_in_a_debugger_has_all_the_time_of_the_world(caplog):
    watch, dog = pair()
    stop, ready = threading.Event(), threading.Event()
    debugger = {"__name__": "pdb", "stop": stop, "ready": ready}
    exec("def prompt():\n    ready.set()\n    while not stop.is_set(): pass", debugger)

    def work():
        watch.begin(EXECUTION)
        debugger["prompt"]()
        watch.end()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(20)
    for now in (0.0, 5.0, 500.0):
        dog.look(now)
    stop.set()
    thread.join(20)
    assert caplog.messages == []


def test_a_limit_of_0_is_none():
    assert Watchdog([Watch(DeciderSettings(warn_after=0, fail_after=0))]).interval is None
    assert Watchdog([]).interval is None
    assert Watchdog([Watch(DeciderSettings(warn_after=0, fail_after=0.4))]).interval == 0.1


@pytest.mark.parametrize("wrong", [-1, "2", None, True])
@pytest.mark.parametrize("name", ["warn_after", "fail_after"])
def test_a_limit_that_is_no_number_is_refused(name, wrong):
    with pytest.raises(DefinitionError, match=name):
        DeciderSettings(**{name: wrong})


def test_the_watchdog_looks_by_itself(caplog):
    watch = Watch(DeciderSettings(warn_after=0.05, fail_after=0.1))
    dog = Watchdog([watch])
    thread, _stop, ended = begun(watch)
    dog.start()
    thread.join(20)
    dog.stop()
    assert isinstance(ended[-1], BlockedDecisionError)
    assert time.monotonic() > 0, "the thread that looked on is as it was"


def test_nothing_is_collected_while_python_looks_at_its_threads(monkeypatch):
    # CPython would wait for ever if that freed a threading.local.
    seen = []
    monkeypatch.setattr(sys, "_current_frames", lambda: seen.append(gc.isenabled()) or {})
    assert watchdog._stack(threading.get_ident()) is None
    assert seen == [False]
    assert gc.isenabled()


ENDED = """
import cProfile
from flowy.errors import BlockedDecisionError
from flowy.worker.settings import DeciderSettings
from flowy.worker.watchdog import Watch
watch = Watch(DeciderSettings())
watch.begin(None)
watch.blocked = BlockedDecisionError("it held up the decision", "")
print(watch.end())
cProfile.runctx("len([])", {}, {})
"""


def test_a_process_can_be_profiled_after_a_decision_was_ended():
    # CPython 3.11 would go round for ever if the interrupt were only withdrawn.
    run = subprocess.run(
        [sys.executable, "-c", ENDED], capture_output=True, text=True, timeout=30, check=True
    )
    assert run.stdout.startswith("it held up the decision")
    assert "function calls" in run.stdout
