"""Calls that no replay can repeat: clocks, chance, files, sockets, threads, processes."""

import ast
from collections.abc import Iterator

from flowy.check.finding import Finding
from flowy.check.scope import Scope
from flowy.check.tables import ATTRIBUTES, CALLS, HARMLESS, MODULES, PATH_METHODS
from flowy.determinism.calls import NOW_WITHOUT_ARGUMENTS
from flowy.determinism.rules import CHANCE, FILES, THREADS, Rule


def forbidden_calls(scope: Scope) -> Iterator[Finding]:
    """Find calls that a rule forbids by name."""
    for call in scope.calls():
        dotted = scope.dotted(call.func)
        rule = _by_name(dotted, call) if dotted else None
        if rule is not None:
            yield scope.finding(call, rule, f"{dotted}()")
        elif isinstance(call.func, ast.Attribute):
            found = _by_method(scope, call.func)
            if found is not None:
                yield scope.finding(call, found, f".{call.func.attr}()")


def forbidden_names(scope: Scope) -> Iterator[Finding]:
    """Find reads of what differs from process to process."""
    for node in scope.nodes:
        if isinstance(node, ast.Attribute):
            rule = ATTRIBUTES.get(scope.dotted(node) or "")
            if rule is not None:
                yield scope.finding(node, rule, scope.dotted(node) or "")


def _by_name(dotted: str, call: ast.Call) -> Rule | None:
    if dotted in HARMLESS:
        return None
    if dotted in CALLS:
        return CALLS[dotted]
    if not call.args and not call.keywords:
        if dotted == "random.Random":
            return CHANCE
        if dotted in NOW_WITHOUT_ARGUMENTS:
            return NOW_WITHOUT_ARGUMENTS[dotted]
    place = dotted
    while "." in place:
        place = place.rpartition(".")[0]
        if place in MODULES:
            return MODULES[place]
    return None


def _by_method(scope: Scope, called: ast.Attribute) -> Rule | None:
    if scope.is_workflow(called.value):
        return None
    if called.attr in PATH_METHODS:
        return FILES
    return THREADS if called.attr == "run_in_executor" else None
