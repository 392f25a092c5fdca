"""A catalogue for each test: on SQLite, and on PostgreSQL where there is one."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from flowy.catalog.base import GroupObject, RunObject, WorkflowObject
from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.volume.base import IOBuffer, StorageVolume
from flowy.volume.manager import open_volume


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/runs.db"
    made: str = request.getfixturevalue("empty_postgresql_url")
    return made


@pytest.fixture
def database(url: str) -> Iterator[DB]:
    made = DB(url)
    made.init()
    yield made
    made.close()


@pytest.fixture
def fs(tmp_path: Path) -> StorageVolume:
    return open_volume(tmp_path / "files")


@pytest.fixture
def runstore(tmp_path: Path) -> StorageVolume:
    """A run's own folder with two result files."""
    store = open_volume(tmp_path / "run")
    store.store(IOBuffer(b'{"A": 1}'), "A.json")
    store.store(IOBuffer(b'{"B": 1}'), "run/results/B.json")
    return store


@dataclass
class Catalogue:
    """A session, a manager on it, a workflow and a group."""

    session: Session
    runs: RunManager
    workflow: WorkflowObject
    group: GroupObject

    def create(self, **values: Any) -> RunObject:
        return self.runs.create_run(group=self.group, **values)


def make_group(session: Session, **workflow: Any) -> GroupObject:
    made = WorkflowObject(name=uuid.uuid4().hex, **workflow)
    group = GroupObject(name="group", workflow=made)
    session.add_all([made, group])
    session.commit()
    return group


@pytest.fixture
def catalogue(database: DB, fs: StorageVolume) -> Iterator[Catalogue]:
    with database.session() as session:
        group = make_group(session)
        yield Catalogue(
            session=session,
            runs=RunManager(session=session, fs=fs),
            workflow=group.workflow,
            group=group,
        )
