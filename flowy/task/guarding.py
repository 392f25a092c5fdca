"""Whether the code that runs now is workflow code, which a replay must be able to repeat."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from flowy.errors import ForbiddenCallError


class Watched(Protocol):
    """The run whose code is watched."""

    def diverges_by(self, error: ForbiddenCallError) -> None:
        """Note that the code called what a replay cannot repeat, should it swallow the error."""
        ...


watched: ContextVar[Watched | None] = ContextVar("flowy.watched", default=None)
"""The run whose code runs in this context; None is code that may do anything."""

released: ContextVar[bool] = ContextVar("flowy.released", default=False)
"""Whether code that runs in this context may do anything, although workflow code has called it."""


@contextmanager
def unguarded() -> Iterator[None]:
    """Let workflow code do in a ``with`` block what a replay cannot repeat.

    For what leaves no trace in the workflow's own decisions, such as a metric or a line in a file.
    Outside of workflow code it does nothing.
    """
    token, release = watched.set(None), released.set(True)
    try:
        yield
    finally:
        released.reset(release)
        watched.reset(token)
