"""The resources of a worker's process: made when asked for, closed when their life is over."""

import inspect
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

from flowy.errors import DefinitionError
from flowy.task.resource import ResourceDefinition

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Lives:
    """Resources that live equally long: each made once, closed together in reverse order."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._made: dict[type, Any] = {}
        self._open: list[AbstractContextManager[Any]] = []

    def get(self, definition: ResourceDefinition) -> Any:
        """Return the resource, which is made when it is not there."""
        with self._lock:
            if definition.kind not in self._made:
                living = _living(definition.make)
                self._made[definition.kind] = living.__enter__()
                self._open.append(living)
            return self._made[definition.kind]

    def close(self) -> None:
        """Close what was made; what goes wrong with one is logged and keeps none from closing."""
        with self._lock:
            self._made.clear()
            living, self._open = self._open, []
        for each in reversed(living):
            try:
                each.__exit__(None, None, None)
            except Exception:
                logger.exception("closing a resource failed")


@contextmanager
def _living(make: Callable[[], Any]) -> Any:
    if not inspect.isgeneratorfunction(make):
        yield make()
        return
    with contextmanager(make)() as made:
        yield made


class Resources:
    """What activities of this process share.

    Args:
        definitions: How resources are made.
    """

    def __init__(self, definitions: Sequence[ResourceDefinition] = ()) -> None:
        self.definitions = tuple(definitions)
        self._by_kind = {definition.kind: definition for definition in definitions}
        self._worker = Lives()
        self._thread = threading.local()
        self._threads: list[Lives] = []

    def add(self, definitions: Sequence[ResourceDefinition]) -> None:
        """Take in more; the same ones may come again."""
        new = tuple(each for each in definitions if each.kind not in self._by_kind)
        self.definitions += new
        self._by_kind |= {definition.kind: definition for definition in new}

    def get(self, kind: type[T], task: Lives) -> T:
        """Return the resource of a type.

        Args:
            kind: The type; a resource of a subclass does too, if it is the only one.
            task: The resources of the task that asks.

        Raises:
            DefinitionError: There is none.
        """
        definition = self._definition(kind)
        lives = {"worker": self._worker, "task": task}.get(definition.lifespan)
        made: T = (lives or self._of_thread()).get(definition)
        return made

    def close(self) -> None:
        """Close the resources of the worker and of its threads."""
        for lives in (*self._threads, self._worker):
            lives.close()

    def _of_thread(self) -> Lives:
        lives: Lives | None = getattr(self._thread, "lives", None)
        if lives is None:
            lives = self._thread.lives = Lives()
            self._threads.append(lives)
        return lives

    def _definition(self, kind: Any) -> ResourceDefinition:
        if not isinstance(kind, type):
            raise DefinitionError(f"a resource is asked for by its type, not by {kind!r:.100}")
        found = self._by_kind.get(kind)
        if found is not None:
            return found
        fitting = [each for each in self.definitions if issubclass(each.kind, kind)]
        if len(fitting) == 1:
            return fitting[0]
        known = ", ".join(sorted(each.kind.__name__ for each in self.definitions)) or "none"
        raise DefinitionError(
            f"this worker has {'several resources' if fitting else 'no resource'} of type "
            f"{kind.__name__}; there are: {known}; declare one with @resource"
        )
