"""Lists of decision tasks whose pollers have said that they leave.

What is known is kept; who hears that another process has changed a mark drops it all. Only the
thread that is in a writing transaction may use this, ``forget`` may be called by any.
"""

from sqlalchemy import bindparam, delete, insert, select

from flowy.db.session import Session
from flowy.db.statement import Statement
from flowy.service.store.schema import left_lists

KEPT = 20_000

_one = (
    left_lists.c.domain == bindparam("of_domain"),
    left_lists.c.task_list == bindparam("of_list"),
)

DELETE = Statement(delete(left_lists).where(*_one))
DELETE_BEFORE = Statement(delete(left_lists).where(left_lists.c.left_at < bindparam("moment")))
FIND = Statement(select(left_lists.c.left_at).where(*_one))
INSERT = Statement(insert(left_lists))


class LeftLists:
    """Tells which lists were left."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], bool] = {}

    def is_left(self, session: Session, domain: int, task_list: str) -> bool:
        """Tell whether whoever polled a list has left it."""
        known = self._known  # what is forgotten meanwhile must not be noted again
        found = known.get((domain, task_list))
        if found is None:
            found = bool(session.all(FIND, {"of_domain": domain, "of_list": task_list}))
            self._note(known, domain, task_list, found)
        return found

    def leave(self, session: Session, domain: int, task_list: str, now: float) -> bool:
        """Mark a list as left; tell whether it was not known to be."""
        if self._known.get((domain, task_list)):
            return False
        # Another process may have marked it just now, for whoever says so a second time.
        session.execute(DELETE, {"of_domain": domain, "of_list": task_list})
        session.execute(INSERT, {"domain": domain, "task_list": task_list, "left_at": now})
        self._note(self._known, domain, task_list, True)
        return True

    def enter(self, session: Session, domain: int, task_list: str) -> bool:
        """Take the mark away: somebody polls the list again; tell whether it was there."""
        if not self.is_left(session, domain, task_list):
            return False
        session.execute(DELETE, {"of_domain": domain, "of_list": task_list})
        self._note(self._known, domain, task_list, False)
        return True

    def forget(self) -> None:
        """Read everything anew."""
        self._known = {}

    @staticmethod
    def _note(
        known: dict[tuple[int, str], bool], domain: int, task_list: str, is_left: bool
    ) -> None:
        if len(known) >= KEPT:
            known.clear()
        known[domain, task_list] = is_left


def delete_before(session: Session, moment: float) -> None:
    """Drop the marks that are older than any execution that could still be sent there."""
    session.execute(DELETE_BEFORE, {"moment": moment})
