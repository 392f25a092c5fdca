"""The catalogue's database by URL, and sessions on it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

from flowy.catalog.store.models import Base, User
from flowy.errors import DatabaseError

__all__ = ["DB", "DEFAULT_USER", "Session"]

DEFAULT_USER = "default"
BUSY_TIMEOUT = 60.0
"""Seconds for which a session waits for another process's write lock."""


class DB:
    """A database of runs.

    Args:
        connect_url: ``sqlite:///path``, ``sqlite://`` (in memory) or ``postgresql://…``.

    Raises:
        DatabaseError: This is no such URL, or its driver is not installed.
    """

    def __init__(self, connect_url: str) -> None:
        try:
            self._engine = _engine(connect_url)
        except (ArgumentError, ImportError) as error:
            raise DatabaseError(
                f"{connect_url!r} is not a database that can be used here: {error}; give a URL "
                "such as sqlite:///flowy-runs.db"
            ) from error
        self._session = sessionmaker(self._engine)

    def init(self) -> None:
        """Drop all tables of the catalogue, and make them and the default user anew."""
        with self._usable():
            Base.metadata.drop_all(self._engine)
        self.create()

    def create(self) -> None:
        """Make what is missing of the tables and the default user; what is there is kept."""
        with self._usable():
            Base.metadata.create_all(self._engine)
            with self.session() as session:
                if session.scalar(select(User).where(User.name == DEFAULT_USER)) is None:
                    session.add(User(name=DEFAULT_USER, active=True))

    def exists(self) -> bool:
        """Tell whether the tables are there."""
        with self._usable():
            return inspect(self._engine).has_table("workflow_run")

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session for a block: committed at its end, rolled back when it raises."""
        with self._session() as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    def __reduce__(self) -> tuple[type["DB"], tuple[str]]:
        """Travel to another process as the URL, and connect anew there.

        Raises:
            DatabaseError: It is in this process's memory.
        """
        url = self._engine.url
        if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
            raise DatabaseError(
                "a catalogue in memory cannot be used by another process; give the file of a "
                "database, such as sqlite:///flowy-runs.db"
            )
        return DB, (url.render_as_string(hide_password=False),)

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            name = self._engine.url.render_as_string()
            raise DatabaseError(
                f"the database {name} cannot be used: {error.orig}; check that it is there and "
                "that this user may write it"
            ) from error


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if parsed.get_backend_name() != "sqlite":
        raise ArgumentError("catalogues are kept on SQLite and PostgreSQL")
    arguments = {"timeout": BUSY_TIMEOUT, "check_same_thread": False}
    if parsed.database in (None, "", ":memory:"):
        engine = create_engine(parsed, poolclass=StaticPool, connect_args=arguments)
    else:
        engine = create_engine(parsed, connect_args=arguments)
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(raw: sqlite3.Connection, _record: object) -> None:
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute("PRAGMA foreign_keys=ON")
    raw.execute("PRAGMA cache_size=-16384")
