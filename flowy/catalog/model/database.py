"""`flowy.catalog.database` under the documented path."""

from flowy.catalog.database import (
    DB,
    DEFAULT_USER,
)

__all__ = [
    "DB",
    "DEFAULT_USER",
]
