"""PostgreSQL: any number of processes on one database, none of them special.

A process writes on one connection, on which the commands of its threads share transactions, and
reads on a pool of others. Locks are taken by changes only, and those travel with the commit, so
that they are held for one round trip. Who was too late finds that a version has moved on: its
transaction is undone and its work is run again.
"""

import random
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from flowy.db.group_commit import GroupCommit
from flowy.db.listener import Listener
from flowy.db.pg_session import PostgresqlSession
from flowy.db.pipeline import Pipeline
from flowy.errors import ConnectionLost, FlowyError, ServiceUnavailable, TransactionConflict

Result = TypeVar("Result")

ATTEMPTS = 50
"""How often a command is run that loses each race."""

PATIENCE = 5.0
"""Seconds for which a connection is tried again before a command fails for want of one."""

PAUSE = 0.1
"""Seconds between attempts."""

READERS = 8
CONNECT_TIMEOUT = 10
UPGRADE_LOCK = 0x666C6F7779


class _Writer:
    """The transactions of the connection that writes."""

    def __init__(self, connect: Callable[[], Pipeline], listener: Listener) -> None:
        self._connect = connect
        self._listener = listener
        self._pipeline: Pipeline | None = None
        self._changes_before = 0
        self.session: PostgresqlSession | None = None
        self.committed: list[Callable[[], None]] = []
        self.rolled_back: list[Callable[[], None]] = []

    def begin(self) -> None:
        pipeline = self._pipeline
        if pipeline is None:
            pipeline = self._pipeline = self._connect()
            self.session = PostgresqlSession(pipeline, self._listener)
        self._changes_before = self._session().changes
        pipeline.queue_values("BEGIN", ())

    def commit(self) -> None:
        session, pipeline = self._session(), self._open()
        has_sent = session.send()
        if session.topics and self._listener.has_company:
            pipeline.queue_values(
                "SELECT pg_notify($1, $2)", self._listener.message(session.topics)
            )
        session.topics.clear()
        pipeline.queue_values("COMMIT", ())
        if has_sent or session.changes != self._changes_before:
            try:
                pipeline.sync()
            except ConnectionLost as error:
                raise ServiceUnavailable(
                    f"{error}, while calls were being committed; whether they were carried out "
                    "is not known"
                ) from error
        else:
            pipeline.send_and_forget()
        for keep in self.committed:
            keep()

    def rollback(self) -> None:
        if self._pipeline is not None and not self._pipeline.is_lost:
            self._session().forget()
            try:
                self._pipeline.queue_values("ROLLBACK", ())
                self._pipeline.sync()
            except ConnectionLost:
                self.close()
        else:
            self.close()
        for forget in self.rolled_back:
            forget()

    def changes(self) -> int:
        return self._session().changes

    def close(self) -> None:
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None

    def _session(self) -> PostgresqlSession:
        assert self.session is not None  # noqa: S101
        return self.session

    def _open(self) -> Pipeline:
        assert self._pipeline is not None  # noqa: S101
        return self._pipeline


class PostgresqlDatabase:
    """A PostgreSQL database.

    Args:
        url: ``postgresql://user:password@host:port/database``, with libpq's options behind a
            question mark.

    Raises:
        DatabaseError: The server cannot be reached.
    """

    def __init__(self, url: URL) -> None:
        self.name = url.render_as_string()
        self.engine = _make_engine(url)
        self._conninfo = _conninfo(url)
        self._node = uuid.uuid4().hex[:12]
        self._listener = Listener(self._connect, self._node)
        self._writer = _Writer(self._connect, self._listener)
        self._group = GroupCommit(self._writer)
        self._readers = threading.Semaphore(READERS)
        self._idle: list[Pipeline] = []
        self._closed = threading.Event()

    def read(self, work: Callable[[PostgresqlSession], Result]) -> Result:
        """Run work that changes nothing on one consistent state of the data."""
        return self._patiently(lambda: self._read(work))

    def write(
        self,
        work: Callable[[PostgresqlSession], Result],
        committed: Callable[[Result], None] | None = None,
    ) -> Result:
        """Run work in a transaction, perhaps with that of other threads; durable on return."""
        for attempt in range(1, ATTEMPTS):
            try:
                return self._patiently(lambda: self._write(work, committed))
            except TransactionConflict:
                # Two that were in each other's way must not meet again at once.
                self._closed.wait(random.random() * attempt * 0.001)  # noqa: S311
        return self._patiently(lambda: self._write(work, committed))

    def on_rollback(self, forget: Callable[[], None]) -> None:
        """Have a function called after each rollback, before anything else is run."""
        self._writer.rolled_back.append(forget)

    def on_commit(self, keep: Callable[[], None]) -> None:
        """Have a function called after each commit, before anything else is run."""
        self._writer.committed.append(keep)

    def on_overtaken(self, doubt: Callable[[], None]) -> None:
        """Do nothing: a transaction that others have overtaken is undone."""

    def wait_for_others(self) -> Sequence[str] | None:
        """Wait until another process has committed; return what it announced, None for anything."""
        return self._listener.wait()

    def interrupt(self) -> None:
        """Let the thread that waits for others go."""
        self._listener.interrupt()

    def close(self) -> None:
        """Give back all connections."""
        self._closed.set()
        self._listener.close()
        self._writer.close()
        self._close_idle()
        self.engine.dispose()

    def _write(
        self,
        work: Callable[[PostgresqlSession], Result],
        committed: Callable[[Result], None] | None,
    ) -> Result:
        def run() -> Result:
            session = self._writer.session
            assert session is not None  # noqa: S101
            try:
                return work(session)
            except FlowyError:
                raise
            except Exception:
                # With a state that is behind, any error is possible; then that is the reason.
                session.check()
                raise

        return self._group.run(run, committed)

    def _read(self, work: Callable[[PostgresqlSession], Result]) -> Result:
        with self._readers:
            pipeline = self._take()
            try:
                pipeline.queue_values("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ())
                return work(PostgresqlSession(pipeline))
            finally:
                self._give_back(pipeline)

    def _give_back(self, pipeline: Pipeline) -> None:
        try:
            if not pipeline.is_lost:
                pipeline.queue_values("ROLLBACK", ())
                pipeline.send_and_forget()
                self._idle.append(pipeline)
                return
        except ConnectionLost:
            pass
        pipeline.close()
        self._close_idle()  # They broke with it.

    def _take(self) -> Pipeline:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _close_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _patiently(self, attempt: Callable[[], Result]) -> Result:
        """Do something again while the database is being restarted."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return attempt()
            except ConnectionLost:
                if time.monotonic() > until or self._closed.wait(PAUSE):
                    raise

    def _connect(self) -> Pipeline:
        return Pipeline(self._conninfo, f"flowy {self._node}")


def _conninfo(url: URL) -> str:
    query = {"connect_timeout": str(CONNECT_TIMEOUT), **url.query}
    plain = url.set(drivername="postgresql", query=query)
    return plain.render_as_string(hide_password=False)


def _make_engine(url: URL) -> Engine:
    """Make what migrations run on; two of them at once wait for each other."""
    engine = create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")

    event.listen(engine, "begin", begin)
    return engine
