"""Find decorated classes in modules and packages."""

import sys
from collections.abc import Callable, Iterable
from types import FrameType, ModuleType
from typing import Any

import venusian

from flowy.errors import DefinitionError
from flowy.task.decorators import ACTIVITY, WORKFLOW
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.task.registry import Registry
from flowy.task.resource import RESOURCE, ResourceDefinition

Packages = ModuleType | list[ModuleType] | tuple[ModuleType, ...]
Ignored = str | Callable[[str], Any] | Iterable[str | Callable[[str], Any]]


def scan_activities(
    packages: Packages, ignore: Ignored | None = None
) -> Registry[ActivityDefinition]:
    """Import modules, and packages with all that is in them, and collect their activities.

    Args:
        packages: A module or package, or several.
        ignore: Names to leave out, as venusian takes them: dotted names (a leading dot is relative
            to the package), callables on the full name, or a list of those.

    Raises:
        DefinitionError: Two classes declare the same type, or something else than modules is given.
    """
    registry: Registry[ActivityDefinition] = Registry()
    _scan(registry, packages, ACTIVITY, ignore)
    return registry


def scan_workflows(
    packages: Packages, ignore: Ignored | None = None
) -> Registry[WorkflowDefinition]:
    """Import modules, and packages with all that is in them, and collect their workflows.

    Takes and raises what ``scan_activities`` does.
    """
    registry: Registry[WorkflowDefinition] = Registry()
    _scan(registry, packages, WORKFLOW, ignore)
    return registry


def scan_resources(
    packages: Packages, ignore: Ignored | None = None
) -> tuple[ResourceDefinition, ...]:
    """Collect the resources that modules and packages declare.

    Raises:
        DefinitionError: Two functions make the same type.
    """
    found: dict[type, ResourceDefinition] = {}
    for definition in _found(packages, RESOURCE, ignore):
        known = found.setdefault(definition.kind, definition)
        if known.make is not definition.make:
            raise DefinitionError(
                f"{known.make.__module__}.{known.make.__qualname__} and "
                f"{definition.make.__module__}.{definition.make.__qualname__} both make the "
                f"resource {definition.kind.__name__}: let one make a subclass"
            )
    return tuple(found.values())


def default_package(frame: FrameType) -> ModuleType:
    """Return what is scanned when the caller names nothing.

    A script run as ``__main__`` is scanned itself, an ``__init__`` is its own package, and a module
    in a package stands for the whole package.
    """
    name = frame.f_globals.get("__name__", "__main__")
    module = sys.modules[name]
    parent = name.rpartition(".")[0]
    if hasattr(module, "__path__") or not parent:
        return module
    return sys.modules[parent]


def _scan(
    registry: Registry[Any], packages: Packages, category: str, ignore: Ignored | None
) -> None:
    for definition in _found(packages, category, ignore):
        registry.add(definition)


def _found(packages: Packages, category: str, ignore: Ignored | None) -> list[Any]:
    # Definitions are collected first: venusian swallows some errors of its callbacks.
    scanner = venusian.Scanner(found=[])
    several = [packages] if isinstance(packages, ModuleType) else packages
    if not isinstance(several, list | tuple):
        raise DefinitionError(f"modules are scanned, or a list of them, and not {packages!r:.100}")
    for package in several:
        if not isinstance(package, ModuleType):
            raise DefinitionError(
                f"modules are scanned, and {package!r:.100} is none: import it and give the module"
            )
        scanner.scan(package, categories=(category,), ignore=ignore)
    found: list[Any] = scanner.found
    return found
