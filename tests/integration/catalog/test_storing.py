"""Files that are stored in a run while it goes on: beside each other, and through crashes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.catalog.store.models import FileWork
from flowy.catalog.sweeper import Swept, sweep
from flowy.catalog.workflow.state import StateCanceled, StateRunning, StateSuccess
from flowy.clock import ManualClock
from flowy.errors import InvalidKeyError, InvalidRunStateError, UnknownRunError, VolumeError
from flowy.volume.base import IOBuffer, StorageVolume
from flowy.volume.manager import open_volume
from tests.integration.catalog import fighters
from tests.integration.catalog.conftest import Catalogue
from tests.integration.catalog.test_crash import World

STEPS = ["file noted", "file stored", "file committing", "file committed"]


def stored(runs: RunManager, run_id: str) -> dict[str, bytes]:
    """Return the files of a run as they can be downloaded."""
    found = {}
    for file in runs.get_run(run_id).files:
        with runs.get_runfile(run_id, key=file.key).open() as stream:
            found[file.key] = stream.read()
        assert len(found[file.key]) == file.size
    return found


def test_files_are_there_before_the_run_has_ended_and_stay(
    catalogue: Catalogue, runstore: StorageVolume
) -> None:
    run_id = catalogue.create().run_id
    file = catalogue.runs.store_runfile(run_id, IOBuffer(b"one"), "a/one.json")
    assert (file.key, file.mime_type, file.size) == ("a/one.json", "application/json", 3)
    assert stored(catalogue.runs, run_id) == {"a/one.json": b"one"}
    catalogue.runs.update_run(run_id, StateSuccess(files=["A.json"]), runstore)
    assert stored(catalogue.runs, run_id) == {"A.json": b'{"A": 1}', "a/one.json": b"one"}


def test_of_one_key_the_last_file_stays(catalogue: Catalogue) -> None:
    run_id = catalogue.create().run_id
    first = catalogue.runs.store_runfile(run_id, IOBuffer(b"one"), "one").file_id
    second = catalogue.runs.store_runfile(run_id, IOBuffer(b"another"), "one").file_id
    assert first == second
    assert stored(catalogue.runs, run_id) == {"one": b"another"}


def test_a_run_that_has_ended_or_gone_takes_no_files(
    catalogue: Catalogue, fs: StorageVolume
) -> None:
    run_id = catalogue.create().run_id
    catalogue.runs.update_run(run_id, StateCanceled())
    with pytest.raises(InvalidRunStateError, match="is CANCELED and takes no more files"):
        catalogue.runs.store_runfile(run_id, IOBuffer(b""), "late")
    catalogue.runs.delete_run(run_id)
    with pytest.raises(UnknownRunError):
        catalogue.runs.store_runfile(run_id, IOBuffer(b""), "late")
    assert fs.walk("") == []


@pytest.mark.parametrize("key", ["", "../a", "/a", "a\0", "x" * 10_000, ".flowy-part-1"])
def test_keys_that_lead_out_are_refused_before_anything_is_noted(
    catalogue: Catalogue, key: str
) -> None:
    run_id = catalogue.create().run_id
    with pytest.raises(InvalidKeyError):
        catalogue.runs.store_runfile(run_id, IOBuffer(b""), key)
    assert catalogue.session.query(FileWork).count() == 0


def test_keys_of_other_alphabets_are_taken(catalogue: Catalogue) -> None:
    run_id = catalogue.create().run_id
    catalogue.runs.store_runfile(run_id, IOBuffer(b"1"), "图/фото é.txt")
    assert stored(catalogue.runs, run_id) == {"图/фото é.txt": b"1"}


@pytest.mark.parametrize(
    ("ends", "error"), [("cancel", InvalidRunStateError), ("delete", UnknownRunError)]
)
def test_who_is_overtaken_by_the_runs_end_is_told_and_keeps_nothing(
    catalogue: Catalogue, database: DB, fs: StorageVolume, ends: str, error: type[Exception]
) -> None:
    run_id = catalogue.create().run_id

    def step(name: str) -> None:
        if name != "file stored":
            return
        with database.session() as session:
            other = RunManager(session, fs)
            if ends == "cancel":
                other.update_run(run_id, StateCanceled())
            else:
                other.delete_run(run_id)

    runs = RunManager(catalogue.session, fs, step=step)
    with pytest.raises(error):
        runs.store_runfile(run_id, IOBuffer(b"late"), "late")
    assert fs.walk("") == []
    assert catalogue.session.query(FileWork).count() == 0


def test_who_ends_a_run_spares_the_files_that_are_being_stored(
    catalogue: Catalogue, database: DB, fs: StorageVolume
) -> None:
    """What others clear away on their way is what nobody is storing."""
    run_id = catalogue.create().run_id

    def step(name: str) -> None:
        if name == "file stored":
            with database.session() as session:
                assert sweep(session, fs, scan=True) == Swept()

    runs = RunManager(catalogue.session, fs, step=step)
    runs.store_runfile(run_id, IOBuffer(b"here"), "here")
    assert stored(runs, run_id) == {"here": b"here"}


def test_a_volume_that_is_gone_leaves_no_row_and_no_note(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    (tmp_path / "flat").mkdir()
    fs = open_volume(tmp_path / "flat")
    runs = RunManager(catalogue.session, fs)
    run_id = catalogue.create().run_id
    (tmp_path / "flat").rmdir()
    (tmp_path / "flat").write_text("a file where the volume was")
    with pytest.raises(VolumeError):
        runs.store_runfile(run_id, IOBuffer(b"lost"), "lost")
    assert runs.get_run(run_id).files == []


def test_many_store_files_of_one_run_at_once_and_none_is_lost(
    catalogue: Catalogue, database: DB, fs: StorageVolume
) -> None:
    run_id = catalogue.create().run_id
    together = threading.Barrier(4)

    def store(number: int) -> None:
        with database.session() as session:
            runs = RunManager(session, fs)
            together.wait(30)
            for each in range(5):
                runs.store_runfile(run_id, IOBuffer(b"x" * number), f"{number}/{each}")
                runs.store_runfile(run_id, IOBuffer(b"y" * (10 * number + each)), "shared")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(store, range(1, 5)))
    catalogue.session.expire_all()
    found = stored(catalogue.runs, run_id)
    assert sorted(found) == sorted([*(f"{n}/{e}" for n in range(1, 5) for e in range(5)), "shared"])
    assert catalogue.session.query(FileWork).count() == 0


@pytest.mark.parametrize(
    ("at", "present"),
    [*((step, False) for step in STEPS), ("file stored", True), ("file committing", True)],
)
def test_killed_while_storing_a_file(
    url: str, database: DB, runstore: StorageVolume, tmp_path: Path, at: str, present: bool
) -> None:
    world = World(url, database, tmp_path)
    with database.session() as session:
        runs = RunManager(session, open_volume(world.files))
        runs.update_run(world.run_id, StateRunning())
        if present:
            runs.store_runfile(world.run_id, IOBuffer(b"before"), "results/a")
    world.killed(fighters.store, at)
    swept = world.sweep()
    assert swept.finished == ([] if at == "file committed" else [world.run_id])
    assert world.agree()
    assert world.sweep(scan=True) == Swept()
    kept = present or at == "file committed"
    new = at != "file noted"
    with database.session() as session:
        assert session.query(FileWork).count() == 0
        found = stored(RunManager(session, open_volume(world.files)), world.run_id)
        assert found == ({"results/a": b"the new content" if new else b"before"} if kept else {})


def test_a_file_that_a_process_of_another_machine_stores_is_waited_for(
    url: str, database: DB, runstore: StorageVolume, tmp_path: Path
) -> None:
    world, clock = World(url, database, tmp_path), ManualClock()
    volume = open_volume(world.files)
    with database.session() as session:
        session.add(
            FileWork(
                token="t", run_id=world.run_id, key="k", folder="w/runs/r", owner="far:1",
                since=clock.now(),
            )
        )  # fmt: skip
        session.commit()
        volume.store(IOBuffer(b""), "w/runs/r/k")
        assert sweep(session, volume, clock=clock) == Swept()
        clock.advance(3_601)
        assert sweep(session, volume, clock=clock).finished == [world.run_id]
    assert volume.walk("") == []


def test_a_killed_sweeper_of_files_harms_nothing(
    url: str, database: DB, runstore: StorageVolume, tmp_path: Path
) -> None:
    world = World(url, database, tmp_path)
    world.killed(fighters.store, "file stored")
    child = fighters.CONTEXT.Process(
        target=fighters.tidy,
        args=(url, world.files, world.runstore, world.run_id, "file swept"),
    )
    child.start()
    child.join(60)
    assert child.exitcode == -9
    world.sweep()
    assert world.agree()
