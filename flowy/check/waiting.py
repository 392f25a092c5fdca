"""Waiting that is missing or wrong: swallowed cancellation, forgotten ``await``, unused timers."""

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flowy.check.finding import Finding
from flowy.check.scope import Scope
from flowy.check.source import Function
from flowy.check.tables import COROUTINES
from flowy.determinism.rules import (
    BLOCKING_RESULT,
    MISSING_AWAIT,
    RESULT_AS_VALUE,
    SWALLOWED,
    UNUSED,
)

_CANCELLED = ("asyncio.CancelledError", "asyncio.exceptions.CancelledError")
_PROXIES = ("ActivityProxy", "WorkflowProxy", "LambdaProxy")


def swallowed_cancellation(scope: Scope) -> Iterator[Finding]:
    """Find handlers in which a cancel request ends."""
    for node in scope.nodes:
        if isinstance(node, ast.Try | ast.TryStar):
            for handler in node.handlers:
                what = _swallows(scope, handler)
                if what is not None and not _is_of_cancelled_task(scope, node):
                    yield scope.finding(handler, SWALLOWED, f"{what} ends a cancel request")
        elif isinstance(node, ast.Call) and _suppresses(scope, node):
            yield scope.finding(node, SWALLOWED, "suppress(BaseException) ends cancel requests")


def _suppresses(scope: Scope, call: ast.Call) -> bool:
    return scope.dotted(call.func) == "contextlib.suppress" and any(
        scope.dotted(each) == "BaseException" for each in call.args
    )


def missing_await(scope: Scope) -> Iterator[Finding]:
    """Find coroutines that are made and dropped."""
    for call in _dropped(scope):
        dotted = scope.dotted(call.func)
        if dotted in COROUTINES:
            yield scope.finding(call, MISSING_AWAIT, f"{dotted}() is not awaited")
        elif _is_async(scope, call.func):
            yield scope.finding(call, MISSING_AWAIT, f"{ast.unparse(call.func)}() is not awaited")


def unused_result(scope: Scope) -> Iterator[Finding]:
    """Find timers that nothing waits for."""
    for call in _dropped(scope):
        if _is_self(scope, call.func, "sleep") and not _is_async(scope, call.func):
            yield scope.finding(call, UNUSED, "the result of self.sleep() is dropped")


def blocking_result(scope: Scope) -> Iterator[Finding]:
    """Find calls in an ``async def`` that wait as only a plain ``run`` can."""
    for call in scope.calls():
        waited = call.func
        if isinstance(waited, ast.Attribute) and waited.attr == "result" and not call.args:
            asked = waited.value
            if (
                isinstance(asked, ast.Call)
                and _is_task(scope, asked.func)
                and _in_async(scope, call)
            ):
                what = f"{ast.unparse(asked.func)}(...).result()"
                yield scope.finding(call, BLOCKING_RESULT, what)


def result_as_value(scope: Scope) -> Iterator[Finding]:
    """Find calls whose result is taken for the value that it will have."""
    for node in scope.nodes:
        for used in _used_as_values(node):
            if isinstance(used, ast.Call) and (
                _is_task(scope, used.func) or _is_signal(scope, used.func)
            ):
                what = f"{ast.unparse(used.func)}(...) is used as a value"
                yield scope.finding(used, RESULT_AS_VALUE, what)


def _used_as_values(node: ast.AST) -> list[ast.expr]:
    """Return the expressions whose values a node looks at: tests, operands, and the like."""
    look = _LOOKED_AT.get(type(node))
    return [] if look is None else look(node)


def _compared(node: Any) -> list[ast.expr]:
    if any(isinstance(each, ast.Is | ast.IsNot) for each in node.ops):
        return []
    return [node.left, *node.comparators]


def _converted(node: Any) -> list[ast.expr]:
    is_plain = isinstance(node.func, ast.Name) and node.func.id in _CONVERSIONS
    return list(node.args) if is_plain else []


_CONVERSIONS = frozenset({"bool", "float", "int", "len", "repr", "str"})

_LOOKED_AT: dict[type[ast.AST], Callable[[Any], list[ast.expr]]] = {
    ast.Assert: lambda node: [node.test],
    ast.BinOp: lambda node: [node.left, node.right],
    ast.BoolOp: lambda node: node.values,
    ast.Call: _converted,
    ast.Compare: _compared,
    ast.For: lambda node: [node.iter],
    ast.FormattedValue: lambda node: [node.value],
    ast.If: lambda node: [node.test],
    ast.IfExp: lambda node: [node.test],
    ast.Subscript: lambda node: [node.value],
    ast.UnaryOp: lambda node: [node.operand],
    ast.While: lambda node: [node.test],
}


def _swallows(scope: Scope, handler: ast.ExceptHandler) -> str | None:
    if any(isinstance(node, ast.Raise) for node in ast.walk(handler)):
        return None
    if handler.type is None:
        return "a bare except"
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = [scope.dotted(kind) for kind in kinds]
    if "BaseException" in names:
        return "except BaseException"
    if any(name in _CANCELLED for name in names) and _does_nothing(handler):
        return "except CancelledError"
    return None


def _does_nothing(handler: ast.ExceptHandler) -> bool:
    return all(
        isinstance(node, ast.Pass | ast.Continue)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in handler.body
    )


def _is_of_cancelled_task(scope: Scope, node: ast.Try | ast.TryStar) -> bool:
    """Tell whether the code waits for a task that it has cancelled itself."""
    cancelled = {
        ast.unparse(call.func.value)
        for call in scope.calls()
        if isinstance(call.func, ast.Attribute) and call.func.attr == "cancel"
    }
    awaited = [each.value for each in ast.walk(node) if isinstance(each, ast.Await)]
    return any(ast.unparse(each) in cancelled for each in awaited)


def _dropped(scope: Scope) -> Iterator[ast.Call]:
    for node in scope.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node.value


def _is_self(scope: Scope, node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name and scope.is_workflow(node.value)


def _is_async(scope: Scope, called: ast.expr) -> bool:
    """Tell whether a call is of an ``async def`` of this module."""
    module, cls = scope.reached.module, scope.reached.cls
    if isinstance(called, ast.Name):
        found = module.functions.get(called.id) if called.id not in scope.local else None
        return isinstance(found, ast.AsyncFunctionDef)
    if cls is None or not isinstance(called, ast.Attribute) or not scope.is_workflow(called.value):
        return False
    for owner in module.lineage(cls):
        for node in owner.body:
            if isinstance(node, Function) and node.name == called.attr:
                return isinstance(node, ast.AsyncFunctionDef)
    return False


def _is_task(scope: Scope, called: ast.expr) -> bool:
    """Tell whether a call asks for a task or a timer."""
    if not isinstance(called, ast.Attribute) or not scope.is_workflow(called.value):
        return False
    cls = scope.reached.cls
    if called.attr == "sleep" or cls is None:
        return called.attr == "sleep"
    return _is_assigned(scope, cls, called.attr, _PROXIES)


def _is_signal(scope: Scope, called: ast.expr) -> bool:
    """Tell whether a call asks for the next signal."""
    cls = scope.reached.cls
    if cls is None or not isinstance(called, ast.Attribute) or called.attr != "get":
        return False
    signal = called.value
    if not isinstance(signal, ast.Attribute) or not scope.is_workflow(signal.value):
        return False
    return _is_assigned(scope, cls, signal.attr, ("Signal",))


def _is_assigned(scope: Scope, cls: ast.ClassDef, attribute: str, makers: Sequence[str]) -> bool:
    """Tell whether an attribute of the class is made by one of some classes of ours."""
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(each, ast.Name) and each.id == attribute for each in node.targets)
        and isinstance(node.value, ast.Call)
        and _made_by(scope, node.value.func) in makers
        for owner in scope.reached.module.lineage(cls)
        for node in owner.body
    )


def _made_by(scope: Scope, called: ast.expr) -> str:
    maker = called.value if isinstance(called, ast.Subscript) else called
    return (scope.reached.module.dotted(maker) or "").rpartition(".")[2]


def _in_async(scope: Scope, node: ast.AST) -> bool:
    current = scope.parent(node)
    while current is not None:
        if isinstance(current, ast.AsyncFunctionDef):
            return True
        if isinstance(current, ast.FunctionDef | ast.Lambda):
            return False
        current = scope.parent(current)
    return False
