"""Domains and types that were looked up before and cannot have changed since."""

from flowy.protocol.ids import TypeId
from flowy.service.store.domains import Domain
from flowy.service.store.types import Kind, RegisteredType

SIZE = 4096


class Known:
    """Look-ups that are kept from one writing transaction to the next.

    Only the thread that is in a writing transaction may use it. It forgets everything when a
    transaction is rolled back, when a domain or type is changed, and when another process writes.
    """

    def __init__(self) -> None:
        self._domains: dict[str, Domain] = {}
        self._types: dict[tuple[int, Kind, TypeId], RegisteredType] = {}

    def domain(self, name: str) -> Domain | None:
        """Return a domain that is known."""
        return self._domains.get(name)

    def type(self, domain: int, kind: Kind, type_id: TypeId) -> RegisteredType | None:
        """Return a type that is known."""
        return self._types.get((domain, kind, type_id))

    def learn_domain(self, found: Domain) -> None:
        """Keep a domain."""
        self._domains[found.name] = found

    def learn_type(self, domain: int, kind: Kind, found: RegisteredType) -> None:
        """Keep a type."""
        if len(self._types) >= SIZE:
            self._types.clear()
        self._types[domain, kind, found.type_id] = found

    def forget(self) -> None:
        """Look everything up anew."""
        self._domains.clear()
        self._types.clear()
