"""Rows of a project's table as frozen values, and back."""

import enum
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, insert, select, update

from flowy.db.session import Row, Session
from flowy.db.statement import ZERO, Statement

Record = TypeVar("Record", bound=msgspec.Struct)

JSON = frozenset({"extra", "metadata", "params", "sources"})
"""Columns that hold JSON."""


def encoded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as columns take them."""
    return {name: _encoded(name, value) for name, value in values.items()}


def new_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as the statements of ``Rows.changed`` take them."""
    return {f"to_{name}": value for name, value in encoded(values).items()}


def _encoded(name: str, value: Any) -> Any:
    if name in JSON:
        return msgspec.json.encode(value).decode()
    if isinstance(value, enum.Enum):
        return value.value
    return int(value) if isinstance(value, bool) else value


class Rows(Generic[Record]):
    """The rows of one table, whose values have the names of its columns.

    Args:
        table: The table; its column ``project`` is the project's key and no part of the values.
        kind: The values.
        keys: The other columns of its key.
    """

    def __init__(self, table: Table, kind: type[Record], keys: Sequence[str] = ("id",)) -> None:
        self.table = table
        self._kind = kind
        self._names = [str(column.name) for column in table.c if column.name != "project"]
        self._columns = [table.c[name] for name in self._names]
        self.of_project = table.c.project == bindparam("of_project")
        self._key = and_(self.of_project, *(table.c[key] == bindparam(f"of_{key}") for key in keys))
        self._get = self.select(*(table.c[key] == bindparam(f"of_{key}") for key in keys))
        self._insert = Statement(insert(table), ["project", *self._names])
        self._delete = Statement(delete(table).where(self._key))
        self._update = lru_cache(self._make_update)

    def select(
        self, *where: ColumnElement[bool], newest: bool = False, limited: bool = False
    ) -> Statement:
        """Make a statement that finds the project's rows, the lowest number first by default."""
        order = [column for column in self.table.primary_key if column.name != "project"]
        sorted_by = [column.desc() if newest else column for column in order]
        found = select(*self._columns).where(self.of_project, *where).order_by(*sorted_by)
        return Statement(found.limit(bindparam("of_limit")).offset(ZERO) if limited else found)

    def insert(self, session: Session, project: int, record: Record) -> None:
        """Add a row."""
        session.execute(
            self._insert, {"project": project, **encoded(msgspec.structs.asdict(record))}
        )

    def get(self, session: Session, project: int, **keys: Any) -> Record | None:
        """Return the row with a key, or None."""
        row = session.one(self._get, self._of(project, keys))
        return None if row is None else self.record(row)

    def find(self, session: Session, statement: Statement, project: int, **of: Any) -> list[Record]:
        """Return the rows that a statement of ``select`` finds."""
        return [self.record(row) for row in session.all(statement, self._of(project, of))]

    def set(self, session: Session, project: int, values: Mapping[str, Any], **keys: Any) -> bool:
        """Change columns of one row; return whether there is such a row."""
        statement = self._update(tuple(sorted(values)))
        return session.one(statement, {**self._of(project, keys), **new_values(values)}) is not None

    def delete(self, session: Session, project: int, **keys: Any) -> None:
        """Delete a row, if there is one."""
        session.execute(self._delete, self._of(project, keys))

    def changed(self, names: Sequence[str], *where: ColumnElement[bool]) -> Statement:
        """Make a statement that changes columns of the rows that meet a condition.

        It gives back their numbers: what was changed is known from them alone, on any database.
        """
        values: Any = {name: bindparam(f"to_{name}") for name in names}
        returned = [column for column in self.table.primary_key if column.name != "project"]
        return Statement(
            update(self.table).where(self.of_project, *where).values(values).returning(*returned)
        )

    def record(self, row: Row) -> Record:
        """Return a row's value."""
        values = dict(zip(self._names, row, strict=True))
        for name in JSON.intersection(values):
            values[name] = msgspec.json.decode(values[name])
        return msgspec.convert(values, self._kind, strict=False)

    def _make_update(self, names: tuple[str, ...]) -> Statement:
        values: Any = {name: bindparam(f"to_{name}") for name in names}
        return Statement(
            update(self.table).where(self._key).values(values).returning(*self.table.primary_key)
        )

    @staticmethod
    def _of(project: int, keys: Mapping[str, Any]) -> dict[str, Any]:
        return {"of_project": project, **{f"of_{key}": value for key, value in keys.items()}}
