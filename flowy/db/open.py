"""Open a database by its URL."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from flowy.db.migrate import Schema, upgrade
from flowy.db.sqlite import SqliteDatabase
from flowy.errors import DatabaseError


def open_database(url: str, schema: Schema) -> SqliteDatabase:
    """Open a database and bring it to the schema.

    Args:
        url: ``sqlite:///path``, ``sqlite:////absolute/path`` or ``sqlite://`` (in memory).
        schema: The tables that it shall have.

    Raises:
        DatabaseError: The URL is not one of these, or the database cannot be used.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(f"{url!r} is not a database URL such as sqlite:///flowy.db") from error
    if parsed.get_backend_name() != "sqlite":
        raise DatabaseError(
            f"{parsed.render_as_string()}: databases are given as sqlite:///path, "
            "sqlite:////absolute/path, or sqlite:// for one in memory"
        )
    database = SqliteDatabase(parsed)
    try:
        upgrade(database.engine, schema, database.name)
    except BaseException:
        database.close()
        raise
    return database
