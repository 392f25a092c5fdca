"""What holds the workflows and activities of a test: modules, and what stands in them."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

from flowy.errors import DefinitionError
from flowy.task.declared import Definition, definitions_of
from flowy.task.proxy import TaskProxy

AnyDefinition = TypeVar("AnyDefinition", bound=Definition)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What modules, classes and functions hold.

    Args:
        modules: What is to be scanned.
        declared: What the classes and functions declare.
        named: The proxies that name a type whose code is not at hand.
    """

    modules: list[ModuleType] = field(default_factory=list)
    declared: list[Definition] = field(default_factory=list)
    named: list[TaskProxy[..., Any]] = field(default_factory=list)


def search(places: Iterable[Any], known: set[Any]) -> Found:
    """Return what is held by modules, classes and functions.

    A class or function brings the module that it is in, and what its proxies of classes and
    functions, and those of its module, stand for.

    Args:
        places: Modules, and decorated classes and functions.
        known: What was searched before and is left out; it grows.

    Raises:
        DefinitionError: Something is neither a module nor declares anything.
    """
    found = Found()
    pending = list(places)
    while pending:
        each = pending.pop(0)
        if each in known:
            continue
        known.add(each)
        if isinstance(each, ModuleType):
            found.modules.append(each)
            pending += _classes(each)
        elif definitions_of(each):
            found.declared.extend(definitions_of(each))
            pending += _module(each)
        else:
            raise DefinitionError(f"{each!r} is no module and declares no workflow or activity")
        proxies = _proxies(each)
        found.named.extend(proxy for proxy in proxies if proxy.target is None)
        pending += [proxy.target for proxy in proxies if proxy.target is not None]
    return found


def of_kind(definitions: Iterable[Definition], kind: type[AnyDefinition]) -> list[AnyDefinition]:
    """Return the definitions of a kind."""
    return [each for each in definitions if isinstance(each, kind)]


def _classes(module: ModuleType) -> list[type]:
    """Return the decorated classes of a module, for the proxies in them."""
    classes = [each for each in vars(module).values() if isinstance(each, type)]
    return [each for each in classes if each.__module__ == module.__name__ and definitions_of(each)]


def _module(declared: Any) -> list[ModuleType]:
    module = sys.modules.get(declared.__module__)
    return [] if module is None else [module]


def _proxies(holder: Any) -> list[TaskProxy[..., Any]]:
    """Return the proxies that stand in a module or class."""
    places = holder.__mro__ if isinstance(holder, type) else [holder]
    attributes = [value for place in places for value in vars(place).values()]
    return [each for each in attributes if isinstance(each, TaskProxy)]
