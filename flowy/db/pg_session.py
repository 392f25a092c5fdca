"""PostgreSQL's session: changes are noted and travel with the next look, or with the commit.

A look costs a round trip, a change none. Changes of single rows travel behind the statements that
were noted with them, those of one table together.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine.interfaces import Dialect

from flowy.db.ledger import Changes, Ledger
from flowy.db.listener import Listener
from flowy.db.pipeline import MISSED, Pipeline, rows
from flowy.db.row_text import array_delete_text, array_update_text, numbered_insert_text
from flowy.db.session import Row
from flowy.db.statement import Positional, Statement

ROWS = 32
"""So many rows are inserted by a statement at most; each number is a statement of its own."""

_dialect: Dialect = PGDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class PostgresqlSession:
    """A transaction's connection; see ``flowy.db.session.Session``.

    Args:
        pipeline: The connection; a transaction is begun on it.
        listener: Knows whether other processes use the database; None for one that only reads.
    """

    is_sure = False

    def __init__(self, pipeline: Pipeline, listener: Listener | None = None) -> None:
        self._pipeline = pipeline
        self._listener = listener
        self._noted: list[tuple[str, Sequence[Any]]] = []
        self._changes = 0
        self.ledger = Ledger()
        self.topics: list[str] = []

    @property
    def changes(self) -> int:
        """A number that grows with each changed row."""
        return self._changes + self.ledger.count

    @property
    def has_company(self) -> bool:
        """Whether other processes may write without this one being told in time."""
        return self._listener is None or self._listener.has_company

    def execute(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        """Note a statement that returns no rows."""
        self.execute_many(statement, (parameters,))

    def execute_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Note a statement, once for each row of parameters."""
        found = statement.positional(_dialect)
        self._settle()
        self._changes += len(rows)
        self._noted.extend((found.text, [row[name] for name in found.names]) for row in rows)

    def expect(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        """Note a statement that undoes the transaction unless it finds a row."""
        found = statement.positional(_dialect)
        self._noted.append((_expected(found), [parameters[name] for name in found.names]))

    def one(self, statement: Statement, parameters: Mapping[str, Any]) -> Row | None:
        """Return the first row, or None."""
        found = self.all(statement, parameters)
        return found[0] if found else None

    def all(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Row]:
        """Send what was noted and this, and return all rows."""
        found = statement.positional(_dialect)
        if found.table is not None:
            self._changes += 1
        self.send()
        place = self._pipeline.queue(found, parameters)
        return rows(self._pipeline.sync()[place])

    def announce(self, topics: Sequence[str]) -> None:
        """Have other processes told, when this is committed."""
        self.topics.extend(topics)

    def send(self) -> bool:
        """Hand what was noted to the connection; return False when that was nothing."""
        self._settle()
        noted, self._noted = self._noted, []
        for text, values in noted:
            self._pipeline.queue_values(text, values)
        return bool(noted)

    def check(self) -> None:
        """Send what was noted, and see that what was expected holds."""
        if self.send():
            self._pipeline.sync()

    def forget(self) -> None:
        """Drop what was noted, for a transaction that begins anew."""
        self.ledger.forget()
        self._noted.clear()
        self.topics.clear()

    def _settle(self) -> None:
        """Note the statements for the rows that were changed."""
        if not self.ledger:
            return
        noted = self.ledger.take()
        for changes in noted:
            self._noted.extend(_updates(changes))
        for changes in noted:
            self._noted.extend(_deletes(changes))
        for changes in noted:
            self._noted.extend(_inserts(changes))


def _updates(changes: Changes) -> Iterator[tuple[str, Sequence[Any]]]:
    moved = changes.moved
    for shape, keys in changes.moves_by_shape().items():
        # Servers that lock the same rows in the same order do not wait for each other in a circle.
        keys.sort()
        given = [(*key, moved[key][0], *moved[key][1].values()) for key in keys]
        text = array_update_text(changes.rows, shape, _dialect, MISSED)
        yield text, (*map(list, zip(*given, strict=True)), len(keys))


def _deletes(changes: Changes) -> Iterator[tuple[str, Sequence[Any]]]:
    if changes.removed:
        keys = sorted(changes.removed)
        yield (
            array_delete_text(changes.rows, _dialect),
            [list(column) for column in zip(*keys, strict=True)],
        )


def _inserts(changes: Changes) -> Iterator[tuple[str, Sequence[Any]]]:
    added = list(changes.added.values())
    for first in range(0, len(added), ROWS):
        chunk = added[first : first + ROWS]
        yield (
            numbered_insert_text(changes.rows, len(chunk)),
            [value for row in chunk for value in row],
        )


@lru_cache(maxsize=1024)
def _expected(statement: Positional) -> str:
    """Return the text of a statement that fails when it has no row, saying why in the log."""
    return (
        f"WITH expected AS ({statement.text}) "  # noqa: S608 - our own text
        f"SELECT CASE WHEN count(*) = 0 THEN ('{MISSED}' || count(*))::int END FROM expected"
    )
