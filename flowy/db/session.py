"""What a store needs of a database: sessions, and transactions that are durable when they return.

A command is a function of a ``Session``; a ``Database`` runs it in a transaction. A command may be
run a second time when the first attempt was rolled back, so it keeps nothing outside the database
but what the rollback hook drops.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine

from flowy.db.ledger import Ledger
from flowy.db.statement import Statement

Result = TypeVar("Result")
Row = tuple[Any, ...]


class Session(Protocol):
    """A transaction's connection. It is of use only while the transaction runs."""

    @property
    def ledger(self) -> Ledger:
        """Takes changes of single rows; they are made before the next statement, or at the end.

        A row that is expected to have a version and has another undoes the transaction, as with
        ``expect``.
        """
        ...

    @property
    def has_company(self) -> bool:
        """Whether others may write in between without ``Database.on_overtaken`` being called."""
        ...

    @property
    def is_sure(self) -> bool:
        """Whether what ``Database.on_overtaken`` does not tell of is as it was, and needs no look.

        Without company that is not so yet: somebody may come, change a row and go, unheard.
        """
        ...

    def execute(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        """Run a statement that returns no rows, now or with what comes later."""
        ...

    def execute_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each row of parameters, now or with what comes later."""
        ...

    def expect(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        """Expect that a statement finds a row that was there when this process last looked.

        When it does not, now or with what comes later, somebody else has changed the data in the
        meantime: the transaction is undone and the work is run again, a bounded number of times.
        """
        ...

    def one(self, statement: Statement, parameters: Mapping[str, Any]) -> Row | None:
        """Return the first row, or None."""
        ...

    def all(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Row]:
        """Return all rows."""
        ...

    def announce(self, topics: Sequence[str]) -> None:
        """Have other processes told, once this is committed, what was changed.

        Args:
            topics: Words without spaces; what they mean is the caller's affair.
        """
        ...


class Database(Protocol):
    """A database that several threads use at once.

    Close it last, when nobody is in ``read`` or ``write``.
    """

    @property
    def engine(self) -> Engine:
        """What migrations run on."""
        ...

    @property
    def name(self) -> str:
        """Path or address, for messages; without a password."""
        ...

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
            ServiceUnavailable: Whether it was stored is not known.
        """
        ...

    def on_rollback(self, forget: Callable[[], None]) -> None:
        """Have a function called after each rollback, before anything else is run."""
        ...

    def on_commit(self, keep: Callable[[], None]) -> None:
        """Have a function called after each commit, before anything else is run."""
        ...

    def on_overtaken(self, doubt: Callable[[], None]) -> None:
        """Have a function called within a transaction that others have written just before.

        Databases that undo a transaction which others have overtaken need not call it.
        """
        ...

    def wait_for_others(self) -> Sequence[str] | None:
        """Wait until another process has committed, a few seconds at most; for one thread.

        Returns:
            What it announced, or None when anything may have been changed.
        """
        ...

    def interrupt(self) -> None:
        """Let the thread that waits for others go."""
        ...

    def close(self) -> None:
        """Give back all connections."""
        ...
