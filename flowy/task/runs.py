"""The catalogued run that the running code works for, found by context.

A worker that has a catalogue says, around each activity, which run it is of. What the activity
calls asks ``current_run()``, in this thread and in whatever takes its context along: coroutines,
and what ``asyncio.to_thread`` runs.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any

from flowy.errors import NotCatalogued
from flowy.task.context import RunFiles

_current: ContextVar[RunFiles | None] = ContextVar("flowy_run", default=None)


def current_run() -> RunFiles:
    """Return the run that the running activity works for.

    Raises:
        NotCatalogued: No activity runs here, or its worker has no catalogue.
    """
    run = _current.get()
    if run is None:
        raise NotCatalogued(
            "there is no catalogued run here: only activities have one, and only on a worker that "
            "was given catalog=, as start_activity_worker(..., catalog=...)"
        )
    return run


@contextmanager
def within(run: RunFiles | None) -> Iterator[None]:
    """Say for a block which run its code works for."""
    token = _current.set(run)
    try:
        yield
    finally:
        _current.reset(token)


def put(run: RunFiles | None) -> None:
    """Say which run the code of this context works for, from now on; for a context of its own."""
    _current.set(run)


def show_on(function: Callable[..., Any]) -> None:
    """Give a function the methods of the current run: ``self.run.store`` is how they read.

    A bound method has its function's attributes. What takes none, such as a builtin, stays as it
    is.
    """
    with suppress(AttributeError):
        for method in (store, keys, open_, download):
            setattr(function, method.__name__.rstrip("_"), method)


def store(path: str | Path, key: str | None = None) -> str:
    """Store a local file as a result file of the current run and return its key there."""
    return current_run().store(path, key)


def keys(run: str | None = None) -> list[str]:
    """Return the keys of the files of the current run, or of another."""
    return current_run().keys(run)


def open_(key: str, run: str | None = None) -> IO[bytes]:
    """Return a file of the current run, or of another, as a stream."""
    return current_run().open(key, run)


def download(key: str, path: str | Path = ".", run: str | None = None) -> Path:
    """Copy a file of the current run, or of another, to this machine and return where it is."""
    return current_run().download(key, path, run)
