"""State that executions share: names of the module and of classes that workflow code changes."""

import ast
from collections.abc import Iterator
from typing import cast

from flowy.check.finding import Finding
from flowy.check.scope import Scope
from flowy.determinism.rules import SHARED_STATE

_CHANGES = frozenset(
    {
        "add",
        "append",
        "appendleft",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "popleft",
        "remove",
        "setdefault",
        "update",
    }
)
_CONTAINERS = frozenset(
    {
        "bytearray",
        "collections.Counter",
        "collections.OrderedDict",
        "collections.defaultdict",
        "collections.deque",
        "dict",
        "list",
        "set",
    }
)
_LITERALS = (ast.Dict, ast.DictComp, ast.List, ast.ListComp, ast.Set, ast.SetComp)


def shared_state(scope: Scope) -> Iterator[Finding]:
    """Find changes of what belongs to the module or to a class."""
    shared = {name for node in scope.nodes if isinstance(node, ast.Global) for name in node.names}
    for node in scope.nodes:
        for target in _changed(node):
            what = _shared(scope, target, shared)
            if what is not None:
                yield scope.finding(target, SHARED_STATE, f"{what} is changed")


def _changed(node: ast.AST) -> Iterator[ast.expr]:
    """Give the expressions that a node changes."""
    if isinstance(node, ast.Assign | ast.Delete):
        yield from node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield node.target
    elif isinstance(node, ast.Call) and _last(node.func) in _CHANGES:
        changed = cast(ast.Attribute, node.func).value
        # As if it were a subscript: the container is changed, not the name.
        yield ast.copy_location(ast.Subscript(changed, ast.Constant(None), ast.Store()), node)


def _last(called: ast.expr) -> str | None:
    return called.attr if isinstance(called, ast.Attribute) else None


def _shared(scope: Scope, target: ast.expr, shared: set[str]) -> str | None:
    """Return what a changed expression is called if executions share it."""
    if isinstance(target, ast.Name):
        return f"global {target.id}" if target.id in shared else None
    if isinstance(target, ast.Subscript):
        return _container(scope, target.value)
    if isinstance(target, ast.Attribute):
        owner = _class_name(scope, target.value)
        return f"class attribute {owner}.{target.attr}" if owner else None
    return None


def _container(scope: Scope, node: ast.expr) -> str | None:
    module = scope.reached.module
    if isinstance(node, ast.Name):
        value = module.variables.get(node.id)
        is_shared = node.id not in scope.local and value is not None
        return f"module variable {node.id}" if is_shared and _is_container(scope, value) else None
    if not isinstance(node, ast.Attribute):
        return None
    owner = _class_name(scope, node.value)
    if owner:
        return f"class attribute {owner}.{node.attr}"
    cls = scope.reached.cls
    if cls is None or not scope.is_workflow(node.value):
        return None
    is_shared = _is_container(scope, _class_value(cls, node.attr)) and not _is_own(cls, node.attr)
    return f"class attribute {cls.name}.{node.attr}" if is_shared else None


def _class_name(scope: Scope, node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        if node.id == "cls" and scope.reached.cls is not None:
            return scope.reached.cls.name
        is_class = node.id in scope.reached.module.classes and node.id not in scope.local
        return node.id if is_class else None
    is_type = isinstance(node, ast.Call) and scope.dotted(node.func) == "type"
    return scope.reached.cls.name if is_type and scope.reached.cls is not None else None


def _is_container(scope: Scope, value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return scope.reached.module.dotted(value.func) in _CONTAINERS
    return isinstance(value, _LITERALS)


def _class_value(cls: ast.ClassDef, name: str) -> ast.expr | None:
    for node in cls.body:
        if isinstance(node, ast.Assign):
            if any(isinstance(each, ast.Name) and each.id == name for each in node.targets):
                return node.value
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", None) == name:
            return node.value
    return None


def _is_own(cls: ast.ClassDef, name: str) -> bool:
    """Tell whether methods give each instance its own."""
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and node.attr == name
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        for node in ast.walk(cls)
    )
