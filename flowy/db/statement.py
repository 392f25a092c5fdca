"""SQL that SQLAlchemy writes once and the driver runs ever after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.expression import ClauseElement

ZERO: ColumnElement[int] = literal_column("0")
ONE: ColumnElement[int] = literal_column("1")


@dataclass(frozen=True, slots=True)
class Positional:
    """A statement's text with numbered parameters.

    Args:
        text: The SQL, with ``$1`` and so on.
        names: The parameters' names in the order of their numbers.
        table: The table that an insert, update or delete changes, None for a select.
    """

    text: str
    names: tuple[str, ...]
    table: str | None


class Statement:
    """A statement over SQLAlchemy's tables, compiled at its first use on a dialect.

    Its parameters are bound by name; constants stand in it as ``literal_column``. Results are the
    driver's own tuples, so columns must be of types that the driver gives back as they are:
    integers, floats, texts, bytes.

    Args:
        element: What SQLAlchemy's ``select``, ``insert``, ``update`` or ``delete`` made.
        columns: The columns that an ``insert`` is given, all by default.
    """

    __slots__ = ("_columns", "_compiled", "_element", "_positional")

    def __init__(self, element: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._element = element
        self._columns = columns
        self._compiled: dict[str, str] = {}
        self._positional: Positional | None = None

    def sql(self, dialect: Dialect) -> str:
        """Return the statement's text for a dialect.

        Raises:
            ValueError: A constant was given as a value, which the driver would not be told.
        """
        text = self._compiled.get(dialect.name)
        if text is None:
            text = self._compiled[dialect.name] = str(self._compile(dialect))
        return text

    def positional(self, dialect: Dialect) -> Positional:
        """Return the statement for a dialect whose parameters are numbered.

        Raises:
            ValueError: A constant was given as a value, which the driver would not be told.
        """
        found = self._positional
        if found is None:
            compiled = self._compile(dialect)
            table = self._element.table if isinstance(self._element, UpdateBase) else None
            found = self._positional = Positional(
                text=str(compiled),
                names=tuple(compiled.positiontup or ()),
                table=None if table is None else str(table),
            )
        return found

    def _compile(self, dialect: Dialect) -> SQLCompiler:
        keys: dict[str, Any] = {}
        if self._columns is not None:
            keys["column_keys"] = list(self._columns)
        compiled = self._element.compile(dialect=dialect, **keys)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101
        hidden = [name for name, bind in compiled.binds.items() if not bind.required]
        if hidden:
            raise ValueError(f"constants must be literals: {hidden} in {compiled}")
        return compiled
