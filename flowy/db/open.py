"""Open a database by its URL."""

import importlib
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from flowy.db.migrate import Schema, check, upgrade
from flowy.db.session import Database
from flowy.db.sqlite import SqliteDatabase
from flowy.errors import DatabaseError


def open_database(url: str, schema: Schema) -> Database:
    """Open a database: bring a SQLite file to the schema, check that PostgreSQL has it.

    Args:
        url: ``sqlite:///path``, ``sqlite:////absolute/path``, ``sqlite://`` (in memory) or
            ``postgresql://user@host/database``.
        schema: The tables that it shall have.

    Raises:
        DatabaseError: The URL is not one of these, the database cannot be used, or it is
            PostgreSQL and has not the schema.
    """
    database, prepare = _connect(url)
    try:
        prepare(database.engine, schema, database.name)
    except BaseException:
        database.close()
        raise
    return database


def upgrade_database(url: str, schema: Schema) -> None:
    """Bring a database to the schema.

    Raises:
        DatabaseError: The URL is no database's, or the database cannot be used or is newer.
    """
    database, _ = _connect(url)
    try:
        upgrade(database.engine, schema, database.name)
    finally:
        database.close()


def _connect(url: str) -> tuple[Database, Callable[[Engine, Schema, str], None]]:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(f"{url!r} is not a database URL such as sqlite:///flowy.db") from error
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return SqliteDatabase(parsed), upgrade
    if kind in ("postgres", "postgresql"):
        return _postgresql(parsed), check
    raise DatabaseError(
        f"{parsed.render_as_string()}: databases are given as sqlite:///path, "
        "sqlite:////absolute/path, sqlite:// for one in memory, or postgresql://user@host/database"
    )


def _postgresql(url: URL) -> Database:
    try:
        module = importlib.import_module("flowy.db.postgresql")
    except ImportError as error:
        raise DatabaseError(
            f"{url.render_as_string()}: PostgreSQL needs psycopg, which is not installed here "
            f"({error}); run `pip install flowy[postgresql]`"
        ) from error
    database: Database = module.PostgresqlDatabase(url)
    return database
