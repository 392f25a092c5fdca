"""Callers share commits, and none suffers for another."""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import pytest

from flowy.db.group_commit import GroupCommit
from flowy.errors import Fault, ServiceUnavailable


class Ledger:
    """A transaction over a list; it can be told to fail, and holds commits until released."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.pending: list[str] = []
        self.commits: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.committing = threading.Event()

    def begin(self) -> None:
        self.pending = []

    def commit(self) -> None:
        self.committing.set()
        assert self.gate.wait(10)
        if "poison" in self.pending:
            raise sqlite3.OperationalError("disk I/O error")
        self.stored += self.pending
        self.commits.append(self.pending)

    def rollback(self) -> None:
        self.pending = []

    def changes(self) -> int:
        return len(self.pending)

    def put(self, text: str) -> Callable[[], str]:
        def work() -> str:
            self.pending.append(text)
            return text

        return work


def together(group: GroupCommit, ledger: Ledger, works: list[Callable[[], Any]]) -> list[Any]:
    """Run works so that all but the first of them wait while a first commit is held."""
    ledger.gate.clear()
    results: list[Any] = [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        try:
            results[number] = group.run(work)
        except BaseException as error:  # noqa: BLE001 - an interruption is a result here
            results[number] = error

    leader = threading.Thread(target=group.run, args=(ledger.put("first"),))
    leader.start()
    assert ledger.committing.wait(10)
    threads = [
        threading.Thread(target=run, args=(number, work)) for number, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    while len(group._queue) < len(works):
        threading.Event().wait(0.001)
    ledger.gate.set()
    for thread in (leader, *threads):
        thread.join(10)
        assert not thread.is_alive()
    return results


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def group(ledger: Ledger) -> GroupCommit:
    return GroupCommit(ledger)


def test_one_caller_commits_for_itself(group: GroupCommit, ledger: Ledger):
    told: list[str] = []
    assert group.run(ledger.put("a"), told.append) == "a"
    assert ledger.commits == [["a"]]
    assert told == ["a"]


def test_callers_that_wait_share_one_commit(group: GroupCommit, ledger: Ledger):
    names = [str(number) for number in range(20)]
    assert together(group, ledger, [ledger.put(name) for name in names]) == names
    assert len(ledger.commits) == 2
    assert sorted(ledger.commits[1]) == sorted(names)


def test_a_fault_spoils_nobody_else(group: GroupCommit, ledger: Ledger):
    def refuse() -> None:
        raise Fault("no")

    results = together(group, ledger, [ledger.put("a"), refuse, ledger.put("b")])
    assert results[0] == "a"
    assert isinstance(results[1], Fault)
    assert results[2] == "b"
    assert len(ledger.commits) == 2


@pytest.mark.parametrize("error", [ValueError("unexpected"), Fault("after a change")])
def test_what_fails_half_way_is_undone_alone(group: GroupCommit, ledger: Ledger, error: Exception):
    def half() -> None:
        ledger.pending.append("half")
        raise error

    results = together(group, ledger, [ledger.put("a"), half, ledger.put("b")])
    assert results == ["a", error, "b"]
    assert sorted(ledger.stored) == ["a", "b", "first"]


def test_a_commit_that_fails_is_tried_for_each_alone(group: GroupCommit, ledger: Ledger):
    results = together(group, ledger, [ledger.put("a"), ledger.put("poison"), ledger.put("b")])
    assert results[0] == "a"
    assert isinstance(results[1], sqlite3.OperationalError)
    assert results[2] == "b"
    assert sorted(ledger.stored) == ["a", "b", "first"]


def test_an_interrupted_leader_releases_the_others(group: GroupCommit, ledger: Ledger):
    def interrupt() -> None:
        raise KeyboardInterrupt

    results = together(group, ledger, [interrupt, ledger.put("a")])
    assert isinstance(results[0], KeyboardInterrupt | ServiceUnavailable)
    assert results[1] == "a" or isinstance(results[1], ServiceUnavailable | KeyboardInterrupt)
    assert group.run(ledger.put("later")) == "later"


def test_many_threads_lose_nothing(group: GroupCommit, ledger: Ledger):
    def work(name: int) -> None:
        for number in range(50):
            assert group.run(ledger.put(f"{name}-{number}")) == f"{name}-{number}"

    threads = [threading.Thread(target=work, args=(name,)) for name in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert len(ledger.stored) == len(set(ledger.stored)) == 800
    assert [text for text in ledger.stored if text.startswith("3-")] == [
        f"3-{number}" for number in range(50)
    ]
