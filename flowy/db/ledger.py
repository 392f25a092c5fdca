"""What a transaction has done to single rows, noted by key until it has to be sent.

Most of what a service writes are rows that it finds by their key, several a command and several
commands a transaction. Noted here first, they travel as few statements for many rows; a row that is
changed twice is written once, and one that is added and removed again is never written.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table

Key = tuple[Any, ...]


class Rows:
    """A table whose rows are written by key.

    Args:
        table: The table; its first columns are the key.
        key: How many columns the key has.
        version: The column that grows by one with each change of a row, for tables whose rows
            are changed.
    """

    __slots__ = ("columns", "key", "table", "version")

    def __init__(self, table: Table, key: int = 1, version: str = "") -> None:
        self.table = table
        self.columns = tuple(column.name for column in table.columns)
        self.key = self.columns[:key]
        self.version = version


class Changes:
    """What was done to the rows of one table; first ``moved``, then ``removed``, then ``added``.

    ``moved`` has, by key, the version that the row had before and the new values, the new version
    among them.
    """

    __slots__ = ("added", "moved", "removed", "rows")

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.added: dict[Key, Sequence[Any]] = {}
        self.removed: dict[Key, None] = {}
        self.moved: dict[Key, tuple[int, dict[str, Any]]] = {}

    def moves_by_shape(self) -> dict[tuple[str, ...], list[Key]]:
        """Return the moved rows' keys by the names of their new values."""
        shapes: dict[tuple[str, ...], list[Key]] = {}
        for key, (_, values) in self.moved.items():
            shapes.setdefault(tuple(values), []).append(key)
        return shapes


class _ByRows(dict[Rows, Changes]):
    def __missing__(self, rows: Rows) -> Changes:
        changes = self[rows] = Changes(rows)
        return changes


class Ledger:
    """The changes of one connection's transaction that have not been sent.

    Attributes:
        count: A number that grows with each change.
    """

    def __init__(self) -> None:
        self._changes = _ByRows()
        self.count = 0

    def __bool__(self) -> bool:
        return bool(self._changes)

    def add(self, rows: Rows, key: Key, values: Sequence[Any]) -> None:
        """Note a new row, given by the values of all columns; there is none of its key."""
        self.count += 1
        self._changes[rows].added[key] = values

    def add_all(self, rows: Rows, added: Iterable[tuple[Key, Sequence[Any]]]) -> None:
        """Note new rows as ``add`` does, given by key and values."""
        noted = self._changes[rows].added
        before = len(noted)
        noted.update(added)
        self.count += len(noted) - before

    def remove(self, rows: Rows, key: Key) -> None:
        """Note that a row goes away, be it stored or only noted."""
        self.count += 1
        changes = self._changes[rows]
        if changes.added.pop(key, None) is None:
            changes.removed[key] = None

    def move(self, rows: Rows, key: Key, version: int, values: Mapping[str, Any]) -> None:
        """Note new values of a stored row, which then has the next version.

        When it is sent, the row is expected to have the version of the first such note.
        """
        self.count += 1
        moved = self._changes[rows].moved
        before = moved.get(key)
        if before is None:
            moved[key] = version, {**values, rows.version: version + 1}
        else:
            before[1].update(values)
            before[1][rows.version] = version + 1

    def take(self) -> list[Changes]:
        """Return what was noted, to be sent; it is noted no longer."""
        changes, self._changes = self._changes, _ByRows()
        return list(changes.values())

    def forget(self) -> None:
        """Drop what was noted, for a transaction that was undone."""
        self._changes.clear()
