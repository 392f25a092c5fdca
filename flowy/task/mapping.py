"""`map`: a function over many items at once, bounded, with failures that are tolerated."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast, overload

from flowy.errors import DefinitionError, MapFailedError
from flowy.task.branch import Branch, WorkflowLoop, callable_of, workflow_loop
from flowy.task.calling import Callee
from flowy.task.gathering import Completions
from flowy.task.result import Result

T = TypeVar("T")
Status = Literal["succeeded", "failed", "cancelled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemOutcome:
    """What became of one item of a ``map``.

    Args:
        index: Its place among the items, from 0.
        item: The item; a tuple where the function takes several.
        status: ``"succeeded"``, ``"failed"``, or ``"cancelled"`` for what was not needed any more
            and had not ended, or never began.
        value: What the function returned.
        error: Why it failed.
    """

    index: int
    item: Any
    status: Status = "cancelled"
    value: Any = None
    error: BaseException | None = None


class MapOutcome(list[T]):
    """What a ``map`` came to: a list of the values of the items that succeeded, in their order.

    Args:
        items: What became of each item, in their order.
    """

    def __init__(self, items: Iterable[ItemOutcome]) -> None:
        self.items = tuple(items)
        """What became of each item, in their order."""
        super().__init__(item.value for item in self.successes)

    @property
    def successes(self) -> list[ItemOutcome]:
        """The items that succeeded."""
        return self._of("succeeded")

    @property
    def failures(self) -> list[ItemOutcome]:
        """The items that failed."""
        return self._of("failed")

    @property
    def cancelled(self) -> list[ItemOutcome]:
        """The items that were not needed any more."""
        return self._of("cancelled")

    def _of(self, status: Status) -> list[ItemOutcome]:
        return [item for item in self.items if item.status == status]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How many at once, how many failures are tolerated, how many successes are enough."""

    concurrency: int
    failures: int
    enough: int


@overload
def map(  # noqa: A001 -- it is the builtin's twin: flowy.map
    function: Callable[..., Awaitable[T]],
    *iterables: Iterable[Any],
    max_concurrency: int | None = None,
    tolerate: float | None = None,
    min_successful: int | None = None,
) -> Branch[MapOutcome[T]]: ...
@overload
def map(  # noqa: A001
    function: Callable[..., T],
    *iterables: Iterable[Any],
    max_concurrency: int | None = None,
    tolerate: float | None = None,
    min_successful: int | None = None,
) -> Branch[MapOutcome[T]]: ...
def map(  # noqa: A001
    function: Callable[..., Any],
    *iterables: Iterable[Any],
    max_concurrency: int | None = None,
    tolerate: float | None = None,
    min_successful: int | None = None,
) -> Branch[Any]:
    """Call a function for each item, many at a time, and gather what becomes of them.

    ::

        pages = await flowy.map(self.fetch, urls, max_concurrency=10, tolerate=0.05)

    Args:
        function: A proxy, or a function, plain or ``async``, that may itself call proxies and wait.
        iterables: Its items; of several, it takes one of each, as the builtin ``map`` does.
        max_concurrency: How many may be in progress at once; None is as many as there are, up to
            the workflow's ``max_open_tasks``.
        tolerate: Failures that are put up with: a whole number is a count, a float from 0.0 to 1.0
            a share of the items. None is 0, or with ``min_successful`` any number that leaves
            enough.
        min_successful: Be content with so many successes, and cancel the rest; None is all.

    Returns:
        The result of a `MapOutcome`: a list of the values in the order of the items, with
        ``failures`` and the like.

    Raises:
        MapFailedError: By the result: more failed than is tolerated, or too few can succeed still.
            What was in progress is cancelled; its ``outcome`` says what became of each item.
        DefinitionError: A bound is none, or the function cannot be called.
        RuntimeError: No workflow's code runs here.
    """
    loop = workflow_loop("flowy.map")
    callable_of(function, "flowy.map")
    if not iterables:
        raise DefinitionError("flowy.map has no items: give it at least one iterable")
    for each in iterables:
        if not any(hasattr(type(each), how) for how in ("__iter__", "__getitem__")):
            raise DefinitionError(f"flowy.map goes through lists and the like, not {each!r:.100}")
    items = list(zip(*iterables, strict=False))
    bounds = _bounds(len(items), max_concurrency, tolerate, min_successful)
    return loop.spawn(_Mapping(loop, function, items, bounds).run)


class _Mapping:
    """One ``map`` in progress."""

    def __init__(
        self, loop: WorkflowLoop, function: Any, items: list[tuple[Any, ...]], bounds: Bounds
    ) -> None:
        self._loop = loop
        self._function = function
        self._items = items
        self._bounds = bounds
        self._indexes: dict[Any, int] = {}
        self._outcomes = [
            ItemOutcome(index=index, item=item[0] if len(item) == 1 else item)
            for index, item in enumerate(items)
        ]
        self._succeeded = 0
        self._failed = 0

    async def run(self) -> MapOutcome[Any]:
        completions = Completions(self._loop)
        waiting = iter(enumerate(self._items))
        request: asyncio.CancelledError | None = None
        try:
            while self._wanted():
                self._fill(completions, waiting)
                if not completions.open:
                    break
                self._note(await completions.next())
        except asyncio.CancelledError as error:
            request = error
        ended, again = await completions.cancel()
        for future in ended:
            if not future.cancelled():
                self._note(future)
        outcome = MapOutcome[Any](self._outcomes)
        if self._failed > self._bounds.failures:
            raise _failure(outcome, self._bounds)
        if (cancelled := request or again) is not None:
            raise cancelled
        return outcome

    def _wanted(self) -> bool:
        return self._succeeded < self._bounds.enough and self._failed <= self._bounds.failures

    def _fill(
        self, completions: Completions, waiting: Iterator[tuple[int, tuple[Any, ...]]]
    ) -> None:
        while len(completions.open) < self._bounds.concurrency:
            index, item = next(waiting, (-1, ()))
            if index < 0:
                return
            self._indexes[completions.add(start(self._loop, self._function, item))] = index

    def _note(self, future: Any) -> None:
        index = self._indexes[future]
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        done = self._outcomes[index]
        if error is None:
            self._succeeded += 1
            self._outcomes[index] = ItemOutcome(
                index=index, item=done.item, status="succeeded", value=future.result()
            )
        else:
            self._failed += 1
            self._outcomes[index] = ItemOutcome(
                index=index, item=done.item, status="failed", error=error
            )


def start(loop: WorkflowLoop, function: Any, args: tuple[Any, ...]) -> Result[Any]:
    """Call a function beside what goes on; a proxy's call is that already."""
    if not isinstance(function, Callee):
        return loop.spawn(function, *args)
    try:
        return cast(Result[Any], function(*args))
    except Exception as error:  # noqa: BLE001 -- it is the outcome of this item
        return loop.spawn(_raise, error)


async def _raise(error: Exception) -> None:
    raise error


def _failure(outcome: MapOutcome[Any], bounds: Bounds) -> MapFailedError:
    failures = outcome.failures
    count = len(outcome.items)
    if not failures:
        return MapFailedError(f"{bounds.enough} successes are wanted of {count} items", outcome)
    first = failures[0]
    error = MapFailedError(
        f"{len(failures)} of {count} items failed; the first of them is item {first.index}: "
        f"{first.error or type(first.error).__name__}",
        outcome,
    )
    error.__cause__ = first.error
    return error


def _bounds(
    count: int, concurrency: int | None, tolerate: float | None, successes: int | None
) -> Bounds:
    if concurrency is not None:
        _check(concurrency, "max_concurrency", 1)
    tolerated = None if tolerate is None else _tolerated(tolerate, count)
    if successes is None:
        enough, failures = count, tolerated or 0
    else:
        enough = _check(successes, "min_successful", 1)
        spare = count - enough
        failures = spare if tolerated is None else min(tolerated, spare)
    return Bounds(concurrency=concurrency or max(count, 1), failures=failures, enough=enough)


def _tolerated(tolerate: Any, count: int) -> int:
    if not isinstance(tolerate, float):
        return _check(tolerate, "tolerate", 0)
    if not 0 <= tolerate <= 1:
        raise DefinitionError(f"tolerate as a share is a float from 0.0 to 1.0, not {tolerate!r}")
    return math.floor(tolerate * count)


def _check(value: Any, name: str, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise DefinitionError(f"{name} is a whole number from {least} on, not {value!r}")
    return value
