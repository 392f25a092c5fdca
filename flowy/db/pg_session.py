"""PostgreSQL's session: changes are noted and travel with the next look, or with the commit.

A look costs a round trip, a change none. Rows of one table that are inserted one by one travel as
one statement, as long as nothing else happens to the table in between: then the order of changes to
different tables does not matter, for no table refers to another.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine.interfaces import Dialect

from flowy.db.pipeline import MISSED, Pipeline, rows
from flowy.db.session import Row
from flowy.db.statement import Positional, Statement

ROWS = 32
"""So many rows are inserted by a statement at most; each number is a statement of its own."""

_dialect: Dialect = PGDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class _Insert:
    """Rows that travel as one statement."""

    __slots__ = ("rows", "statement")

    def __init__(self, statement: Positional) -> None:
        self.statement = statement
        self.rows: list[list[Any]] = []


class PostgresqlSession:
    """A transaction's connection; see ``flowy.db.session.Session``.

    Args:
        pipeline: The connection; a transaction is begun on it.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._noted: list[_Insert | tuple[str, list[Any]]] = []
        self._inserts: dict[str | None, _Insert] = {}
        self.changes = 0
        self.topics: list[str] = []

    def execute(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        """Note a statement that returns no rows."""
        self.execute_many(statement, (parameters,))

    def execute_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Note a statement, once for each row of parameters."""
        found = statement.positional(_dialect)
        self.changes += len(rows)
        if found.inserts:
            insert = self._inserts.get(found.table)
            if insert is None or insert.statement is not found:
                insert = self._inserts[found.table] = _Insert(found)
                self._noted.append(insert)
            insert.rows.extend([row[name] for name in found.names] for row in rows)
            return
        self._inserts.pop(found.table, None)
        for row in rows:
            self._noted.append((found.text, [row[name] for name in found.names]))

    def expect(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        """Note a statement that undoes the transaction unless it changes or finds a row."""
        found = statement.positional(_dialect)
        if found.table is not None:
            self.changes += 1
            self._inserts.pop(found.table, None)
        self._noted.append((_expected(found), [parameters[name] for name in found.names]))

    def one(self, statement: Statement, parameters: Mapping[str, Any]) -> Row | None:
        """Return the first row, or None."""
        found = self.all(statement, parameters)
        return found[0] if found else None

    def all(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Row]:
        """Send what was noted and this, and return all rows."""
        found = statement.positional(_dialect)
        if found.table is not None:
            self.changes += 1
        self.send()
        place = self._pipeline.queue(found, parameters)
        return rows(self._pipeline.sync()[place])

    def announce(self, topics: Sequence[str]) -> None:
        """Have other processes told, when this is committed."""
        self.topics.extend(topics)

    def send(self) -> bool:
        """Hand what was noted to the connection; return False when that was nothing."""
        noted, self._noted = self._noted, []
        self._inserts.clear()
        queue = self._pipeline.queue_values
        for item in noted:
            if isinstance(item, tuple):
                queue(*item)
                continue
            for first in range(0, len(item.rows), ROWS):
                chunk = item.rows[first : first + ROWS]
                queue(_with_rows(item.statement, len(chunk)), [v for row in chunk for v in row])
        return bool(noted)

    def check(self) -> None:
        """Send what was noted, and see that what was expected holds."""
        if self.send():
            self._pipeline.sync()

    def forget(self) -> None:
        """Drop what was noted, for a transaction that begins anew."""
        self._noted.clear()
        self._inserts.clear()
        self.topics.clear()


@lru_cache(maxsize=1024)
def _with_rows(statement: Positional, count: int) -> str:
    """Return the text of an insert of so many rows."""
    head, _, _ = statement.text.partition(" VALUES ")
    width = len(statement.names)
    places = (
        ", ".join(f"${row * width + column}" for column in range(1, width + 1))
        for row in range(count)
    )
    return f"{head} VALUES {', '.join(f'({row})' for row in places)}"


@lru_cache(maxsize=1024)
def _expected(statement: Positional) -> str:
    """Return the text of a statement that fails when it has no row, saying why in the log."""
    returning = "" if statement.table is None else " RETURNING 1"
    return (
        f"WITH expected AS ({statement.text}{returning}) "  # noqa: S608 - our own text
        f"SELECT CASE WHEN count(*) = 0 THEN ('{MISSED}' || count(*))::int END FROM expected"
    )
