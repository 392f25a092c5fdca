"""The catalogue's database under the path that its users know."""

from flowy.catalog.store.database import DB, DEFAULT_USER

__all__ = ["DB", "DEFAULT_USER"]
