"""The definitions of a machine: nested lists of tasks under keys, `*` for tokens of any type."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

ANY = "*"

Task = Callable[[Any, Any], Any]
"""A task is called with the token and the engine; only an awaitable answer matters."""


class _Definitions(dict[str, list[Any]]):
    """Definitions by key, with an error that says what is missing."""

    def __missing__(self, key: str) -> list[Any]:
        raise KeyError(
            f"No workflow is registered for the key: {key}. Perhaps you forgot to load workflows "
            "or the workflow definition for the given key was empty?"
        )


class Callbacks:
    """Keeps definitions so that they change as a whole and not under a running machine."""

    def __init__(self) -> None:
        self._definitions = _Definitions()

    def add(self, func: Any, key: str = ANY) -> None:
        """Add one task or list to the end of a definition; what is false is ignored."""
        if func or callable(func):
            self._definitions.setdefault(key, []).append(func)

    def add_many(self, list_or_tuple: Iterable[Any], key: str = ANY) -> None:
        """Add many tasks to the end of a definition; empty lists keep their place in it."""
        tasks = list(self.cleanup_callables(list_or_tuple))
        if tasks:
            self._definitions.setdefault(key, []).extend(tasks)

    @classmethod
    def cleanup_callables(cls, callbacks: Any) -> Iterator[Any]:
        """Yield tasks without None at any depth; tuples dissolve into the list around them."""
        if callable(callbacks):
            yield callbacks
            return
        for entry in callbacks:
            if isinstance(entry, list):
                yield list(cls.cleanup_callables(entry))
            elif isinstance(entry, tuple):
                yield from cls.cleanup_callables(entry)
            elif entry is not None:
                yield entry

    def clear(self, key: str = ANY) -> None:
        """Remove a definition; a missing key is as good."""
        self._definitions.pop(key, None)

    def clear_all(self) -> None:
        """Remove every definition."""
        self._definitions.clear()

    def empty(self) -> bool:
        """Tell whether there is no definition at all."""
        return not self._definitions

    def get(self, key: str | None = ANY) -> Any:
        """Return a definition, or all of them by key when the key is None.

        Raises:
            KeyError: Nothing is defined under this key.
        """
        return self._definitions[key] if key else self._definitions

    def replace(self, funcs: Iterable[Any], key: str = ANY) -> None:
        """Put a new definition in the place of an old one."""
        tasks = list(self.cleanup_callables(funcs))
        self.clear(key)
        self.add_many(tasks, key)
