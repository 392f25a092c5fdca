"""`flowy.catalog.template.schema` under the documented path."""

from flowy.catalog.template.schema import (
    CASTS,
    ResultColumn,
    ResultSchema,
    SortColumn,
)

__all__ = [
    "CASTS",
    "ResultColumn",
    "ResultSchema",
    "SortColumn",
]
