"""Several processes fight over one run: the table of transitions holds, and no update is lost."""

from pathlib import Path
from typing import Any

import pytest

from flowy.catalog.database import DB
from flowy.catalog.events import RunEvent
from flowy.catalog.run import RunManager
from flowy.catalog.workflow.state import StateCanceled, StateError, StateRunning, StateSuccess
from flowy.errors import ConstraintViolationError, UnknownRunError
from flowy.volume.base import IOBuffer, StorageVolume
from flowy.volume.manager import open_volume
from tests.integration.catalog import fighters
from tests.integration.catalog.conftest import Catalogue
from tests.integration.catalog.test_crash import World

FIGHTERS = 6


@pytest.mark.slow
def test_of_many_that_end_a_run_one_does(
    url: str, database: DB, runstore: StorageVolume, tmp_path: Path
) -> None:
    world = World(url, database, tmp_path)
    context = fighters.CONTEXT
    answers = context.Queue()
    children = [
        context.Process(
            target=fighters.fight,
            args=(url, world.files, world.runstore, world.run_id, number, answers),
        )
        for number in range(FIGHTERS)
    ]
    for child in children:
        child.start()
    done = dict(answers.get(timeout=90) for _ in children)
    for child in children:
        child.join()
    ends = [(number, name) for number, names in done.items() for name in names if name != "RUNNING"]
    starts = [number for number, names in done.items() if "RUNNING" in names]
    assert len(ends) == 1
    assert len(starts) <= 1
    winner, state = ends[0]
    assert world.state() == state
    world.sweep()
    assert world.agree()
    with database.session() as session:
        run = RunManager(session, open_volume(world.files)).get_run(world.run_id)
        if state in ("CANCELED", "ERROR"):
            assert run.state().messages == [str(winner)]
        else:
            assert run.state().files == ["A.json"]


def between(catalogue: Catalogue, database: DB, fs: StorageVolume, change: Any) -> RunManager:
    """Return a manager in whose way somebody comes, once, between looking and changing."""
    left = [change]

    def step(name: str) -> None:
        if name == "copied A.json" and left:
            with database.session() as session:
                left.pop()(RunManager(session, fs))

    return RunManager(catalogue.session, fs, step=step)


def test_who_is_overtaken_while_copying_is_told_and_keeps_nothing(
    catalogue: Catalogue, database: DB, fs: StorageVolume, runstore: StorageVolume
) -> None:
    run_id = catalogue.create().run_id
    runs = between(catalogue, database, fs, lambda other: other.update_run(run_id, StateCanceled()))
    with pytest.raises(ConstraintViolationError, match="somebody else has changed run"):
        runs.update_run(run_id, StateSuccess(files=["A.json"]), runstore)
    assert runs.get_run(run_id).is_canceled()
    assert fs.walk("") == []


def test_who_copies_for_a_deleted_run_is_told_and_keeps_nothing(
    catalogue: Catalogue, database: DB, fs: StorageVolume, runstore: StorageVolume
) -> None:
    run_id = catalogue.create().run_id
    runs = between(catalogue, database, fs, lambda other: other.delete_run(run_id))
    with pytest.raises(UnknownRunError):
        runs.update_run(run_id, StateSuccess(files=["A.json", "run/results/B.json"]), runstore)
    with database.session() as session:
        from_now_on = RunManager(session, fs)
        assert from_now_on.list_all_runs() == []
    assert fs.walk("") == []


def test_each_change_is_told_once_it_is_durable(
    catalogue: Catalogue, database: DB, fs: StorageVolume, runstore: StorageVolume
) -> None:
    told = []

    def listener(event: RunEvent) -> None:
        with database.session() as session:
            seen = [run.state_type for run in RunManager(session, fs).list_all_runs()]
        told.append((event.before, event.after, seen))

    runs = RunManager(catalogue.session, fs, listener=listener)
    run_id = runs.create_run(group=catalogue.group).run_id
    runs.update_run(run_id, StateRunning())
    runs.update_run(run_id, StateRunning())
    with pytest.raises(ConstraintViolationError):
        runs.update_run(run_id, StateSuccess())
    runs.update_run(run_id, StateError())
    runs.delete_run(run_id)
    assert told == [
        (None, "PENDING", ["PENDING"]),
        ("PENDING", "RUNNING", ["RUNNING"]),
        ("RUNNING", "ERROR", ["ERROR"]),
        ("ERROR", None, []),
    ]


def test_changes_of_a_block_are_durable_together_and_told_afterwards(
    catalogue: Catalogue, database: DB, fs: StorageVolume
) -> None:
    told: list[RunEvent] = []
    runs = RunManager(catalogue.session, fs, listener=told.append)

    def elsewhere() -> list[str]:
        with database.session() as session:
            return [run.state_type for run in RunManager(session, fs).list_all_runs()]

    with runs.together():
        first, second = (runs.create_run(group=catalogue.group).run_id for _ in range(2))
        runs.update_run(first, StateRunning())
        runs.update_run(first, StateError(messages=["it broke"]))
        with pytest.raises(ConstraintViolationError, match="cannot change run in state ERROR"):
            runs.update_run(first, StateCanceled())
        assert elsewhere() == told == []
    assert sorted(elsewhere()) == ["ERROR", "PENDING"]
    assert [event.after for event in told] == ["PENDING", "PENDING", "RUNNING", "ERROR"]
    assert runs.get_run(second).is_pending()


def test_a_block_that_fails_changes_nothing(catalogue: Catalogue, fs: StorageVolume) -> None:
    told: list[RunEvent] = []
    runs = RunManager(catalogue.session, fs, listener=told.append)

    def fail() -> None:
        with runs.together():
            runs.create_run(group=catalogue.group)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert runs.list_all_runs() == told == []
    runs.create_run(group=catalogue.group)
    assert len(told) == 1


def test_what_stores_or_deletes_files_is_refused_in_a_block(
    catalogue: Catalogue, runstore: StorageVolume
) -> None:
    runs = catalogue.runs
    run_id = catalogue.create().run_id
    with runs.together():
        for refused in (
            lambda: runs.update_run(run_id, StateSuccess(files=["A.json"]), runstore),
            lambda: runs.delete_run(run_id),
            lambda: runs.store_runfile(run_id, IOBuffer(b""), "a"),
            lambda: runs.together().__enter__(),
        ):
            with pytest.raises(ConstraintViolationError, match="outside of together"):
                refused()
    assert runs.get_run(run_id).is_pending()
