"""Waiting that is missing or wrong: swallowed cancellation, forgotten ``await``, unused timers."""

import ast
from collections.abc import Iterator

from flowy.check.finding import Finding
from flowy.check.scope import Scope
from flowy.check.source import Function
from flowy.check.tables import COROUTINES
from flowy.determinism.rules import BLOCKING_RESULT, MISSING_AWAIT, SWALLOWED, UNUSED

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
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(each, ast.Name) and each.id == called.attr for each in node.targets)
        and isinstance(node.value, ast.Call)
        and (scope.reached.module.dotted(node.value.func) or "").rpartition(".")[2] in _PROXIES
        for owner in scope.reached.module.lineage(cls)
        for node in owner.body
    )


def _in_async(scope: Scope, node: ast.AST) -> bool:
    current = scope.parent(node)
    while current is not None:
        if isinstance(current, ast.AsyncFunctionDef):
            return True
        if isinstance(current, ast.FunctionDef | ast.Lambda):
            return False
        current = scope.parent(current)
    return False
