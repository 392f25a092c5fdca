"""Check modules and folders: find their workflow code and hold every rule against it."""

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flowy.check import calls, order, state, waiting
from flowy.check.finding import Finding, is_ignored
from flowy.check.reach import reached
from flowy.check.scope import Scope, scope_of
from flowy.check.source import Module, parse
from flowy.determinism.rules import RULES
from flowy.errors import DefinitionError

CHECKS: tuple[Callable[[Scope], Iterator[Finding]], ...] = (
    calls.forbidden_calls,
    calls.forbidden_names,
    order.set_order,
    order.identity_order,
    state.shared_state,
    waiting.swallowed_cancellation,
    waiting.missing_await,
    waiting.unused_result,
    waiting.blocking_result,
    waiting.result_as_value,
)

_SKIPPED = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages"})


@dataclass(slots=True)
class Report:
    """What a check came to.

    Args:
        findings: By file and line.
        unread: Files that could not be read, and why.
        functions: How many functions are workflow code.
    """

    findings: list[Finding] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    functions: int = 0


def check(targets: Sequence[str], select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Report:
    """Check files, folders with all that is in them, and modules by their dotted names.

    Args:
        targets: What is checked; a module is found but not imported, the package it is in is.
        select: Only these rules, by code or by the beginning of one; none means all.
        ignore: Not these, in the same way.

    Raises:
        DefinitionError: There is no such file, module or rule.
    """
    chosen = _chosen(select, ignore)
    report = Report()
    modules = list(_modules(targets, report))
    for function in reached(modules):
        report.functions += 1
        scope = scope_of(function)
        for find in CHECKS:
            report.findings.extend(
                finding
                for finding in find(scope)
                if finding.code in chosen and not is_ignored(finding, function.module.lines)
            )
    report.findings.sort()
    return report


def _chosen(select: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
    for code in (*select, *ignore):
        if not any(known.startswith(code) for known in RULES):
            raise DefinitionError(f"there is no rule {code}; the rules are {', '.join(RULES)}")
    wanted = tuple(select) or ("",)
    return frozenset(
        code for code in RULES if code.startswith(wanted) and not code.startswith(tuple(ignore))
    )


def _modules(targets: Iterable[str], report: Report) -> Iterator[Module]:
    seen: set[Path] = set()
    for target in targets:
        for path in _files(target):
            if path.resolve() in seen:
                continue
            seen.add(path.resolve())
            try:
                yield parse(path, str(path))
            except (SyntaxError, UnicodeDecodeError, OSError) as error:
                report.unread.append(f"{path}: {error}")


def _files(target: str) -> Iterator[Path]:
    path = Path(target)
    if path.is_dir():
        for found in sorted(path.rglob("*.py")):
            inner = found.relative_to(path).parts
            if not any(part in _SKIPPED or part.startswith(".") for part in inner):
                yield found
    elif path.is_file():
        yield path
    else:
        yield from _files(_place(target))


def _place(name: str) -> str:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise DefinitionError(f"there is no file, folder or module {name}")
    if spec.submodule_search_locations:
        return next(iter(spec.submodule_search_locations))
    if spec.origin is None or not spec.origin.endswith(".py"):
        raise DefinitionError(f"module {name} has no source that could be checked")
    return spec.origin
