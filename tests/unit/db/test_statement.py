"""Statements are compiled once, with names for parameters and no hidden constants."""

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from flowy.db.statement import ONE, ZERO, Statement
from flowy.service.store import (
    domains,
    events,
    executions,
    heartbeats,
    retention,
    tasks,
    types,
)

SQLITE = SQLiteDialect_pysqlite(paramstyle="named")
TABLE = Table("things", MetaData(), Column("id", Integer), Column("name", Text))


def test_a_statement_has_the_parameters_of_its_dialect():
    statement = Statement(select(TABLE.c.id).where(TABLE.c.name == bindparam("wanted")))
    assert statement.sql(SQLITE).endswith("WHERE things.name = :wanted")
    assert "%(wanted)s" in statement.sql(PGDialect_psycopg())
    assert statement.sql(SQLITE) is statement.sql(SQLITE)


def test_an_insert_names_the_columns_that_it_is_given():
    assert "(name) VALUES (:name)" in Statement(insert(TABLE), columns=("name",)).sql(SQLITE)


@pytest.mark.parametrize(
    "element",
    [
        select(TABLE.c.id).where(TABLE.c.name == "constant"),
        update(TABLE).values(name=None),
        select(TABLE.c.id).limit(1),
    ],
)
def test_a_constant_that_the_driver_would_not_be_told_is_refused(element):
    with pytest.raises(ValueError, match="constants must be literals"):
        Statement(element).sql(SQLITE)


def test_a_limit_is_written_with_literals():
    text = Statement(select(TABLE.c.id).limit(ONE).offset(ZERO)).sql(SQLITE)
    assert " ".join(text.split()).endswith("LIMIT 1 OFFSET 0")


@pytest.mark.parametrize(
    "module",
    [domains, events, executions, heartbeats, retention, tasks, types],
    ids=lambda module: module.__name__.rpartition(".")[2],
)
@pytest.mark.parametrize("dialect", [SQLITE, PGDialect_psycopg()], ids=["sqlite", "postgresql"])
def test_every_statement_of_the_stores_compiles_for_both_databases(module, dialect):
    found = [value for value in vars(module).values() if isinstance(value, Statement)]
    found += getattr(module, "DELETES", ())
    assert found
    for statement in found:
        assert statement.sql(dialect)
