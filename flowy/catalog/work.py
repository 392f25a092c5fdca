"""When changes become durable: each at once, or those of a block together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flowy.catalog.store.database import Session
from flowy.catalog.store.models import RunObject
from flowy.errors import ConstraintViolationError


class Work:
    """The changes that a session has made, and what is told once they are durable.

    Args:
        session: The database.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._together = False
        self._later: list[Callable[[], None]] = []

    def commit(self) -> None:
        """Make what was changed durable, at the latest at the end of the block."""
        if not self._together:
            self._session.commit()

    def commit_new(self, run: RunObject) -> None:
        """Commit a run that was added; the caller reads what it holds without asking again."""
        if self._together:
            return
        self._session.expunge(run)  # a commit empties the objects of its session
        self._session.commit()
        self._session.add(run)
        self._session.expire(run, ["arguments"])  # the database gives them back as JSON

    def rollback(self) -> None:
        """Let go of a change that was not made; in a block what came before stays."""
        if not self._together:
            self._session.rollback()

    def afterwards(self, telling: Callable[[], None]) -> None:
        """Call something once what was changed is durable."""
        if self._together:
            self._later.append(telling)
        else:
            telling()

    def require_alone(self, what: str) -> None:
        """Refuse in a block what takes several transactions.

        Raises:
            ConstraintViolationError: There is a block around.
        """
        if self._together:
            raise ConstraintViolationError(
                f"{what} takes transactions of its own, for its files: do it outside of together()"
            )

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make the changes of a block durable at its end, all or none.

        Raises:
            ConstraintViolationError: There is a block around.
        """
        self.require_alone("a block")
        self._together = True
        try:
            yield
            self._session.commit()
        except BaseException:
            self._session.rollback()
            self._later.clear()
            raise
        finally:
            self._together = False
        later, self._later = self._later, []
        for telling in later:
            telling()
