"""Engines for SQLite: how a connection is opened and set up."""

import sqlite3
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool, StaticPool

from flowy.errors import DatabaseError

BUSY_TIMEOUT = 30.0
"""Seconds for which a connection waits for another process's lock."""

SYNCHRONOUS = ("full", "normal", "off")
WAL_ATTEMPTS = 5


def make_engine(url: URL, *, in_memory: bool) -> Engine:
    """Make the engine of a SQLite database.

    Args:
        url: Its URL, perhaps with ``synchronous``.
        in_memory: Whether it lives in memory; then there is one connection.

    Raises:
        DatabaseError: An option of the URL is not known.
    """
    synchronous = str(url.query.get("synchronous", "full")).lower()
    if synchronous not in SYNCHRONOUS or set(url.query) - {"synchronous"}:
        raise DatabaseError(
            f"{url.render_as_string()}: the options of a SQLite URL are synchronous=full, normal "
            "or off"
        )
    arguments = {
        "timeout": BUSY_TIMEOUT,
        "check_same_thread": False,
        "isolation_level": None,
        "cached_statements": 512,
    }
    bare = url.set(query={}, database=None if in_memory else url.database)
    if in_memory:
        engine = create_engine(bare, poolclass=StaticPool, connect_args=arguments)
    else:
        engine = create_engine(
            bare,
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=-1,
            pool_reset_on_return=None,
            connect_args=arguments,
        )

    def prepare(raw: sqlite3.Connection, _record: object) -> None:
        _set_pragmas(raw, synchronous)

    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _set_pragmas(raw: sqlite3.Connection, synchronous: str) -> None:
    _switch_to_wal(raw)
    raw.execute(f"PRAGMA synchronous={synchronous}")
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("PRAGMA temp_store=MEMORY")
    raw.execute("PRAGMA cache_size=-16384")


def _switch_to_wal(raw: sqlite3.Connection) -> None:
    """Set WAL mode, which fails without waiting while another process does the same."""
    for attempt in range(WAL_ATTEMPTS):
        try:
            raw.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if attempt == WAL_ATTEMPTS - 1:
                raise
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("ROLLBACK")
        else:
            return
