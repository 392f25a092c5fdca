"""Patterns that repeat a branch.

A loop is one list: its head, the tasks of its branch, and a task that jumps back. So a `BREAK` in
the branch leaves the loop. `FOR` keeps its turn in ``extra_data`` under the position of its head,
so that a loop can be halted, stored and resumed elsewhere. It begins anew whenever its list is
entered, and goes on when it was jumped to, or when the jump back has marked the next turn.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flowy.machine.callbacks import Callbacks, Task
from flowy.machine.patterns.comments import with_nice_docs
from flowy.machine.ways import LEAVE, Block, Way, about, make_task

ITERATORS = "_Iterators"
ORDERS = ("ASC", "DSC")


@with_nice_docs
def WHILE(cond: Callable[[Any, Any], Any], branch: Any) -> list[Any]:
    """Run a branch as long as a condition holds; it is tested before each turn.

    Args:
        cond: A function of token and engine.
        branch: A task or several.
    """
    tasks = _tasks(branch)
    back = -(len(tasks) + 1)

    def test(obj: Any, eng: Any) -> None:
        if not eng.evaluate(cond, obj):
            eng.break_current_loop()

    def turn(obj: Any, eng: Any) -> None:
        eng.jump_call(back)

    head = make_task(test, "WHILE", Way(1, "yes"), Way(LEAVE, "no"))
    return Block([about(head, cond), *tasks, make_task(turn, "TASK_JUMP_BWD", Way(back, "again"))])


@with_nice_docs
def FOR(
    get_list_function: Any, setter: Any, branch: Any, cache_data: bool = False, order: str = "ASC"
) -> list[Any]:
    """Run a branch for each item; afterwards the variable keeps the last one.

    Args:
        get_list_function: The items, or a function of token and engine, or of nothing, that
            gives them.
        setter: Where an item goes: a key of ``extra_data``, or a function of token, engine and
            item.
        branch: A task or several.
        cache_data: Ask for the items once a loop; else at each turn.
        order: ``"ASC"`` from the start, ``"DSC"`` from the end.

    Raises:
        ValueError: The order is neither.
        TypeError: There is no way to get items.
    """
    if order not in ORDERS:
        raise ValueError(f"the order of a FOR is one of {', '.join(ORDERS)}, not {order!r}")
    loop = _Loop(_lister(get_list_function), _setter(setter), cache_data, order)
    tasks = _tasks(branch)
    back = -(len(tasks) + 1)

    def turn(obj: Any, eng: Any) -> None:
        *outer, last = eng.state.callback_pos
        memory = eng.extra_data.get(ITERATORS, {}).get(str([*outer, last + back]))
        if memory is not None:
            memory["turning"] = True
        eng.jump_call(back)

    head = make_task(loop.head(), "FOR", Way(1, "next"), Way(LEAVE, "done"))
    return Block(
        [about(head, setter), *tasks, make_task(turn, "TASK_JUMP_BWD", Way(back, "again"))]
    )


def _tasks(branch: Any) -> list[Any]:
    """Return the tasks of a branch, which stand in the loop's own list."""
    return list(Callbacks.cleanup_callables([branch] if isinstance(branch, Block) else branch))


class _Loop:
    """What a `FOR` was told: where its items come from and go to."""

    def __init__(
        self, lister: Task, setter: Callable[..., None], cache_data: bool, order: str
    ) -> None:
        self._lister = lister
        self._setter = setter
        self._cache_data = cache_data
        self._ascending = order == "ASC"

    def head(self) -> Task:
        """Return the task that begins each turn."""

        def begin_turn(obj: Any, eng: Any) -> None:
            self.begin_turn(obj, eng)

        return begin_turn

    def begin_turn(self, obj: Any, eng: Any) -> None:
        """Set the next item, or the last one again and leave the loop."""
        step = str(eng.state.callback_pos)
        memories = eng.extra_data.setdefault(ITERATORS, {})
        memory = memories.get(step)
        jumped, eng.state.jumped = eng.state.jumped, False
        if memory is None or not self._goes_on(memory, eng, jumped=jumped):
            memory = {"token": eng.state.token_pos}
        items = memory["cache"] if "cache" in memory else self._list(obj, eng)
        start = 0 if self._ascending else len(items) - 1
        index = memory.get("value", start)
        if not 0 <= index < len(items):
            if "current_data" in memory:
                self._setter(obj, eng, step, memory["current_data"])
            memories.pop(step, None)
            eng.break_current_loop()
        self._setter(obj, eng, step, items[index])
        memories[step] = memory | {
            "value": index + (1 if self._ascending else -1),
            "current_data": items[index],
            "turning": False,
        }
        if self._cache_data:
            memories[step]["cache"] = items

    def _goes_on(self, memory: dict[str, Any], eng: Any, *, jumped: bool) -> bool:
        same_token = memory["token"] == eng.state.token_pos
        return same_token and (jumped or memory["turning"])

    def _list(self, obj: Any, eng: Any) -> list[Any]:
        return list(eng.evaluate(self._lister, obj))


def _lister(given: Any) -> Task:
    """Return a function of token and engine that gives the items."""
    if isinstance(given, Iterator):
        given = list(given)
    if callable(given):
        return given if _accepts(given, 2) else lambda obj, eng: given()
    if isinstance(given, Iterable):
        return lambda obj, eng: given
    raise TypeError(f"a FOR iterates over a callable or an iterable, not over {given!r}")


def _setter(given: Any) -> Callable[..., None]:
    """Return a function of token, engine, position and item that keeps the item."""
    if isinstance(given, str):
        return lambda obj, eng, step, value: eng.extra_data.__setitem__(given, value)
    if given is None:
        return lambda obj, eng, step, value: None
    if _accepts(given, 4):
        return lambda obj, eng, step, value: given(obj, eng, step, value)
    return lambda obj, eng, step, value: given(obj, eng, value)


def _accepts(function: Any, count: int) -> bool:
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:
        return True
    return True
