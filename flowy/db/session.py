"""What a store needs of a database: sessions, and transactions that are durable when they return.

A command is a function of a ``Session``; a ``Database`` runs it in a transaction. A command may be
run a second time when the first attempt was rolled back, so it keeps nothing outside the database
but what the rollback hook drops.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from flowy.db.statement import Statement

Result = TypeVar("Result")
Row = tuple[Any, ...]


class Session(Protocol):
    """A transaction's connection. It is of use only while the transaction runs."""

    def execute(self, statement: Statement, parameters: Mapping[str, Any]) -> int:
        """Run a statement that returns no rows and return how many rows it changed."""
        ...

    def execute_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each row of parameters."""
        ...

    def one(self, statement: Statement, parameters: Mapping[str, Any]) -> Row | None:
        """Return the first row, or None."""
        ...

    def all(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Row]:
        """Return all rows."""
        ...


class Database(Protocol):
    """A database that several threads use at once.

    Close it last, when nobody is in ``read`` or ``write``.
    """

    def read(self, work: Callable[[Session], Result]) -> Result:
        """Run work that changes nothing on one consistent state of the data."""
        ...

    def write(
        self,
        work: Callable[[Session], Result],
        committed: Callable[[Result], None] | None = None,
    ) -> Result:
        """Run work in a transaction of its own or of several; it is durable on return.

        What the work raises is raised here, and nothing of it is stored.

        Args:
            work: The command. It may run twice, and on another thread.
            committed: Called with the result as soon as it is durable, exactly once, perhaps on
                another thread; it must be quick and must not raise.

        Raises:
            DatabaseError: The database cannot be written; nothing was stored.
        """
        ...

    def on_rollback(self, forget: Callable[[], None]) -> None:
        """Have a function called after each rollback, before anything else is run."""
        ...

    def on_commit(self, keep: Callable[[], None]) -> None:
        """Have a function called after each commit, before anything else is run."""
        ...

    def on_change_elsewhere(self, distrust: Callable[[], None]) -> bool:
        """Have a function called when a transaction begins behind another process's commit.

        Returns:
            False when the database cannot tell, or runs several transactions at once: then what
            was read in one transaction proves nothing in the next.
        """
        ...

    def changed_elsewhere(self) -> bool:
        """Tell whether another process has committed since the last time this was asked."""
        ...

    def close(self) -> None:
        """Give back all connections."""
        ...
