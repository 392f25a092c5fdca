"""A module's source: its imports, its functions and classes, and which of them are workflows."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef

WORKFLOW_BASES = ("flowy.Workflow", "flowy.task.Workflow", "flowy.task.workflow.Workflow")
WORKFLOW_DECORATORS = (
    "flowy.workflow",
    "flowy.swf.scanner.workflow",
    "flowy.task.decorators.workflow",
)

_STARRED = ("ActivityProxy", "LambdaProxy", "Signal", "Workflow", "WorkflowProxy", "workflow")
"""What ``from flowy import *`` brings of what is looked for."""


@dataclass(slots=True)
class Module:
    """What is known of a module.

    Args:
        path: The file, as it was asked for.
        name: The dotted name by which others import it.
        tree: Its syntax tree.
        lines: Its source.
        imports: What names in it stand for: ``dt`` for ``datetime``.
        functions: Those at its top level.
        classes: Those at its top level.
        variables: The values that names at its top level are first given.
    """

    path: str
    name: str
    tree: ast.Module
    lines: list[str]
    imports: dict[str, str] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    variables: dict[str, ast.expr] = field(default_factory=dict)

    def dotted(self, node: ast.expr, local: frozenset[str] = frozenset()) -> str | None:
        """Return what a name or an attribute stands for, such as ``datetime.datetime.now``.

        Args:
            node: The expression.
            local: Names that a function uses for something else.
        """
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in local:
            return None
        return ".".join([self.imports.get(node.id, node.id), *reversed(names)])

    def is_workflow(self, cls: ast.ClassDef) -> bool:
        """Tell whether a class is a workflow: decorated as one, or derived from one here."""
        if any(self._is_decorator(each) for each in cls.decorator_list):
            return True
        return any(self._is_workflow_base(base) for base in cls.bases)

    def is_workflow_function(self, function: Function) -> bool:
        """Tell whether a function is a workflow by its decorator."""
        return any(self._is_decorator(each) for each in function.decorator_list)

    def lineage(self, cls: ast.ClassDef) -> Iterator[ast.ClassDef]:
        """Go through a class and those of its bases that are in this module."""
        yield cls
        for base in cls.bases:
            known = self.classes.get(base.id) if isinstance(base, ast.Name) else None
            if known is not None and known is not cls:
                yield from self.lineage(known)

    def _is_decorator(self, node: ast.expr) -> bool:
        called = node.func if isinstance(node, ast.Call) else node
        return self.dotted(called) in WORKFLOW_DECORATORS

    def _is_workflow_base(self, base: ast.expr) -> bool:
        if self.dotted(base) in WORKFLOW_BASES:
            return True
        known = self.classes.get(base.id) if isinstance(base, ast.Name) else None
        return known is not None and self.is_workflow(known)


def parse(path: Path, shown: str) -> Module:
    """Read a module.

    Raises:
        SyntaxError: It is not Python.
        OSError: It cannot be read.
        UnicodeDecodeError: It is not text.
    """
    text = path.read_text(encoding="utf-8")
    module = Module(
        path=shown, name=module_name(path), tree=ast.parse(text), lines=text.splitlines()
    )
    package = module.name if path.name == "__init__.py" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        _take_import(module, package, node)
    for node in module.tree.body:
        _take_top(module, node)
    return module


def module_name(path: Path) -> str:
    """Return the dotted name of a file, by the packages that it is in."""
    path = path.resolve()
    names = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").exists():
        names.insert(0, folder.name)
        folder = folder.parent
    return ".".join(names) or path.parent.name


def _take_import(module: Module, package: str, node: ast.AST) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                module.imports[alias.asname] = alias.name
            else:
                top = alias.name.partition(".")[0]
                module.imports[top] = top
    elif isinstance(node, ast.ImportFrom):
        source = node.module or ""
        if node.level:
            parts = package.split(".")
            parents = parts[: len(parts) - node.level + 1]
            source = ".".join([*parents, source] if source else parents)
        for alias in node.names:
            if alias.name == "*":
                names = _STARRED if source.partition(".")[0] == "flowy" else ()
                module.imports.update({name: f"{source}.{name}" for name in names})
            else:
                module.imports[alias.asname or alias.name] = f"{source}.{alias.name}"


def _take_top(module: Module, node: ast.stmt) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        module.functions[node.name] = node
    elif isinstance(node, ast.ClassDef):
        module.classes[node.name] = node
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                module.variables.setdefault(target.id, node.value)
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        module.variables.setdefault(node.target.id, node.value)
