"""`parallel_reduce`: combine many results into one, each pair as soon as both are there."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any

from flowy.errors import DefinitionError
from flowy.task.branch import Branch, WorkflowLoop, callable_of, workflow_loop
from flowy.task.gathering import Completions
from flowy.task.mapping import start

_NOTHING: Any = object()


def parallel_reduce(
    function: Callable[..., Any],
    values: Iterable[Any],
    initial: Any = _NOTHING,
    *,
    commutative: bool = False,
) -> Branch[Any]:
    """Combine values two by two until one is left, beginning with what is there first.

    ::

        total = flowy.parallel_reduce(self.merge, [self.count(page) for page in pages])

    Args:
        function: Takes two and gives one: a proxy, or a function, plain or ``async``. It must be
            associative: which pairs are combined first depends on what comes first.
        values: Results, plain values, or both.
        initial: One more value, before the others.
        commutative: Combine any two, not only neighbours; the order in which the function gets
            them is then the order in which they came.

    Returns:
        The result of the last combination; of a single value, that value.

    Raises:
        DefinitionError: There are no values and no ``initial``, or the function cannot be called.
        RuntimeError: No workflow's code runs here.
    """
    loop = workflow_loop("flowy.parallel_reduce")
    callable_of(function, "flowy.parallel_reduce")
    given = list(values) if initial is _NOTHING else [initial, *values]
    if not given:
        raise DefinitionError(
            "flowy.parallel_reduce has no values: give it some, or an initial one"
        )
    pool = _Heap() if commutative else _Row(len(given))
    return loop.spawn(_reduce, loop, function, given, pool)


class _Heap:
    """Values of which any two may be combined."""

    def __init__(self) -> None:
        self._ready: deque[Any] = deque()

    def put(self, _place: int, value: Any) -> tuple[int, Any, Any] | None:
        """Take in a value; return two that are to be combined, when there are."""
        self._ready.append(value)
        if len(self._ready) < 2:
            return None
        return 0, self._ready.popleft(), self._ready.popleft()


class _Row:
    """Values of which neighbours may be combined; what two gave takes their place."""

    def __init__(self, count: int) -> None:
        self._ready: dict[int, Any] = {}
        self._before = {place: place - 1 for place in range(1, count)}
        self._after = {place - 1: place for place in range(1, count)}

    def put(self, place: int, value: Any) -> tuple[int, Any, Any] | None:
        """Take in a value; return two that are to be combined, when there are."""
        self._ready[place] = value
        for left, right in (
            (self._before.get(place, -1), place),
            (place, self._after.get(place, -1)),
        ):
            if left in self._ready and right in self._ready:
                return left, *self._join(left, right)
        return None

    def _join(self, left: int, right: int) -> tuple[Any, Any]:
        after = self._after.pop(right, None)
        del self._before[right], self._after[left]
        if after is not None:
            self._before[after], self._after[left] = left, after
        return self._ready.pop(left), self._ready.pop(right)


def _raise_failure(ended: list[Any]) -> None:
    for future in ended:
        if not future.cancelled():
            future.result()


async def _reduce(
    loop: WorkflowLoop, function: Callable[..., Any], values: list[Any], pool: _Heap | _Row
) -> Any:
    places: defaultdict[Any, list[int]] = defaultdict(list)  # a value may be given twice
    completions = Completions(loop)
    last: Any = None

    def put(place: int, value: Any) -> None:
        nonlocal last
        last = value
        pair = pool.put(place, value)
        if pair is not None:
            future = start(loop, function, pair[1:])
            places[completions.add(future)].append(pair[0])

    for place, value in enumerate(values):
        if asyncio.isfuture(value):
            places[completions.add(value)].append(place)
        else:
            put(place, value)
    try:
        while completions.open:
            future = await completions.next()
            for place in places.pop(future):
                put(place, future.result())
    except (Exception, asyncio.CancelledError) as error:
        ended, _request = await completions.cancel()
        if isinstance(error, asyncio.CancelledError):
            _raise_failure(ended)  # of what cleaned up
        raise
    return last
