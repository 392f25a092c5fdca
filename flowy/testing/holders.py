"""What holds the workflows and activities of a test: modules, and what stands in them."""

import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any, TypeVar

from flowy.errors import DefinitionError
from flowy.task.declared import Definition, definitions_of
from flowy.task.proxy import TaskProxy

AnyDefinition = TypeVar("AnyDefinition", bound=Definition)


def holders(found: Iterable[Any], known: set[Any]) -> tuple[list[ModuleType], list[Definition]]:
    """Return the modules to scan, and what is declared by classes and functions.

    A class or function brings the module that it is in, and what its proxies of classes and
    functions, and those of its module, stand for.

    Args:
        found: Modules, and decorated classes and functions.
        known: What was found before and is left out; it grows.

    Raises:
        DefinitionError: Something is neither a module nor declares anything.
    """
    modules: list[ModuleType] = []
    declared: list[Definition] = []
    pending = list(found)
    while pending:
        each = pending.pop(0)
        if each in known:
            continue
        known.add(each)
        if isinstance(each, ModuleType):
            modules.append(each)
            pending += _targets(each)
            continue
        if not definitions_of(each):
            raise DefinitionError(f"{each!r} is no module and declares no workflow or activity")
        declared += definitions_of(each)
        pending += [*_module(each), *_targets(each)]
    return modules, declared


def of_kind(definitions: Iterable[Definition], kind: type[AnyDefinition]) -> list[AnyDefinition]:
    """Return the definitions of a kind."""
    return [each for each in definitions if isinstance(each, kind)]


def _module(declared: Any) -> list[ModuleType]:
    module = sys.modules.get(declared.__module__)
    return [] if module is None else [module]


def _targets(holder: Any) -> list[Any]:
    """Return the classes and functions for which the proxies of a module or class stand."""
    if isinstance(holder, type):
        attributes = [value for cls in holder.__mro__ for value in vars(cls).values()]
    else:
        attributes = list(vars(holder).values())
    proxies = [each for each in attributes if isinstance(each, TaskProxy)]
    return [each.target for each in proxies if each.target is not None]
