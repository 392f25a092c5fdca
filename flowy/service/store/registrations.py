"""Domains and types as they were when last read, so that a command need not read them again.

Whoever changes one drops what is kept. Whoever uses one that is kept expects, at the latest with
the commit, that its row is the same still; when another process has changed it, the transaction is
undone, everything kept is dropped, and the work is run again.

Only the thread that is in a writing transaction may use this.
"""

from flowy.db.session import Session
from flowy.protocol.ids import TypeId
from flowy.service.store import domains, types
from flowy.service.store.domains import Domain
from flowy.service.store.types import Kind, RegisteredType

KEPT = 20_000


class Registrations:
    """Finds domains and types."""

    def __init__(self) -> None:
        self._domains: dict[str, Domain] = {}
        self._types: dict[tuple[int, Kind, TypeId], RegisteredType] = {}
        self._retentions: dict[int, str | None] = {}
        self._confirmed: set[object] = set()

    def domain(self, session: Session, name: str) -> Domain | None:
        """Return the domain of a name, or None."""
        kept = self._domains.get(name)
        if kept is not None:
            if not session.is_sure and name not in self._confirmed:
                self._confirmed.add(name)
                domains.confirm(session, kept)
            return kept
        found = domains.find(session, name)
        if found is not None:
            self._domains[name] = found
        return found

    def type(
        self, session: Session, domain: int, kind: Kind, type_id: TypeId
    ) -> RegisteredType | None:
        """Return a type of a domain, or None."""
        key = (domain, kind, type_id)
        kept = self._types.get(key)
        if kept is not None:
            if not session.is_sure and key not in self._confirmed:
                self._confirmed.add(key)
                types.confirm(session, domain, kind, kept)
            return kept
        found = types.find(session, domain, kind, type_id)
        if found is not None:
            if len(self._types) >= KEPT:
                self._types.clear()
            self._types[key] = found
        return found

    def retention(self, session: Session, domain: int) -> str | None:
        """Return the retention period of a domain by its key; it never changes."""
        if domain not in self._retentions:
            self._retentions[domain] = domains.retention(session, domain)
        return self._retentions[domain]

    def committed(self) -> None:
        """Take note that the transaction is over that has confirmed what it used."""
        self._confirmed.clear()

    def forget(self) -> None:
        """Read everything anew."""
        self._confirmed.clear()
        self._domains.clear()
        self._types.clear()
        self._retentions.clear()
