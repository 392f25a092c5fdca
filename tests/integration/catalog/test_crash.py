"""A process is killed between files and rows: the sweeper mends what it left."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.catalog.store import folders
from flowy.catalog.store.models import FolderWork, RunFile, RunObject
from flowy.catalog.sweeper import Swept, sweep
from flowy.catalog.workflow.state import StateSuccess
from flowy.clock import ManualClock
from flowy.errors import InvalidRunStateError
from flowy.volume.base import IOBuffer, StorageVolume
from flowy.volume.manager import open_volume
from tests.integration.catalog import fighters
from tests.integration.catalog.conftest import make_group

STORING = [
    "claimed",
    "copied A.json",
    "copied run/results/B.json",
    "committing",
    "committed",
]
DELETING = ["deleting", "rows deleted", "folder deleted"]


class World:
    """A database and two folders that several processes use."""

    def __init__(self, url: str, database: DB, tmp_path: Path) -> None:
        self.url = url
        self.database = database
        self.files = tmp_path / "files"
        self.runstore = tmp_path / "run"
        with database.session() as session:
            group = make_group(session)
            self.runs = RunManager(session, open_volume(self.files))
            self.run_id = self.runs.create_run(group=group).run_id

    def killed(self, work: Callable[..., None], at: str) -> None:
        child = fighters.CONTEXT.Process(
            target=work, args=(self.url, self.files, self.runstore, self.run_id, at)
        )
        child.start()
        child.join(60)
        assert child.exitcode == -9

    def sweep(self, *, scan: bool = False) -> Swept:
        with self.database.session() as session:
            return sweep(session, open_volume(self.files), scan=scan)

    def agree(self) -> bool:
        """Tell whether each file has its row, each row its file, and nobody is at anything."""
        with self.database.session() as session:
            rows = {
                f"{run.workflow_id}/runs/{run.run_id}/{file.key}"
                for run in session.query(RunObject)
                for file in run.files
            }
            assert session.query(RunFile).count() == len(rows)
            idle = session.query(FolderWork).count() == 0
        keys = {key for key, _ in open_volume(self.files).walk("")}
        return idle and keys == rows

    def succeed(self) -> None:
        with self.database.session() as session:
            runs = RunManager(session, open_volume(self.files))
            runs.update_run(self.run_id, StateSuccess(files=["A.json"]), open_volume(self.runstore))

    def state(self) -> str | None:
        with self.database.session() as session:
            run = session.get(RunObject, self.run_id)
            return None if run is None else run.state_type


@pytest.fixture
def world(url: str, database: DB, runstore: StorageVolume, tmp_path: Path) -> World:
    return World(url, database, tmp_path)


@pytest.mark.parametrize("at", STORING)
def test_killed_while_storing(world: World, at: str) -> None:
    world.killed(fighters.succeed, at)
    stored = at == "committed"
    assert world.state() == ("SUCCESS" if stored else "PENDING")
    assert world.agree() == stored
    swept = world.sweep()
    assert swept.finished == ([] if stored else [world.run_id])
    assert world.agree()
    assert world.sweep(scan=True) == Swept()
    if not stored:
        world.succeed()
        assert world.state() == "SUCCESS"
        assert world.agree()


@pytest.mark.parametrize("at", STORING[:-1])
def test_who_comes_after_a_killed_process_needs_no_sweeper(world: World, at: str) -> None:
    world.killed(fighters.succeed, at)
    world.succeed()
    assert world.state() == "SUCCESS"
    assert world.agree()


@pytest.mark.parametrize("at", DELETING)
def test_killed_while_deleting(world: World, at: str) -> None:
    world.succeed()
    world.killed(fighters.delete, at)
    kept = at == "deleting"
    assert world.state() == ("SUCCESS" if kept else None)
    assert world.agree() == kept
    world.sweep()
    assert world.agree()
    assert world.state() == ("SUCCESS" if kept else None)


@pytest.mark.parametrize("at", ["claimed", "swept"])
def test_a_killed_sweeper_harms_nothing(world: World, at: str) -> None:
    if at == "swept":
        world.killed(fighters.succeed, "copied A.json")
    else:
        world.succeed()
        stray = f"{next(iter(open_volume(world.files).walk('')))[0]}.stray"
        open_volume(world.files).store(IOBuffer(b""), stray)
    before = world.state()
    world.killed(fighters.tidy, at)
    world.sweep(scan=True)
    assert world.agree()
    assert world.state() == before


def test_the_sweeper_leaves_those_alone_who_live(world: World) -> None:
    volume = open_volume(world.files)
    seen = []

    def step(name: str) -> None:
        if name == "copied A.json":
            seen.append(world.sweep(scan=True))
            with world.database.session() as session:
                second = RunManager(session, volume)
                with pytest.raises(InvalidRunStateError, match="are being stored or deleted by"):
                    second.update_run(
                        world.run_id, StateSuccess(files=[]), open_volume(world.runstore)
                    )

    with world.database.session() as session:
        runs = RunManager(session, volume, step=step)
        state = StateSuccess(files=["A.json"])
        assert runs.update_run(world.run_id, state, open_volume(world.runstore)) is not None
    assert seen == [Swept()]
    assert world.agree()


def test_a_process_of_another_machine_is_waited_for(world: World) -> None:
    clock = ManualClock()
    volume = open_volume(world.files)
    with world.database.session() as session:
        folders.claim(session, world.run_id, "w/runs/r", "elsewhere:1", clock.now())
        assert sweep(session, volume, clock=clock) == Swept()
        clock.advance(3_601)
        assert sweep(session, volume, clock=clock).finished == [world.run_id]


def test_a_scan_finds_strays_and_losses(world: World) -> None:
    world.succeed()
    volume = open_volume(world.files)
    key = volume.walk("")[0][0]
    folder = key.removesuffix("/A.json")
    strays = [f"{folder}/stray", "no-workflow/runs/no-run/stray"]
    for stray in strays:
        volume.store(IOBuffer(b""), stray)
    volume.store(IOBuffer(b""), "no-workflow/static/kept")
    assert sorted(world.sweep(scan=True).orphans) == sorted(strays)
    volume.delete("no-workflow")
    assert world.agree()
    volume.delete(key)
    assert world.sweep(scan=True).missing == [(world.run_id, "A.json")]
