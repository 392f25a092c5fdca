"""Sagas: what was done is undone, in reverse order, when a later step fails or is cancelled."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Any, Self

from flowy.errors import CompensationError
from flowy.task.branch import Branch, WorkflowLoop, callable_of, shielded, workflow_loop

Compensation = Callable[[], Any]


class Saga:
    """Keeps how to undo what a workflow does, and does it when the block fails.

    ::

        def run(self, order):
            with flowy.Saga() as saga:
                saga.add_compensation(self.release, order)
                self.reserve(order).result()
                saga.add_compensation(self.refund, order)
                self.charge(order).result()
                self.ship(order).result()

    In an ``async def run`` it is ``async with``. When the block ends with an exception, also with
    the cancellation of the workflow, the compensations run: the last one first, each to its end
    before the next. They are shielded: a cancel request that comes meanwhile arrives when they are
    done. One that fails does not keep the others from running. Then the exception goes on, or, when
    compensations failed, a ``CompensationError`` with all of their failures, and the exception as
    its cause.

    An execution is not closed while code is in a saga: when ``run`` or a signal's method fails,
    sagas elsewhere in the workflow are undone first.

    Add a compensation *before* the step that it undoes: a step that fails or times out may have
    done its work, wholly or in part. So a compensation must do no harm when there is nothing to
    undo.

    Args:
        parallel: Run the compensations at once, not one after the other.
    """

    def __init__(self, *, parallel: bool = False) -> None:
        self._parallel = parallel
        self._compensations: list[Compensation] = []
        self._entered: list[tuple[WorkflowLoop, asyncio.Task[Any] | None]] = []

    def add_compensation(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Keep a call that undoes something.

        Args:
            function: A proxy, or a function, plain or ``async``.
            args: Its arguments.
            kwargs: The same by name.

        Raises:
            DefinitionError: The function cannot be called.
        """
        self._compensations.append(
            partial(callable_of(function, "add_compensation"), *args, **kwargs)
        )

    def compensate(self) -> Branch[None]:
        """Undo everything now; nothing is left for the end of the block.

        Returns:
            The result that comes when all compensations have run. It is shielded: a cancel request
            reaches whoever waits for it, not the compensations.

        Raises:
            CompensationError: By the result: compensations failed.
            RuntimeError: No workflow's code runs here.
        """
        return self._spawn(workflow_loop("Saga.compensate"), _undo_or_raise)

    def __enter__(self) -> Self:
        loop = workflow_loop("flowy.Saga")
        if not loop.can_block():
            raise RuntimeError("in an async def run, a saga is entered with async with")
        self._entered.append((loop, loop.enter_saga()))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._undoing(error) as undoing:
            while (arrival := undoing.next()) is not None:
                try:
                    undoing.loop.block_on(arrival)
                except asyncio.CancelledError as request:
                    undoing.cancelled = request

    async def __aenter__(self) -> Self:
        loop = workflow_loop("flowy.Saga")
        self._entered.append((loop, loop.enter_saga()))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._undoing(error) as undoing:
            while (arrival := undoing.next()) is not None:
                try:
                    await arrival
                except asyncio.CancelledError as request:
                    undoing.cancelled = request

    @contextmanager
    def _undoing(self, error: BaseException | None) -> Iterator["_Undoing"]:
        """Undo what was done when the block failed; inside, wait until that has come to its end."""
        loop, task = self._entered.pop()
        try:
            # Not when the run is only dropped from memory: it goes on elsewhere.
            fails = isinstance(error, Exception | asyncio.CancelledError)
            undoing = _Undoing(loop, self._spawn(loop, _undo) if fails else None)
            yield undoing
            undoing.raise_from(error)
        finally:
            loop.leave_saga(task)

    def _spawn(
        self, loop: WorkflowLoop, undo: Callable[..., Coroutine[Any, Any, Any]]
    ) -> Branch[Any]:
        compensations, self._compensations = self._compensations[::-1], []
        token = shielded.set(True)
        try:
            return loop.spawn(undo, loop, compensations, self._parallel)
        finally:
            shielded.reset(token)


class _Undoing:
    """Compensations that run when a block has failed, to their end whatever comes meanwhile.

    Args:
        loop: What they run on.
        failures: Brings what they raise; None when there is nothing to undo.
    """

    def __init__(self, loop: WorkflowLoop, failures: Branch[Any] | None) -> None:
        self.loop = loop
        self._failures = failures
        self.cancelled: asyncio.CancelledError | None = None
        """The cancel request that came meanwhile."""

    def next(self) -> asyncio.Future[Any] | None:
        """Return what to wait for, or None when all have ended."""
        if self._failures is None or self._failures.done():
            return None
        return asyncio.shield(self._failures)

    def raise_from(self, error: BaseException | None) -> None:
        """Raise what takes the place of the error of the block, where something does."""
        failures = None if self._failures is None else self._failures.result()
        if failures:
            raise CompensationError(failures) from error
        if self.cancelled is not None:
            raise self.cancelled from error


async def _undo(
    loop: WorkflowLoop, compensations: list[Compensation], parallel: bool
) -> list[BaseException]:
    branches: list[Branch[Any]] = []
    for compensation in compensations:
        branches.append(loop.spawn(compensation))
        if not parallel:
            await asyncio.wait(branches[-1:])
    if branches:
        await asyncio.wait(branches)
    return [error for error in map(_error_of, branches) if error is not None]


def _error_of(branch: Branch[Any]) -> BaseException | None:
    if branch.cancelled():
        return asyncio.CancelledError("it was cancelled")
    return branch.exception()


async def _undo_or_raise(
    loop: WorkflowLoop, compensations: list[Compensation], parallel: bool
) -> None:
    failures = await _undo(loop, compensations, parallel)
    if failures:
        raise CompensationError(failures)
