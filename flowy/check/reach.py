"""Which functions are workflow code: the methods of workflows, and what they call."""

import ast
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flowy.check.source import Function, Module


class Reached(NamedTuple):
    """A function that runs as workflow code.

    Args:
        module: Where it stands.
        function: What it is.
        cls: The class that it is a method of.
        called_by: The workflow's method that leads to it, when it is none itself.
    """

    module: Module
    function: Function
    cls: ast.ClassDef | None
    called_by: str | None

    @property
    def name(self) -> str:
        """Its name with its class's."""
        return f"{self.cls.name}.{self.function.name}" if self.cls else self.function.name

    @property
    def root(self) -> str:
        """The workflow's method that it belongs to."""
        return self.called_by or self.name


def reached(modules: Iterable[Module]) -> Iterator[Reached]:
    """Go through all workflow code of some modules, each function once."""
    known = {module.name: module for module in modules}
    waiting = deque(each for module in known.values() for each in _roots(module))
    seen: set[int] = set()
    while waiting:
        one = waiting.popleft()
        if id(one.function) in seen:
            continue
        seen.add(id(one.function))
        yield one
        waiting.extend(_called(one, known))


def _roots(module: Module) -> Iterator[Reached]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and module.is_workflow(node):
            yield from _methods(module, node, None)
        elif isinstance(node, Function) and module.is_workflow_function(node):
            yield Reached(module, node, None, None)


def _methods(module: Module, cls: ast.ClassDef, called_by: str | None) -> Iterator[Reached]:
    for owner in module.lineage(cls):
        for node in owner.body:
            if isinstance(node, Function):
                yield Reached(module, node, owner, called_by)


def _called(one: Reached, known: dict[str, Module]) -> Iterator[Reached]:
    for node in walk(one.function):
        if not isinstance(node, ast.Call):
            continue
        dotted = one.module.dotted(node.func)
        if dotted is None:
            continue
        place, _, name = dotted.rpartition(".")
        module = known.get(place) if place else one.module
        if module is None:
            continue
        if name in module.functions:
            yield Reached(module, module.functions[name], None, one.root)
        elif name in module.classes:
            yield from _methods(module, module.classes[name], one.root)


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Go through a function's nodes, leaving out what may do anything.

    That is what stands in ``with flowy.unguarded()``, and what is given to ``side_effect``.
    """
    effects = _given_to_side_effect(node)
    waiting: deque[ast.AST] = deque([node])
    while waiting:
        current = waiting.popleft()
        yield current
        if isinstance(current, ast.With | ast.AsyncWith) and _is_unguarded(current):
            continue
        if isinstance(current, ast.Call) and _is_side_effect(current):
            waiting.append(current.func)
            continue
        for child in ast.iter_child_nodes(current):
            if not (isinstance(child, Function) and child.name in effects):
                waiting.append(child)


def _is_unguarded(node: ast.With | ast.AsyncWith) -> bool:
    calls = (item.context_expr for item in node.items)
    return any(isinstance(call, ast.Call) and _last(call.func) == "unguarded" for call in calls)


def _is_side_effect(node: ast.Call) -> bool:
    return _last(node.func) == "side_effect"


def _given_to_side_effect(node: ast.AST) -> frozenset[str]:
    return frozenset(
        argument.id
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and _is_side_effect(call)
        for argument in call.args
        if isinstance(argument, ast.Name)
    )


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
