"""Patterns that choose between branches of a definition."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from flowy.machine.patterns.comments import with_nice_docs
from flowy.machine.patterns.jumps import BREAK, TASK_JUMP_FWD
from flowy.machine.ways import LEAVE, Block, Way, about, make_task

Condition = Callable[[Any, Any], Any]

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "in": operator.contains,
    "lt": operator.lt,
    "lte": operator.le,
    "ne": operator.ne,
}


@with_nice_docs
def IF(cond: Condition, branch: Any) -> list[Any]:
    """Run a branch when a condition holds.

    Args:
        cond: A function of token and engine.
        branch: A task or a list of them, in a list of its own: jumps stay inside.
    """

    def test(obj: Any, eng: Any) -> None:
        if not eng.evaluate(cond, obj):
            eng.break_current_loop()

    head = make_task(test, "IF", Way(1, "yes"), Way(LEAVE, "no"))
    return Block([about(head, cond), branch])


@with_nice_docs
def IF_NOT(cond: Condition, branch: Any) -> list[Any]:
    """Run a branch when a condition does not hold; see `IF`."""

    def test(obj: Any, eng: Any) -> None:
        if eng.evaluate(cond, obj):
            eng.break_current_loop()

    head = make_task(test, "IF_NOT", Way(1, "no"), Way(LEAVE, "yes"))
    return Block([about(head, cond), branch])


@with_nice_docs
def IF_ELSE(cond: Condition, branch1: Any, branch2: Any) -> list[Any]:
    """Run one branch when a condition holds and the other when it does not.

    Args:
        cond: A function of token and engine.
        branch1: A task or several, when it holds.
        branch2: A task or several, when it does not.

    Raises:
        ValueError: A branch is None.
    """
    if branch1 is None or branch2 is None:
        raise ValueError("Neither of the branches can be None/empty")

    def test(obj: Any, eng: Any) -> None:
        if not eng.evaluate(cond, obj):
            eng.jump_call(3)

    head = make_task(test, "IF_ELSE", Way(1, "yes"), Way(3, "no"))
    return Block([about(head, cond), _one(branch1), BREAK(), _one(branch2)])


@with_nice_docs
def CMP(a: Any, b: Any, op: str) -> Callable[[Any, Any], bool]:
    """Compare two values when the task runs; used as a condition.

    Args:
        a: The left side: a value, or a function of token and engine that gives one.
        b: The right side, the same.
        op: ``== != < <= > >=``, ``eq ne lt lte gt gte``, or ``in`` for ``b in a``.
    """

    def compare(obj: Any, eng: Any) -> bool:
        return COMPARISONS[op](_value(a, obj, eng), _value(b, obj, eng))

    compare.__dict__["hide"] = True
    return make_task(compare, "CMP")


@with_nice_docs
def CHOICE(arbiter: Condition, *predicates: Any, **kwpredicates: Any) -> list[Any]:
    """Run the branch that an arbiter names.

    Args:
        arbiter: A function of token and engine that returns the key of a branch.
        predicates: Branches as tuples: the key, then the tasks.
        kwpredicates: Branches by key: a task or several.

    Raises:
        KeyError: When the task runs: no branch has the key.
    """
    branches = [(one[0], one[1:]) for one in predicates]
    branches += list(kwpredicates.items())
    places: dict[Any, int] = {}
    tail: list[Any] = []
    for key, branch in branches:
        places[key] = len(tail) + 1
        tail += [_one(branch), BREAK()]

    def choose(obj: Any, eng: Any) -> None:
        key = eng.evaluate(arbiter, obj)
        if key not in places:
            raise KeyError(f"{choose.__name__} chose {key!r}; the branches are {list(places)}")
        eng.jump_call(places[key])

    ways = [Way(place, str(key)) for key, place in places.items()]
    return Block([make_task(choose, getattr(arbiter, "__name__", "CHOICE"), *ways), *tail])


@with_nice_docs
def SIMPLE_MERGE(*args: Any) -> list[Any]:
    """Run the first branch and then the last; the others only when a task jumps to them.

    Args:
        args: Branches, each a task or several, and the task that they merge into.

    Raises:
        ValueError: There are fewer than two.
    """
    if len(args) < 2:
        raise ValueError("You must suply at least 2 callables")
    *branches, last = args
    merged: list[Any] = []
    for number, branch in enumerate(branches):
        merged += [_one(branch), TASK_JUMP_FWD(2 * (len(branches) - number) - 1)]
    return Block([*merged, _one(last)])


def _one(branch: Any) -> Any:
    """Return a branch as one entry: a tuple would dissolve into the list around it."""
    if not isinstance(branch, tuple):
        return branch
    return branch[0] if len(branch) == 1 else list(branch)


def _value(side: Any, obj: Any, eng: Any) -> Any:
    while callable(side):
        side = eng.evaluate(side, obj)
    return side
