"""What a call of a proxy returns: a result that is there, or will be."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, cast

from flowy.errors import PayloadError, TaskError

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # typing has the default only from 3.13 on

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")


class BlockingLoop(Protocol):
    """What a plain ``run`` needs of its loop."""

    def block_on(self, future: asyncio.Future[Any]) -> None:
        """Return when the future is done; other code of the workflow runs meanwhile."""
        ...


class Result(asyncio.Future[T]):
    """The outcome of a task, now or later.

    ``await`` it in an ``async def run``, call ``result()`` in a plain one, pass it to another call,
    or return it. It is an ``asyncio.Future``, so ``gather``, ``wait``, ``timeout`` and the like
    take it. Cancelling it asks for the cancellation of the task.
    """

    on_cancel: Callable[[], None] | None = None
    """What whoever runs the task wants to hear of a cancellation."""

    workflow_id: str | None = None
    """The workflow id of a child that was started, for signals and cancel requests."""
    number: int | None = None
    """Its number within the run that made it."""

    def __hash__(self) -> int:
        # By number and not by address: sets of results have the same order in every replay.
        return object.__hash__(self) if self.number is None else self.number

    def cancel(self, msg: Any | None = None) -> bool:
        """Ask for the cancellation of the task and wait for it no longer.

        Returns:
            False when the task has ended already.
        """
        cancelled = super().cancel(msg)
        if cancelled and self.on_cancel is not None:
            self.on_cancel()
        return cancelled

    def result(self) -> T:
        """Return the task's value, waiting for it in a plain ``run``.

        Raises:
            TaskError: The task gave no value; the subclass says why.
            RuntimeError: Called in an ``async def run`` before the value is there: ``await`` it.
        """
        if not self.done():
            cast(BlockingLoop, self.get_loop()).block_on(self)
        return super().result()

    @property
    def failure_unseen(self) -> bool:
        """Tell whether the task failed and nobody has looked."""
        return self.done() and not self.cancelled() and bool(self._log_traceback)


def pending_in(value: Any) -> list[Result]:
    """Find the results in a value, at any depth of its lists, tuples and dicts.

    Raises:
        PayloadError: The value holds a set, whose order may differ when the workflow is replayed.
    """
    found: list[Result] = []
    _find_results(value, found)
    return found


_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})


def _find_results(value: Any, found: list[Result]) -> None:
    if isinstance(value, list | tuple):
        items: Iterable[Any] = value
    elif isinstance(value, dict):
        items = value.values()
    elif isinstance(value, Result):
        found.append(value)
        return
    elif isinstance(value, set | frozenset):
        raise PayloadError(f"a set has no order that a replay could repeat: sort {value!r}")
    else:
        return
    for item in items:
        if type(item) not in _PLAIN:  # most are, and need no call
            _find_results(item, found)


def resolve(value: Any) -> Any:
    """Return the value with each result in it replaced by what the result holds.

    Raises:
        TaskError: A result failed.
    """
    if isinstance(value, Result):
        return value.result()
    if isinstance(value, dict):
        return {key: resolve(item) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item) for item in value]
    if isinstance(value, tuple):
        return tuple(resolve(item) for item in value)
    return value


def joined_failure(results: list[Result]) -> BaseException | None:
    """Return why results that are done cannot be used: one failure itself, several as one."""
    failures = [_failure(result) for result in results]
    found = [failure for failure in failures if failure is not None]
    if len(found) <= 1:
        return found[0] if found else None
    return TaskError("\n".join(str(failure) for failure in found))


def _failure(result: Result) -> BaseException | None:
    return asyncio.CancelledError() if result.cancelled() else result.exception()
