"""Wait for several results: all, the first, or one after the other as they come.

Each takes results one by one or as one iterable, and gives a result itself, for ``await``,
``result()`` or another call. What comes first is what the history has first, so it is the same in
every replay.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar, overload

from flowy.errors import DefinitionError
from flowy.task import delays
from flowy.task.branch import Branch, WorkflowLoop, workflow_loop
from flowy.task.result import Result

Future = TypeVar("Future", bound="asyncio.Future[Any]")
T = TypeVar("T")

RETURN_WHEN = (asyncio.ALL_COMPLETED, asyncio.FIRST_COMPLETED, asyncio.FIRST_EXCEPTION)


class Waited(NamedTuple):
    """What a wait came to: the results that are done and those that are not, in the given order."""

    done: list[Any]
    pending: list[Any]


def wait(
    *results: Any, return_when: str = asyncio.ALL_COMPLETED, timeout: float | None = None
) -> Branch[Waited]:
    """Wait for results, whatever becomes of them: raises nothing that they raise.

    Args:
        results: What to wait for, one by one or as one iterable.
        return_when: ``"ALL_COMPLETED"``, ``"FIRST_COMPLETED"`` or ``"FIRST_EXCEPTION"``, as
            ``asyncio.wait`` has them.
        timeout: Seconds on a durable timer after which it waits no longer; None for no such limit.

    Returns:
        The result of a pair ``(done, pending)``, two lists in the given order.

    Raises:
        DefinitionError: Something given cannot be waited for, or has no order; or the timeout is
            no number of seconds.
        RuntimeError: No workflow's code runs here.
    """
    loop = workflow_loop("flowy.wait")
    if return_when not in RETURN_WHEN:
        raise DefinitionError(
            f"flowy.wait returns when {', '.join(RETURN_WHEN)}, not {return_when!r}"
        )
    delays.limit(timeout, "timeout of flowy.wait")
    return loop.spawn(_wait, futures_of(results, "flowy.wait"), return_when, timeout)


@overload
def first(
    *results: Awaitable[T],
    timeout: float | None = None,
    cancel: bool = True,
    successful: bool = False,
) -> Branch[T]: ...
@overload
def first(
    results: Iterable[Awaitable[T]],
    /,
    *,
    timeout: float | None = None,
    cancel: bool = True,
    successful: bool = False,
) -> Branch[T]: ...
def first(
    *results: Any, timeout: float | None = None, cancel: bool = True, successful: bool = False
) -> Branch[Any]:
    """Wait for the result that comes first, and give its value or its failure.

    ::

        answer = await flowy.first(self.ask(one), self.ask(other), timeout=60)

    Args:
        results: What to wait for, one by one or as one iterable.
        timeout: Seconds on a durable timer, after which it fails with ``TimeoutError``; None for no
            such limit.
        cancel: Cancel the others then; nothing more comes of them. Without it they go on, and are
            as any call is: the workflow waits for them at its end and fails with a failure that
            nobody looked at.
        successful: Pass over failures while another can still succeed; when all have failed, the
            last failure is raised.

    Raises:
        DefinitionError: There is nothing to wait for, or it cannot be waited for, or has no order;
            or the timeout is no number of seconds.
        RuntimeError: No workflow's code runs here.
    """
    loop = workflow_loop("flowy.first")
    delays.limit(timeout, "timeout of flowy.first")
    futures = futures_of(results, "flowy.first")
    if not futures:
        raise DefinitionError("flowy.first has nothing to wait for: give it at least one result")
    return loop.spawn(_first, loop, futures, timeout, cancel, successful)


@overload
def as_completed(*results: Future) -> "AsCompleted[Future]": ...
@overload
def as_completed(results: Iterable[Future], /) -> "AsCompleted[Future]": ...
@overload
def as_completed(*results: Any) -> "AsCompleted[Any]": ...
def as_completed(*results: Any) -> "AsCompleted[Any]":
    """Go through results in the order in which they come, each done when it is its turn.

    In a plain ``run`` it is for ``for``, in an ``async def run`` for ``async for``. What it gives
    are the results that were given::

        for result in flowy.as_completed(calls):
            self.note(result.result())

    Args:
        results: What to go through, one by one or as one iterable.

    Raises:
        DefinitionError: Something given cannot be waited for, or has no order.
        RuntimeError: No workflow's code runs here.
    """
    loop = workflow_loop("flowy.as_completed")
    return AsCompleted(loop, futures_of(results, "flowy.as_completed"))


class Completions:
    """Futures in the order in which they are done; the cost of each is the same, however many.

    Args:
        loop: The workflow's loop.
    """

    def __init__(self, loop: WorkflowLoop) -> None:
        self._loop = loop
        self._done: deque[Any] = deque()
        self._waiter: asyncio.Future[Any] | None = None
        self.open: dict[Any, None] = {}
        """Those that have not been given out, in the order of ``add``."""

    def add(self, future: Future) -> Future:
        """Take in a future."""
        if future not in self.open:
            self.open[future] = None
            future.add_done_callback(self._arrived)
        return future

    async def next(self) -> Any:
        """Wait for the next that is done, and return it."""
        while not self._done:
            await self.waiter()
        return self.take()

    @property
    def ready(self) -> bool:
        """Whether one is done that has not been given out."""
        return bool(self._done)

    def waiter(self) -> asyncio.Future[Any]:
        """Return a future that is done when the next one is."""
        if self._waiter is None or self._waiter.done():
            self._waiter = self._loop.create_future()
        return self._waiter

    def take(self) -> Any:
        """Give out the next that is done."""
        future = self._done.popleft()
        del self.open[future]
        return future

    async def cancel(self) -> tuple[list[Any], asyncio.CancelledError | None]:
        """Cancel all that is open and wait until it has ended.

        Returns:
            What has ended, and the cancellation that came meanwhile, which all of it has heard of.
        """
        ended: list[Any] = []
        request: asyncio.CancelledError | None = None
        self._cancel_open()
        while self.open:
            try:
                ended.append(await self.next())
            except asyncio.CancelledError as error:
                request = error
                self._cancel_open()
            else:
                look_at(ended[-1])
        return ended, request

    def _cancel_open(self) -> None:
        for future in tuple(self.open):
            future.cancel()

    def _arrived(self, future: Any) -> None:
        self._done.append(future)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class AsCompleted(Iterator[T], AsyncIterator[T], Generic[T]):
    """Results in the order in which they come.

    Args:
        loop: The workflow's loop.
        futures: The results.
    """

    def __init__(self, loop: WorkflowLoop, futures: list[Any]) -> None:
        self._loop = loop
        self._completions = Completions(loop)
        for future in futures:
            self._completions.add(future)

    def __next__(self) -> T:
        """Wait in a plain ``run`` for the next that is done."""
        if not self._completions.open:
            raise StopIteration
        while not self._completions.ready:
            if not self._loop.can_block():
                raise RuntimeError("in an async def run, go through it with async for")
            self._loop.block_on(self._completions.waiter())
        taken: T = self._completions.take()
        return taken

    async def __anext__(self) -> T:
        """Wait for the next that is done."""
        if not self._completions.open:
            raise StopAsyncIteration
        taken: T = await self._completions.next()
        return taken


def futures_of(results: tuple[Any, ...], what: str) -> list[Any]:
    """Return what is to be waited for as futures, in order and each once.

    Args:
        results: Results one by one, or one iterable of them.
        what: Who waits, for the error.

    Raises:
        DefinitionError: Something cannot be waited for, or has no order.
    """
    given: Iterable[Any] = results
    if len(results) == 1 and not _can_be_awaited(results[0]):
        given = _ordered(results[0], what)
    return list(dict.fromkeys(_future(one, what) for one in given))


def look_at(future: Any) -> None:
    """Note that somebody looked at the outcome of a future that is done."""
    if isinstance(future, Result):
        future.look_at()
    elif not future.cancelled():
        future.exception()


def _ordered(results: Any, what: str) -> Iterable[Any]:
    if not isinstance(results, Iterable):
        raise DefinitionError(f"{what} waits for results, and {results!r} is none")
    if not isinstance(results, set | frozenset):
        return results
    by_address: Any = object.__hash__
    if any(type(one).__hash__ is by_address for one in results):
        raise DefinitionError(
            f"{what} was given a set of what has no order that a replay could repeat: give it a "
            "list"
        )
    return sorted(results, key=hash)


def _can_be_awaited(value: Any) -> bool:
    return isinstance(value, asyncio.Future) or asyncio.iscoroutine(value)


def _future(value: Any, what: str) -> Any:
    if not _can_be_awaited(value) and not hasattr(value, "__await__"):
        raise DefinitionError(f"{what} waits for results, and {value!r} is none")
    return asyncio.ensure_future(value)


async def _wait(futures: list[Any], return_when: str, seconds: float | None) -> Waited:
    if not futures:
        return Waited([], [])
    done, _pending = await asyncio.wait(futures, return_when=return_when, timeout=seconds)
    return Waited(
        [future for future in futures if future in done],
        [future for future in futures if future not in done],
    )


async def _first(
    loop: WorkflowLoop,
    futures: list[Any],
    seconds: float | None,
    cancel: bool,
    successful: bool,
) -> Any:
    completions = Completions(loop)
    for future in futures:
        completions.add(future)
    try:
        async with asyncio.timeout(seconds):
            winner = await completions.next()
            while successful and completions.open and _failed(winner):
                winner = await completions.next()
        return winner.result()
    finally:
        if cancel:
            for future in futures:
                future.cancel()
                if future.done():
                    look_at(future)


def _failed(future: Any) -> bool:
    return future.cancelled() or future.exception() is not None
