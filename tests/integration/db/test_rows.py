"""Rows that are written by key are as they would be if each change had been made at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    func,
    select,
)
from sqlalchemy.engine import make_url

from flowy.db.ledger import Rows
from flowy.db.postgresql import PostgresqlDatabase
from flowy.db.session import Database, Session
from flowy.db.sqlite import SqliteDatabase
from flowy.db.statement import Statement

things = Table(
    "things",
    MetaData(),
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text().with_variant(Text(collation="C"), "postgresql")),
    Column("weight", Float),
    Column("body", LargeBinary),
)
ROWS = Rows(things, key=2, version="version")
ALL = Statement(select(things).order_by(things.c.id, things.c.part))
COUNT = Statement(select(func.count()).select_from(things))
CLEAR = Statement(delete(things))

Model = dict[tuple[int, int], list[Any]]

KEYS = st.tuples(st.integers(-2, 2), st.integers(0, 2))
TEXTS = st.none() | st.text("a\"'\\{},\x00\x01 é", max_size=5)
WEIGHTS = st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32)
STEPS = st.one_of(
    st.tuples(st.just("put"), KEYS, TEXTS, WEIGHTS, st.binary(max_size=3)),
    st.tuples(st.just("remove"), KEYS),
    st.tuples(st.just("rename"), KEYS, TEXTS),
    st.tuples(st.just("weigh"), KEYS, WEIGHTS),
    st.tuples(st.just("look")),
    st.tuples(st.just("commit")),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database: Database = SqliteDatabase(make_url(f"sqlite:///{tmp_path / 'rows.db'}"))
        things.metadata.create_all(database.engine)
        yield database
        database.close()
        return
    postgresql = request.getfixturevalue("postgresql")
    url = postgresql.empty_database()
    database = PostgresqlDatabase(make_url(url))
    things.metadata.create_all(database.engine)
    yield database
    database.close()
    postgresql.drop(url)


def rows_of(model: Model) -> list[tuple[Any, ...]]:
    return [(*key, *values) for key, values in sorted(model.items())]


def put(session: Session, model: Model, key: tuple[int, int], *values: Any) -> None:
    if key not in model:
        model[key] = [1, *values]
        session.ledger.add(ROWS, key, (*key, 1, *values))


def remove(session: Session, model: Model, key: tuple[int, int]) -> None:
    if model.pop(key, None):
        session.ledger.remove(ROWS, key)


def move(session: Session, model: Model, key: tuple[int, int], column: str, value: Any) -> None:
    """Change a row; one that is only noted is written first, for only stored rows are moved."""
    if key in model:
        session.one(COUNT, {})
        session.ledger.move(ROWS, key, model[key][0], {column: value})
        model[key][0] += 1
        model[key][{"name": 1, "weight": 2}[column]] = value


def rename(session: Session, model: Model, key: tuple[int, int], name: Any) -> None:
    move(session, model, key, "name", name)


def weigh(session: Session, model: Model, key: tuple[int, int], weight: Any) -> None:
    move(session, model, key, "weight", weight)


def look(session: Session, model: Model) -> None:
    assert session.all(ALL, {}) == rows_of(model)


STEP = {"put": put, "remove": remove, "rename": rename, "weigh": weigh, "look": look}


def transactions(steps: list[Any]) -> list[list[Any]]:
    parts: list[list[Any]] = [[]]
    for step in steps:
        parts.append([]) if step[0] == "commit" else parts[-1].append(step)
    return parts


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, max_size=25))
def test_rows_are_as_the_changes_made_them(database: Database, steps: list[Any]):
    database.write(lambda session: session.execute(CLEAR, {}))
    model: Model = {}
    for part in transactions(steps):

        def work(session: Session, part: list[Any] = part) -> None:
            for name, *arguments in part:
                STEP[name](session, model, *arguments)

        database.write(work)
    assert database.read(lambda session: session.all(ALL, {})) == rows_of(model)


@pytest.mark.parametrize("count", [0, 1, 2, 32, 33, 163])
def test_any_number_of_rows_is_written(database: Database, count: int):
    def add(session: Session) -> None:
        for number in range(count):
            session.ledger.add(ROWS, (number, 0), (number, 0, 1, None, None, b""))

    def drop(session: Session) -> None:
        for number in range(count):
            session.ledger.move(ROWS, (number, 0), 1, {"name": "moved"})
        for number in range(0, count, 2):
            session.ledger.remove(ROWS, (number, 0))

    database.write(add)
    assert database.read(lambda session: session.one(COUNT, {})) == (count,)
    database.write(drop)
    assert database.read(lambda session: session.one(COUNT, {})) == (count // 2,)


def test_what_is_refused_half_way_leaves_no_rows(database: Database):
    def work(session: Session) -> None:
        session.ledger.add(ROWS, (1, 1), (1, 1, 1, None, None, b""))
        raise KeyError("no")

    with pytest.raises(KeyError):
        database.write(work)
    database.write(lambda session: None)
    assert database.read(lambda session: session.one(COUNT, {})) == (0,)


def test_on_postgresql_a_row_of_another_version_undoes_the_transaction(
    request: pytest.FixtureRequest, database: Database
):
    if isinstance(database, SqliteDatabase):
        pytest.skip("on SQLite nobody else can have changed a row")
    attempts: list[int] = []

    def work(session: Session) -> None:
        attempts.append(1)
        session.ledger.add(ROWS, (2, 2), (2, 2, 1, None, None, b""))
        session.ledger.move(ROWS, (1, 1), len(attempts), {"weight": 1.0})

    database.write(lambda session: session.ledger.add(ROWS, (1, 1), (1, 1, 3, "", None, b"")))
    database.write(work)
    assert len(attempts) == 3
    assert database.read(lambda session: session.one(COUNT, {})) == (2,)


def test_who_follows_another_process_is_told_before_it_looks(tmp_path: Path):
    ours, theirs = (SqliteDatabase(make_url(f"sqlite:///{tmp_path / 'two.db'}")) for _ in "12")
    things.metadata.create_all(ours.engine)
    told: list[str] = []
    ours.on_overtaken(lambda: told.append("overtaken"))
    ours.write(lambda session: told.append("ours"))
    told.clear()
    ours.write(lambda session: told.append("ours"))
    theirs.write(lambda session: session.ledger.add(ROWS, (1, 1), (1, 1, 1, None, None, b"")))
    ours.write(lambda session: told.append("behind theirs"))
    ours.write(lambda session: told.append("ours again"))
    assert told == ["ours", "overtaken", "behind theirs", "ours again"]
    ours.close()
    theirs.close()
