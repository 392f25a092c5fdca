"""The text of statements that write rows by key."""

from functools import lru_cache

from sqlalchemy import Column
from sqlalchemy.engine.interfaces import Dialect

from flowy.db.ledger import Rows

Shape = tuple[str, ...]
"""The columns that a row's new values are for."""


@lru_cache(maxsize=1024)
def insert_text(rows: Rows, count: int) -> str:
    """Return the text that adds so many rows, for a driver that counts question marks."""
    return f"{_insert(rows)} VALUES {_values(len(rows.columns), count)}"


@lru_cache(maxsize=1024)
def delete_text(rows: Rows, count: int) -> str:
    """Return the text that deletes the rows of so many keys."""
    # Not as (key) IN (VALUES ...): SQLite would go through the whole table.
    row = " AND ".join(f"{name} = ?" for name in rows.key)
    return f"DELETE FROM {rows.table.name} WHERE {' OR '.join([f'({row})'] * count)}"  # noqa: S608 - our names


@lru_cache(maxsize=1024)
def update_text(rows: Rows, shape: Shape, count: int) -> str:
    """Return the text that gives so many rows new values; of each its key first, then these."""
    table, names = rows.table.name, (*rows.key, *shape)
    if count == 1:
        places = [f"{name} = ?{place}" for place, name in enumerate(names, 1)]
        key, values = places[: len(rows.key)], places[len(rows.key) :]
        return f"UPDATE {table} SET {', '.join(values)} WHERE {' AND '.join(key)}"  # noqa: S608 - our names
    new = ", ".join(f"{name} = given.{name}" for name in shape)
    return (
        f"WITH given ({', '.join(names)}) AS (VALUES {_values(len(names), count)}) "  # noqa: S608 - our names
        f"UPDATE {table} SET {new} FROM given WHERE {_same(table, rows.key)}"
    )


@lru_cache(maxsize=1024)
def numbered_insert_text(rows: Rows, count: int) -> str:
    """Return the text that adds so many rows, with numbered parameters."""
    width = len(rows.columns)
    places = (
        ", ".join(f"${row * width + column}" for column in range(1, width + 1))
        for row in range(count)
    )
    return f"{_insert(rows)} VALUES {', '.join(f'({row})' for row in places)}"


@lru_cache(maxsize=128)
def array_delete_text(rows: Rows, dialect: Dialect) -> str:
    """Return the text that deletes rows, given by an array for each column of the key."""
    table, key = rows.table.name, rows.key
    return (
        f"DELETE FROM {table} USING {_unnest(rows, key, dialect)} "  # noqa: S608 - our names
        f"WHERE {_same(table, key)}"
    )


@lru_cache(maxsize=128)
def array_update_text(rows: Rows, shape: Shape, dialect: Dialect, complaint: str) -> str:
    """Return the text that gives rows new values, or fails unless it finds all of them.

    Its parameters are an array for each column of the key, one of the versions that the rows are
    expected to have, one for each new value, and the number of rows.
    """
    table = rows.table.name
    names = (*rows.key, "was", *shape)
    source = _unnest(rows, names, dialect)
    new = ", ".join(f"{name} = given.{name}" for name in shape)
    return (
        f"WITH moved AS (UPDATE {table} SET {new} FROM {source} "  # noqa: S608 - our names
        f"WHERE {_same(table, rows.key)} AND {table}.{rows.version} = given.was RETURNING 1) "
        f"SELECT CASE WHEN count(*) <> ${len(names) + 1}::bigint "
        f"THEN ('{complaint}' || count(*))::int END FROM moved"
    )


def _insert(rows: Rows) -> str:
    return f"INSERT INTO {rows.table.name} ({', '.join(rows.columns)})"


def _values(width: int, count: int) -> str:
    row = f"({', '.join('?' * width)})"
    return ", ".join([row] * count)


def _same(table: str, names: Shape) -> str:
    return " AND ".join(f"{table}.{name} = given.{name}" for name in names)


def _unnest(rows: Rows, names: Shape, dialect: Dialect) -> str:
    columns = [rows.table.columns[rows.version if name == "was" else name] for name in names]
    arrays = ", ".join(
        f"${number}::{_type(column, dialect)}[]" for number, column in enumerate(columns, 1)
    )
    return f"unnest({arrays}) AS given ({', '.join(names)})"


def _type(column: "Column[object]", dialect: Dialect) -> str:
    return str(column.type.dialect_impl(dialect).compile(dialect)).partition(" COLLATE")[0]
