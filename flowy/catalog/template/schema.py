"""Result schemas: which values of a result file make up a run's result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowy.errors import InvalidTemplateError

CASTS: dict[str, type] = {"float": float, "int": int, "string": str}
"""The types of values that a result has."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One value of a result.

    Args:
        column_id: Its name in the result.
        name: Its name for people.
        dtype: ``int``, ``float`` or ``string``.
        path: Where it stands in the result file, as ``outer/inner``; its id by default.
        required: Whether a result without it is refused.
    """

    column_id: str
    name: str
    dtype: str
    path: str | None = None
    required: bool = True

    @classmethod
    def from_dict(cls, doc: Mapping[str, Any], validate: bool = True) -> "ResultColumn":
        """Make it from JSON.

        Raises:
            InvalidTemplateError: Something is missing, unknown, or not a known type.
        """
        _check(doc, {"name", "label", "dtype"}, {"path", "required"} if validate else None)
        if doc["dtype"] not in CASTS:
            raise InvalidTemplateError(
                f"the column {doc['name']!r} has dtype {doc['dtype']!r}; known: {sorted(CASTS)}"
            )
        return cls(
            column_id=doc["name"],
            name=doc["label"],
            dtype=doc["dtype"],
            path=doc.get("path"),
            required=doc.get("required", True),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        doc = {"name": self.column_id, "label": self.name, "dtype": self.dtype}
        if self.path is not None:
            doc["path"] = self.path
        return {**doc, "required": self.required}

    def jpath(self) -> list[str]:
        """Return the keys that lead to the value."""
        return (self.path or self.column_id).split("/")

    def cast(self, value: Any) -> Any:
        """Return a value in the column's type.

        Raises:
            ValueError: It cannot be.
            TypeError: Likewise.
        """
        return CASTS[self.dtype](value)


@dataclass(frozen=True, slots=True)
class SortColumn:
    """A column by which results are ranked.

    Args:
        column_id: The column.
        sort_desc: Whether the largest comes first.
    """

    column_id: str
    sort_desc: bool = True

    @classmethod
    def from_dict(cls, doc: Mapping[str, Any], validate: bool = True) -> "SortColumn":
        """Make it from JSON.

        Raises:
            InvalidTemplateError: Something is missing or unknown.
        """
        _check(doc, {"name"}, {"sortDesc"} if validate else None)
        return cls(doc["name"], doc.get("sortDesc", True))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"name": self.column_id, "sortDesc": self.sort_desc}


@dataclass(frozen=True, slots=True)
class ResultSchema:
    """Which values of a result file make up a run's result.

    Args:
        result_file: The key of the result file, which holds JSON.
        columns: The values.
        order_by: How results are ranked; the first column, largest first, by default.
    """

    result_file: str
    columns: Sequence[ResultColumn]
    order_by: Sequence[SortColumn] = field(default=())

    @classmethod
    def from_dict(
        cls, doc: Mapping[str, Any] | None, validate: bool = True
    ) -> "ResultSchema | None":
        """Make it from JSON; None stays None.

        Raises:
            InvalidTemplateError: Something is missing, unknown, or there twice.
        """
        if doc is None:
            return None
        _check(doc, {"file", "schema"}, {"orderBy"} if validate else None)
        columns = [ResultColumn.from_dict(column, validate) for column in doc["schema"]]
        order_by = [SortColumn.from_dict(column, validate) for column in doc.get("orderBy", [])]
        for what, values in (
            ("name", [column.column_id for column in columns]),
            ("label", [column.name for column in columns]),
        ):
            if len(set(values)) != len(values):
                raise InvalidTemplateError(f"the result schema has a {what} twice: {values}")
        unknown = {sort.column_id for sort in order_by} - {column.column_id for column in columns}
        if unknown:
            raise InvalidTemplateError(f"results are ordered by unknown columns {sorted(unknown)}")
        return cls(doc["file"], columns, order_by)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "file": self.result_file,
            "schema": [column.to_dict() for column in self.columns],
            "orderBy": [column.to_dict() for column in self.order_by],
        }

    def get_default_order(self) -> list[SortColumn]:
        """Return how results are ranked."""
        return list(self.order_by) or [SortColumn(column.column_id) for column in self.columns[:1]]


def _check(doc: Mapping[str, Any], mandatory: set[str], optional: set[str] | None) -> None:
    if not isinstance(doc, Mapping):
        raise InvalidTemplateError(f"an object is expected in a result schema, not {doc!r}")
    missing = mandatory - doc.keys()
    unknown = set() if optional is None else doc.keys() - mandatory - optional
    if missing or unknown:
        raise InvalidTemplateError(
            f"in the result schema {dict(doc)!r}: missing {sorted(missing)}, "
            f"unknown {sorted(unknown)}"
        )
