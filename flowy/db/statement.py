"""SQL that SQLAlchemy writes once and the driver runs ever after."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

ZERO: ColumnElement[int] = literal_column("0")
ONE: ColumnElement[int] = literal_column("1")


class Statement:
    """A statement over SQLAlchemy's tables, compiled at its first use on a dialect.

    Its parameters are bound by name; constants stand in it as ``literal_column``. Results are the
    driver's own tuples, so columns must be of types that the driver gives back as they are:
    integers, floats, texts, bytes.

    Args:
        element: What SQLAlchemy's ``select``, ``insert``, ``update`` or ``delete`` made.
        columns: The columns that an ``insert`` is given, all by default.
    """

    __slots__ = ("_columns", "_compiled", "_element")

    def __init__(self, element: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._element = element
        self._columns = columns
        self._compiled: dict[str, str] = {}

    def sql(self, dialect: Dialect) -> str:
        """Return the statement's text for a dialect.

        Raises:
            ValueError: A constant was given as a value, which the driver would not be told.
        """
        text = self._compiled.get(dialect.name)
        if text is None:
            text = self._compiled[dialect.name] = self._compile(dialect)
        return text

    def _compile(self, dialect: Dialect) -> str:
        keys: dict[str, Any] = {}
        if self._columns is not None:
            keys["column_keys"] = list(self._columns)
        compiled = self._element.compile(dialect=dialect, **keys)
        binds = compiled.binds if isinstance(compiled, SQLCompiler) else {}
        hidden = [name for name, bind in binds.items() if not bind.required]
        if hidden:
            raise ValueError(f"constants must be literals: {hidden} in {compiled}")
        return str(compiled)
