"""The polling loop: what counts, what pauses, what ends it."""

import os

import pytest

from flowy.errors import ServiceUnavailable
from flowy.protocol.faults import UnknownResourceFault
from flowy.worker import backoff
from flowy.worker.backoff import BREATH, QUICK_MOST
from flowy.worker.poller import identity
from flowy.worker.runtime import Worker, serve
from tests.unit.worker.fakes import FakeClient, source


class ScriptedPoller:
    """Polls what a test lists, and leaves at the end of the list."""

    def __init__(self, *tasks):
        self.client = FakeClient()
        self.source = source(self.client)
        self.handled = []
        self.closed = False
        self._tasks = list(tasks)

    def poll(self):
        if not self._tasks:
            self.source.stop.wish()
            return None
        task = self._tasks.pop(0)
        if isinstance(task, BaseException):
            raise task
        return task

    has_begun = False

    def handle(self, task, more):
        if isinstance(task, type) and issubclass(task, BaseException):
            raise task
        self.handled.append(task)

    def close(self):
        self.closed = True


def test_tasks_are_handled_until_the_worker_is_to_leave():
    poller = ScriptedPoller("a", None, "b")
    serve(poller, poller.source.stop)
    assert poller.handled == ["a", "b"]
    assert poller.closed


def test_loop_counts_tasks_and_not_empty_polls():
    poller = ScriptedPoller(None, "a", ServiceUnavailable("down"), "b", "c")
    serve(poller, poller.source.stop, loop=2)
    assert poller.handled == ["a", "b"]


def test_polls_that_all_come_back_at_once_take_a_breath(monkeypatch):
    """As from a client that was interrupted or closed under its worker."""
    monkeypatch.setattr(backoff, "QUICK", float("inf"))  # however slow the machine is
    poller = ScriptedPoller(*[None] * (QUICK_MOST + 3))
    serve(poller, poller.source.stop)
    assert poller.source.clock.pauses == pytest.approx([BREATH] * 3)


def test_tasks_that_come_at_once_take_none():
    poller = ScriptedPoller(*["a", None] * QUICK_MOST)
    serve(poller, poller.source.stop)
    assert poller.source.clock.pauses == []


def test_loop_zero_polls_nothing():
    poller = ScriptedPoller("a")
    serve(poller, poller.source.stop, loop=0)
    assert poller.handled == []


@pytest.mark.parametrize("error", [ServiceUnavailable("down"), UnknownResourceFault("no domain")])
def test_polling_errors_pause_longer_each_time_and_are_told_once(error, caplog):
    poller = ScriptedPoller(error, error, error, "a")
    serve(poller, poller.source.stop)
    assert poller.source.clock.pauses == pytest.approx([0.5, 1.0, 2.0])
    assert poller.handled == ["a"]
    assert len(caplog.messages) == 2
    assert "task list images, domain photos" in caplog.messages[0]


def test_an_unexpected_error_of_the_client_does_not_end_the_worker(caplog):
    poller = ScriptedPoller(ValueError("not what the service says"), "a")
    serve(poller, poller.source.stop)
    assert poller.handled == ["a"]
    assert "not what the service says" in caplog.text


def test_ctrl_c_ends_quietly(caplog):
    poller = ScriptedPoller(KeyboardInterrupt, "a")
    Worker(poller.client, poller.source.stop, [poller]).run()
    assert poller.handled == []
    assert poller.closed


def test_stop_interrupts_the_polls():
    poller = ScriptedPoller("a")
    worker = Worker(poller.client, poller.source.stop, [poller])
    worker.stop()
    worker.run()
    assert poller.client.interrupted == 1
    assert poller.handled == []


def test_an_unexpected_error_with_a_task_does_not_end_the_worker(caplog):
    poller = ScriptedPoller(ZeroDivisionError, "a")
    serve(poller, poller.source.stop)
    assert poller.handled == ["a"]
    assert "left to time out" in caplog.text


def test_histories_show_the_host_the_process_and_the_build():
    host, process_id = identity().rsplit(":", 1)
    assert host
    assert process_id == str(os.getpid())
    assert identity("v7") == f"{identity()}:v7"
    assert len(identity("x" * 500)) == 256
