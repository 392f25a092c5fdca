"""Bring a database's schema to the version of the code.

An empty database gets the present schema at once; an older one is taken forward by Alembic's
scripts, which give the same schema (a test compares the two). One cheap query finds that nothing
is to be done, and only a migration imports Alembic.
"""

import importlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, inspect, text
from sqlalchemy.exc import DBAPIError

from flowy.errors import DatabaseError

logger = logging.getLogger(__name__)

TIMES = 20
"""How often a file's lock is waited for, half a minute each, while its holder may migrate it."""


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The tables of one part of Flowy, and how older ones are taken forward.

    Args:
        metadata: The present tables.
        revisions: All revisions, the oldest first.
        scripts: The folder of Alembic's scripts.
        version_table: Where the database's revision is kept.
    """

    metadata: MetaData
    revisions: Sequence[str]
    scripts: str
    version_table: str


def upgrade(engine: Engine, schema: Schema, name: str) -> None:
    """Make the schema in the database that of the code, in one transaction.

    Args:
        engine: The database.
        schema: What it shall have.
        name: The database's name, for messages.

    Raises:
        DatabaseError: The database is of a newer version, or cannot be written.
    """
    for left in reversed(range(TIMES)):
        try:
            with engine.begin() as connection:
                _upgrade(connection, schema, name)
        except DBAPIError as error:
            if left and _is_busy(error):
                logger.warning(
                    "another process holds the database %r, and may be bringing it to schema "
                    "version %s; it is waited for",
                    name,
                    schema.revisions[-1],
                )
                continue
            raise DatabaseError(
                f"the database {name!r} cannot be brought to version {schema.revisions[-1]}: "
                f"{error.orig}; check that this user may write it and its folder"
            ) from error
        return


def check(engine: Engine, schema: Schema, name: str) -> None:
    """Check that a database has the schema of the code.

    Raises:
        DatabaseError: It has another one, or none; or it cannot be reached.
    """
    newest = schema.revisions[-1]
    try:
        with engine.connect() as connection:
            stamp = _stamp(connection, schema)
    except DBAPIError as error:
        raise DatabaseError(f"the database {name!r} cannot be used: {error.orig}") from error
    if stamp == newest:
        return
    if stamp is not None and stamp not in schema.revisions:
        raise _newer(schema, stamp, name)
    found = "no tables of Flowy" if stamp is None else f"schema version {stamp!r}"
    raise DatabaseError(
        f"the database {name!r} has {found}, but this Flowy needs schema version {newest!r}; run "
        f"`flowy db upgrade --db URL` once, with a backup at hand, then start the servers again"
    )


def _upgrade(connection: Connection, schema: Schema, name: str) -> None:
    stamp = _stamp(connection, schema)
    if stamp == schema.revisions[-1]:
        return
    if stamp is None:
        schema.metadata.create_all(connection)
        _set_stamp(connection, schema)
    elif stamp in schema.revisions:
        logger.warning(
            "the database %r is brought from schema version %s to %s; with millions of events that "
            "takes a minute, and if it is interrupted everything is as before",
            name,
            stamp,
            schema.revisions[-1],
        )
        run_scripts(connection, schema)
    else:
        raise _newer(schema, stamp, name)


def _is_busy(error: DBAPIError) -> bool:
    """Tell whether somebody else writes a SQLite file."""
    return str(getattr(error.orig, "sqlite_errorname", "")).startswith("SQLITE_BUSY")


def _newer(schema: Schema, stamp: str, name: str) -> DatabaseError:
    return DatabaseError(
        f"the database {name!r} has schema version {stamp!r}, which this version of Flowy "
        f"(schema version {schema.revisions[-1]!r}) does not know: it was made by a newer "
        "Flowy; install that version or a later one, or use another database"
    )


def _stamp(connection: Connection, schema: Schema) -> str | None:
    if not inspect(connection).has_table(schema.version_table):
        return None
    query = text(f"SELECT version_num FROM {schema.version_table}")  # noqa: S608
    found = connection.execute(query).scalar()
    return None if found is None else str(found)


def _set_stamp(connection: Connection, schema: Schema) -> None:
    table = schema.version_table
    connection.execute(text(f"CREATE TABLE {table} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    insert = text(f"INSERT INTO {table} (version_num) VALUES (:revision)")  # noqa: S608
    connection.execute(insert, {"revision": schema.revisions[-1]})


def run_scripts(connection: Connection, schema: Schema, to: str = "head") -> None:
    """Run Alembic's scripts from the database's revision to a later one, by default the newest."""
    command: Any = importlib.import_module("alembic.command")
    config: Any = importlib.import_module("alembic.config").Config()
    config.set_main_option("script_location", schema.scripts.replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema
    command.upgrade(config, to)


def run_in_alembic() -> None:
    """Run the scripts that Alembic has found, as ``run_scripts`` told it; for their ``env.py``."""
    context: Any = importlib.import_module("alembic.context")
    given = context.config.attributes
    schema: Schema = given["schema"]
    context.configure(
        connection=given["connection"],
        target_metadata=schema.metadata,
        version_table=schema.version_table,
    )
    context.run_migrations()
