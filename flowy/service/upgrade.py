"""Bring a database to the schema of this version."""

from flowy.db.open import upgrade_database
from flowy.service.store.schema import SCHEMA


def upgrade(url: str) -> None:
    """Make the tables of the service, or take older ones forward, in one transaction.

    Raises:
        DatabaseError: The database cannot be used, or is of a newer version.
    """
    upgrade_database(url, SCHEMA)
