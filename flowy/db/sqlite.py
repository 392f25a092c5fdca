"""SQLite: one writer with group commit, any number of readers, several processes on one file.

Writers begin with ``BEGIN IMMEDIATE``, so that a transaction that has begun cannot fail for want
of the lock. The file is in WAL mode with ``synchronous=FULL``: what is committed survives a crash
of the machine. ``?synchronous=normal`` in the URL gives that up (a crash of the process still
loses nothing) for about three times the speed.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, cast

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL

from flowy.db.group_commit import GroupCommit
from flowy.db.ledger import Changes, Ledger
from flowy.db.row_text import delete_text, insert_text, update_text
from flowy.db.session import Row
from flowy.db.sqlite_engine import make_engine
from flowy.db.statement import Statement
from flowy.errors import DatabaseError

Result = TypeVar("Result")

LOOK_EVERY = 0.05
"""Seconds between looks for other processes' commits; wake-ups within a process need none."""

ROWS = 32
"""So many rows are written by a statement at most; each number is a statement of its own.

Each run of a statement lets other threads of Python go first; one a row would let the whole batch
wait for them again and again.
"""

_dialect = SQLiteDialect_pysqlite(paramstyle="named")


class SqliteSession:
    """Runs statements on the raw connection; see ``flowy.db.session.Session``.

    A transaction that writes has the file to itself, and is told at its begin when others have
    written since the one before: what was so then is so still.
    """

    __slots__ = ("_raw", "ledger")

    has_company = False
    is_sure = True

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw
        self.ledger = Ledger()

    def execute(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        """Run a statement that returns no rows."""
        self.send()
        self._raw.execute(statement.sql(_dialect), parameters)

    def execute_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each row of parameters."""
        self.send()
        self._raw.executemany(statement.sql(_dialect), rows)

    def expect(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        """Expect a row to be found still: nobody can have changed it."""

    def announce(self, topics: Sequence[str]) -> None:
        """Say nothing: other processes look at the file."""

    def one(self, statement: Statement, parameters: Mapping[str, Any]) -> Row | None:
        """Return the first row, or None."""
        self.send()
        cursor = self._raw.execute(statement.sql(_dialect), parameters)
        return cast(Row | None, cursor.fetchone())

    def all(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Row]:
        """Return all rows."""
        self.send()
        return self._raw.execute(statement.sql(_dialect), parameters).fetchall()

    def send(self) -> None:
        """Write the rows that were noted."""
        if not self.ledger:
            return
        noted = self.ledger.take()
        for changes in noted:
            self._update(changes)
        for changes in noted:
            self._delete(changes)
        for changes in noted:
            self._insert(changes)

    def _update(self, changes: Changes) -> None:
        moved = changes.moved
        if not moved:
            return
        for shape, keys in changes.moves_by_shape().items():
            rows = [(*key, *moved[key][1].values()) for key in keys]
            for chunk in _chunks(rows):
                self._raw.execute(update_text(changes.rows, shape, len(chunk)), _flat(chunk))

    def _delete(self, changes: Changes) -> None:
        for chunk in _chunks(list(changes.removed)):
            self._raw.execute(delete_text(changes.rows, len(chunk)), _flat(chunk))

    def _insert(self, changes: Changes) -> None:
        for chunk in _chunks(list(changes.added.values())):
            self._raw.execute(insert_text(changes.rows, len(chunk)), _flat(chunk))


class _WriterTransaction:
    """The transactions of the connection that writes.

    Args:
        raw: The connection.
        session: What its commands use.
        may_be_shared: Whether another process can write too.
    """

    def __init__(
        self, raw: sqlite3.Connection, session: SqliteSession, may_be_shared: bool
    ) -> None:
        self._raw = raw
        self._session = session
        self._version = _data_version(raw) if may_be_shared else None
        self.committed: list[Callable[[], None]] = []
        self.rolled_back: list[Callable[[], None]] = []
        self.overtaken: list[Callable[[], None]] = []
        self.begun = 0
        self.was_overtaken = False

    def begin(self) -> None:
        self._raw.execute("BEGIN IMMEDIATE")
        self.begun += 1
        if self._version is None or self._version == (version := _data_version(self._raw)):
            return
        self._version = version
        self.was_overtaken = True
        for doubt in self.overtaken:
            doubt()

    def commit(self) -> None:
        self._session.send()
        self._raw.execute("COMMIT")
        for keep in self.committed:
            keep()

    def rollback(self) -> None:
        self._session.ledger.forget()
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")
        for forget in self.rolled_back:
            forget()

    def changes(self) -> int:
        return self._raw.total_changes + self._session.ledger.count


class SqliteDatabase:
    """A SQLite file, or a database in memory that lives as long as this value.

    Args:
        url: ``sqlite:///path``, ``sqlite:////absolute/path``, or ``sqlite://`` for memory;
            ``?synchronous=normal`` or ``off`` trades durability for speed.

    Raises:
        DatabaseError: The file cannot be opened or written, or an option is not known.
    """

    def __init__(self, url: URL) -> None:
        self._path = url.database or ":memory:"
        self._in_memory = self._path == ":memory:"
        self.engine = make_engine(url, in_memory=self._in_memory)
        self._writer = self._checkout()
        raw = cast(sqlite3.Connection, self._writer.driver_connection)
        self._session = SqliteSession(raw)
        self._transaction = _WriterTransaction(raw, self._session, not self._in_memory)
        self._group = GroupCommit(self._transaction)
        self._monitor = self._writer if self._in_memory else self._checkout()
        # Without the write lock: who migrates the file may have that for minutes.
        self._seen_by_monitor = _data_version(self._monitor.driver_connection)
        self._seen_begun = 0
        self._interrupted = threading.Event()

    @property
    def name(self) -> str:
        """The path of the file, for messages."""
        return self._path

    def read(self, work: Callable[[SqliteSession], Result]) -> Result:
        """Run work that changes nothing on one consistent state of the data."""
        if self._in_memory:
            return self.write(work)
        connection = self._checkout()
        raw = cast(sqlite3.Connection, connection.driver_connection)
        try:
            raw.execute("BEGIN")
            return work(SqliteSession(raw))
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        finally:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            connection.close()

    def write(
        self,
        work: Callable[[SqliteSession], Result],
        committed: Callable[[Result], None] | None = None,
    ) -> Result:
        """Run work in a transaction, perhaps with that of other threads; durable on return."""
        session = self._session
        try:
            return self._group.run(partial(work, session), committed)
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def on_rollback(self, forget: Callable[[], None]) -> None:
        """Have a function called after each rollback, before anything else is run."""
        self._transaction.rolled_back.append(forget)

    def on_commit(self, keep: Callable[[], None]) -> None:
        """Have a function called after each commit, before anything else is run."""
        self._transaction.committed.append(keep)

    def on_overtaken(self, doubt: Callable[[], None]) -> None:
        """Have a function called at the begin of a transaction that follows one of others."""
        self._transaction.overtaken.append(doubt)

    def wait_for_others(self) -> Sequence[str] | None:
        """Wait a moment and look whether another process has committed; it says not what."""
        if self._interrupted.wait(LOOK_EVERY):
            self._interrupted.clear()
        return None if self._changed_elsewhere() else ()

    def interrupt(self) -> None:
        """Let the thread that waits for others go."""
        self._interrupted.set()

    def _changed_elsewhere(self) -> bool:
        """Tell whether another process has been seen to commit since the last time this was asked.

        The writer's transactions look when they begin. A connection's ``data_version`` does not
        move by its own commits; the monitor's moves with each commit of this process too, but it
        can be read without the write lock, and says when it is worth while to look.
        """
        if self._in_memory:
            return False
        try:
            return self._has_changed()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _has_changed(self) -> bool:
        seen = _data_version(self._monitor.driver_connection)
        if seen == self._seen_by_monitor:
            return False
        transaction = self._transaction
        if transaction.begun == self._seen_begun:
            self._seen_by_monitor = seen
            self._group.run(lambda: None)  # its begin looks
        # A change that came behind our own last begin is seen by our next, or the next time here.
        self._seen_begun = transaction.begun
        if not transaction.was_overtaken:
            return False
        transaction.was_overtaken = False
        return True

    def close(self) -> None:
        """Give back all connections; the last one to close a file folds the WAL into it."""
        if self._monitor is not self._writer:
            self._monitor.close()
        self._writer.close()
        self.engine.dispose()

    def _checkout(self) -> Any:
        try:
            return self.engine.raw_connection()
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> DatabaseError:
        return DatabaseError(
            f"the SQLite database {self._path!r} cannot be used: {error}; check that its folder "
            "exists, that this user may write the file and its folder, and that the disk has room"
        )


def _chunks(rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Sequence[Any]]]:
    for first in range(0, len(rows), ROWS):
        yield rows[first : first + ROWS]


def _flat(rows: Sequence[Sequence[Any]]) -> list[Any]:
    return [value for row in rows for value in row]


def _data_version(raw: Any) -> int:
    return int(raw.execute("PRAGMA data_version").fetchone()[0])
