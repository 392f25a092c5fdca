"""Statements travel together, values come back as they went, and who was too late is told."""

from collections.abc import Iterator

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.engine import make_url

from flowy.db.pg_session import PostgresqlSession
from flowy.db.pipeline import Pipeline
from flowy.db.postgresql import PostgresqlDatabase
from flowy.db.statement import ONE, Statement
from flowy.errors import DatabaseError, ServiceUnavailable, TransactionConflict

things = Table(
    "things",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("name", Text),
    Column("weight", Float),
    Column("body", LargeBinary),
)
INSERT = Statement(insert(things))
ALL = Statement(select(things).order_by(things.c.id))
COUNT = Statement(select(func.count()).select_from(things))
_of_id = things.c.id == bindparam("of_id")
DELETE = Statement(delete(things).where(_of_id))
RENAME = Statement(update(things).where(_of_id).values(name=bindparam("name")))
THERE = Statement(select(ONE).where(_of_id))


def thing(number: int, **values: object) -> dict[str, object]:
    return {"id": number, "name": None, "weight": None, "body": None, **values}


@pytest.fixture
def database(postgresql) -> Iterator[PostgresqlDatabase]:
    url = postgresql.empty_database()
    postgresql.sql(
        "CREATE TABLE things (id bigint PRIMARY KEY, name text, weight float, body bytea)",
        url.partition("@/")[2].partition("?")[0],
    )
    made = PostgresqlDatabase(make_url(url))
    yield made
    made.close()
    postgresql.drop(url)


@pytest.mark.parametrize(
    "row",
    [
        (1, "plain", 1.5, b"bytes"),
        (-(2**62), "", -0.1, b""),
        (2**62, "näïve \U0001f40d", 1e300, bytes(range(256))),
        (0, "nul \x00, its escape \x01 and \x01\x30", 1795264913.257, b"\x00"),
        (3, None, None, None),
    ],
)
def test_values_come_back_as_they_went(database: PostgresqlDatabase, row: tuple[object, ...]):
    values = dict(zip(("id", "name", "weight", "body"), row, strict=True))
    database.write(lambda session: session.execute(INSERT, values))
    assert database.read(lambda session: session.all(ALL, {})) == [row]


def test_changes_are_made_in_order(database: PostgresqlDatabase):
    def work(session: PostgresqlSession) -> list[tuple[object, ...]]:
        session.execute(INSERT, thing(1, name="a"))
        session.execute(INSERT, thing(2, name="b"))
        session.execute(DELETE, {"of_id": 1})
        session.execute(INSERT, thing(1, name="again"))
        session.execute(RENAME, {"of_id": 2, "name": "renamed"})
        session.expect(THERE, {"of_id": 2})
        return session.all(ALL, {})

    assert [row[1] for row in database.write(work)] == ["again", "renamed"]


def test_what_is_expected_and_not_there_undoes_the_transaction(database: PostgresqlDatabase):
    attempts = []

    def work(session: PostgresqlSession) -> None:
        attempts.append(1)
        session.execute(INSERT, thing(1))
        if len(attempts) < 3:
            session.expect(THERE, {"of_id": 7})

    undone = []
    database.on_rollback(lambda: undone.append(1))
    database.write(work)
    assert (len(attempts), len(undone)) == (3, 2)
    assert database.read(lambda session: session.one(COUNT, {})) == (1,)


def test_who_loses_every_race_is_told_in_the_end(database: PostgresqlDatabase):
    with pytest.raises(TransactionConflict):
        database.write(lambda session: session.expect(THERE, {"of_id": 7}))


def test_an_error_of_work_that_saw_the_past_is_not_raised(database: PostgresqlDatabase):
    attempts = []

    def work(session: PostgresqlSession) -> str:
        attempts.append(1)
        if len(attempts) == 1:
            session.expect(THERE, {"of_id": 7})
            raise KeyError("something that is not known yet")
        return "done"

    assert database.write(work) == "done"
    with pytest.raises(KeyError):
        database.write(lambda session: {}["nothing expected"])


def test_a_statement_that_fails_leaves_the_connection_usable(database: PostgresqlDatabase):
    wrong = Statement(select(things.c.id).where(literal_column("1 / 0") == bindparam("x")))
    with pytest.raises(DatabaseError, match="PostgreSQL refused"):
        database.write(lambda session: session.all(wrong, {"x": 1}))
    database.write(lambda session: session.execute(INSERT, thing(1)))
    assert database.read(lambda session: session.one(COUNT, {})) == (1,)


def test_a_commit_whose_outcome_is_unknown_is_not_tried_again(
    database: PostgresqlDatabase, monkeypatch: pytest.MonkeyPatch
):
    runs = []

    def work(session: PostgresqlSession) -> None:
        runs.append(1)
        session.execute(INSERT, thing(len(runs)))

    database.write(work)
    send = Pipeline.send_and_forget

    def lose(pipeline: Pipeline) -> None:
        """Let the server have everything, and lose its answer."""
        send(pipeline)
        pipeline._connection.close()

    with monkeypatch.context() as patch:
        patch.setattr(Pipeline, "send_and_forget", lose)
        with pytest.raises(ServiceUnavailable, match="not known"):
            database.write(work)
    assert len(runs) == 2
    database.write(work)
    assert len(runs) == 3
