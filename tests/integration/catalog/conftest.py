"""A catalogue for each test: on SQLite, and on PostgreSQL where there is one."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from flowy.catalog.base import GroupObject, RunObject, WorkflowObject
from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.volume.base import IOBuffer, StorageVolume
from flowy.volume.manager import open_volume

POSTGRESQL = "FLOWY_TEST_POSTGRESQL"
"""A server to make databases on, such as postgresql+psycopg://user@host:port/postgres."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/runs.db"
        return
    server = os.environ.get(POSTGRESQL)
    if not server:
        pytest.skip(f"{POSTGRESQL} names no server")
    name = f"runs_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield engine.url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


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
