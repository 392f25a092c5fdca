"""SQL that SQLAlchemy writes once and the driver runs ever after."""

from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.expression import ClauseElement


class Statement:
    """A statement over SQLAlchemy's tables, compiled at its first use on a dialect.

    Its parameters are bound by name. Results are the driver's own tuples, so columns must be of
    types that the driver gives back as they are: integers, floats, texts, bytes.

    Args:
        element: What SQLAlchemy's ``select``, ``insert``, ``update`` or ``delete`` made.
    """

    __slots__ = ("_compiled", "_element")

    def __init__(self, element: ClauseElement) -> None:
        self._element = element
        self._compiled: dict[str, str] = {}

    def sql(self, dialect: Dialect) -> str:
        """Return the statement's text for a dialect."""
        text = self._compiled.get(dialect.name)
        if text is None:
            text = self._compiled[dialect.name] = str(self._element.compile(dialect=dialect))
        return text
