"""Orders that differ from process to process: sets, addresses and hashes."""

import ast
from collections.abc import Iterator

from flowy.check.finding import Finding
from flowy.check.scope import Scope
from flowy.determinism.rules import IDENTITY, SET_ORDER

_MAKERS = frozenset({"set", "frozenset"})
_SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference"})
_ORDERED = frozenset({"list", "tuple", "enumerate", "iter", "map", "filter", "zip", "reversed"})
"""Functions that keep the order of what they are given."""
_ANY_ORDER = frozenset({"all", "any", "frozenset", "len", "max", "min", "set", "sorted", "sum"})
"""Functions to which the order of what they are given is all one."""


def set_order(scope: Scope) -> Iterator[Finding]:
    """Find code that goes through a set."""
    sets = _set_variables(scope)
    for node in scope.nodes:
        for passed in _gone_through(scope, node):
            if _is_set(scope, passed, sets):
                yield scope.finding(passed, SET_ORDER, "code goes through a set")


def identity_order(scope: Scope) -> Iterator[Finding]:
    """Find uses of ``id`` and ``hash``."""
    for node in scope.nodes:
        if isinstance(node, ast.Call) and scope.dotted(node.func) in ("id", "hash"):
            yield scope.finding(node, IDENTITY, f"{scope.dotted(node.func)}()")
        elif isinstance(node, ast.keyword) and _is_key(scope, node):
            yield scope.finding(node.value, IDENTITY, f"key={scope.dotted(node.value)}")


def _is_key(scope: Scope, node: ast.keyword) -> bool:
    return node.arg == "key" and scope.dotted(node.value) in ("id", "hash")


def _gone_through(scope: Scope, node: ast.AST) -> Iterator[ast.expr]:
    """Give the expressions that a node goes through in their order."""
    if isinstance(node, ast.For):
        yield node.iter
    elif isinstance(node, ast.ListComp | ast.DictComp):
        yield from (each.iter for each in node.generators)
    elif isinstance(node, ast.GeneratorExp):
        taker = scope.parent(node)
        if not (isinstance(taker, ast.Call) and scope.dotted(taker.func) in _ANY_ORDER):
            yield from (each.iter for each in node.generators)
    elif isinstance(node, ast.Starred) and isinstance(node.ctx, ast.Load):
        if not isinstance(scope.parent(node), ast.Set):
            yield node.value
    elif isinstance(node, ast.Call):
        yield from _given(scope, node)


def _given(scope: Scope, call: ast.Call) -> Iterator[ast.expr]:
    taker = scope.parent(call)
    is_reordered = isinstance(taker, ast.Call) and scope.dotted(taker.func) in _ANY_ORDER
    if scope.dotted(call.func) in _ORDERED and not is_reordered:
        yield from call.args
    elif isinstance(call.func, ast.Attribute):
        if call.func.attr == "join":
            yield from call.args
        elif call.func.attr == "pop" and not call.args and not call.keywords:
            yield call.func.value


def _is_set(scope: Scope, node: ast.expr, sets: frozenset[str]) -> bool:
    if isinstance(node, ast.Set):
        # The hashes of small numbers are the numbers.
        return not all(
            isinstance(each, ast.Constant) and isinstance(each.value, int) for each in node.elts
        )
    if isinstance(node, ast.SetComp):
        return True
    if isinstance(node, ast.Name):
        return node.id in sets
    if isinstance(node, ast.BinOp) and isinstance(
        node.op, ast.BitAnd | ast.BitOr | ast.BitXor | ast.Sub
    ):
        return _is_set(scope, node.left, sets) or _is_set(scope, node.right, sets)
    if isinstance(node, ast.Call):
        if scope.dotted(node.func) in _MAKERS:
            return True
        called = node.func
        return (
            isinstance(called, ast.Attribute)
            and called.attr in _SET_METHODS
            and _is_set(scope, called.value, sets)
        )
    return False


def _set_variables(scope: Scope) -> frozenset[str]:
    """Return the names that are sets and nothing else."""
    sets: set[str] = set()
    others: set[str] = set()
    for node in scope.nodes:
        if isinstance(node, ast.arg):
            (sets if _is_set_type(node.annotation) else others).add(node.arg)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    is_set = _is_set(scope, node.value, frozenset(sets))
                    (sets if is_set else others).add(target.id)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            (sets if _is_set_type(node.annotation) else others).add(node.target.id)
    return frozenset(sets - others)


def _is_set_type(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return isinstance(annotation, ast.Name) and annotation.id in (*_MAKERS, "Set", "AbstractSet")
