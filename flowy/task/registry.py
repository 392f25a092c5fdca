"""Which class does which type."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from flowy.errors import DefinitionError
from flowy.protocol.ids import TypeId
from flowy.task.definition import ActivityDefinition, WorkflowDefinition

Definition = TypeVar("Definition", ActivityDefinition, WorkflowDefinition)


class Registry(Generic[Definition]):
    """The definitions that a worker serves, by type."""

    def __init__(self) -> None:
        self._definitions: dict[TypeId, Definition] = {}

    def add(self, definition: Definition) -> None:
        """Add a definition; the same class may come twice.

        Raises:
            DefinitionError: Another class has the same name and version.
        """
        known = self._definitions.setdefault(definition.id, definition)
        if _place(known.factory) != _place(definition.factory):
            raise DefinitionError(
                f"{_place(known.factory)} and {_place(definition.factory)} are both named "
                f"{definition.id}: give one another name or version"
            )

    def replace(self, definition: Definition) -> None:
        """Put a definition in the place of the one of its type."""
        self._definitions[definition.id] = definition

    def get(self, type_id: TypeId) -> Definition | None:
        """Return the definition of a type, or None."""
        return self._definitions.get(type_id)

    def __iter__(self) -> Iterator[Definition]:
        return iter(self._definitions.values())

    def __len__(self) -> int:
        return len(self._definitions)


def _place(factory: type) -> str:
    return f"{factory.__module__}.{factory.__qualname__}"
