"""Answers take the next poll along, and no poll that was begun is forgotten."""

from collections.abc import Sequence

from flowy.protocol.ids import TaskList
from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RespondActivityTaskCompleted,
)
from flowy.protocol.tasks import ActivityTask
from flowy.worker.exchange import Exchange
from tests.unit.worker.fakes import FakeClient, source

POLL = PollForActivityTask(domain="d", task_list=TaskList(name="l"))


class Pending:
    """A poll that brings tasks."""

    faults: Sequence[None] = (None,)

    def __init__(self, tasks):
        self._tasks = tasks

    def wait(self):
        return self._tasks

    def close(self):
        pass


class ExchangingClient(FakeClient):
    """Gives out numbered tasks, as many as wanted."""

    def __init__(self):
        super().__init__()
        self.given = 0

    def exchange(self, answers, poll, most):
        self.sent.extend(answers)
        first, self.given = self.given, self.given + most
        return Pending([ActivityTask(task_token=str(n)) for n in range(first, self.given)])


def answer(exchange, number):
    request = RespondActivityTaskCompleted(task_token=f"answer {number}")
    assert exchange.answer([request], "answering", 1e12, 1_000) == [None]


def test_tasks_in_hand_are_done_before_others_are_asked_for():
    client = ExchangingClient()
    exchange = Exchange(source(client), lambda: POLL, 4)
    answer(exchange, 0)
    tokens = []
    for number in range(8):
        tokens.append(exchange.poll().task_token)
        answer(exchange, number)
    assert tokens == [str(n) for n in range(8)]
    assert client.given == 12


def test_what_is_surrendered_is_not_polled():
    client = ExchangingClient()
    exchange = Exchange(source(client), lambda: POLL, 3)
    answer(exchange, 0)
    assert exchange.poll().task_token == "0"
    assert [task.task_token for task in exchange.surrender()] == ["1", "2"]
    assert not exchange.has_begun
    assert exchange.surrender() == []
