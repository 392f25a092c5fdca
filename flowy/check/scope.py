"""What is known of one function while its rules are checked."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flowy.check.finding import Finding, message
from flowy.check.reach import Reached, walk
from flowy.check.source import Function
from flowy.determinism.rules import Rule


@dataclass(slots=True)
class Scope:
    """One function that runs as workflow code.

    Args:
        reached: The function.
        nodes: Its nodes, without those that may do anything.
        local: The names that it gives a meaning of its own.
        parents: The node that each node stands in.
    """

    reached: Reached
    nodes: tuple[ast.AST, ...]
    local: frozenset[str]
    parents: dict[int, ast.AST]

    def dotted(self, node: ast.expr) -> str | None:
        """Return what an expression stands for, unless the function means something else by it."""
        return self.reached.module.dotted(node, self.local)

    def calls(self) -> Iterator[ast.Call]:
        """Go through the calls that the function makes."""
        return (node for node in self.nodes if isinstance(node, ast.Call))

    def is_workflow(self, node: ast.expr) -> bool:
        """Tell whether a name is the workflow: ``self``, or what a function has in its place."""
        reached = self.reached
        arguments = reached.function.args
        first = [*arguments.posonlyargs, *arguments.args][:1]
        if reached.cls is None and reached.called_by is not None:
            return False
        return isinstance(node, ast.Name) and bool(first) and node.id == first[0].arg

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return what a node stands in."""
        return self.parents.get(id(node))

    def finding(
        self, node: ast.expr | ast.stmt | ast.ExceptHandler, rule: Rule, what: str
    ) -> Finding:
        """Make the finding for a node."""
        return Finding(
            path=self.reached.module.path,
            line=node.lineno,
            column=node.col_offset + 1,
            code=rule.code,
            message=message(what, rule),
            function=self.reached.name,
            reached_from=self.reached.called_by,
            last_line=node.lineno if isinstance(node, ast.ExceptHandler) else _end(node),
        )


def scope_of(reached: Reached) -> Scope:
    """Look at a function."""
    nodes = tuple(walk(reached.function))
    parents = {id(child): node for node in nodes for child in ast.iter_child_nodes(node)}
    return Scope(reached, nodes, frozenset(_local(reached, nodes)), parents)


def _local(reached: Reached, nodes: tuple[ast.AST, ...]) -> Iterator[str]:
    shared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    imported = {
        alias.asname or alias.name.partition(".")[0]
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield from {node.id} - shared - imported
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, Function) and node is not reached.function:
            yield node.name


def _end(node: ast.expr | ast.stmt) -> int:
    if isinstance(node, ast.For | ast.AsyncFor | ast.With | ast.AsyncWith | ast.If | ast.While):
        return node.lineno
    return node.end_lineno or node.lineno
