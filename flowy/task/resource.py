"""`@resource`: what activities share, by its type and its lifespan."""

import collections.abc
import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

import venusian

from flowy.errors import DefinitionError

Lifespan = Literal["worker", "thread", "task"]

RESOURCE = "resource"
LIFESPANS: tuple[str, ...] = get_args(Lifespan)

F = TypeVar("F", bound=Callable[..., Any])

_YIELDS = (
    collections.abc.Generator,
    collections.abc.Iterable,
    collections.abc.Iterator,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceDefinition:
    """How a resource is made.

    Args:
        kind: Its type, by which activities ask for it.
        lifespan: How long one lives.
        make: Makes it, as a generator when there is something to do at its end.
    """

    kind: type
    lifespan: Lifespan
    make: Callable[[], Any]


def resource(lifespan: Lifespan = "worker") -> Callable[[F], F]:
    """Declare a function without parameters that makes what activities share.

    Its return annotation says the type, by which ``Activity.resource`` finds it. A generator yields
    the resource once, and goes on when its life is over::

        @resource("worker")
        def database() -> Iterator[Database]:
            with Database.connect() as database:
                yield database

    Args:
        lifespan: ``worker`` is one for each process, made when it is first asked for; ``thread`` is
            one for each thread that runs activities; ``task`` is one for each activity task.

    Raises:
        DefinitionError: There is no such lifespan, the function takes parameters, or its
            annotation names no class.
    """
    if lifespan not in LIFESPANS:
        raise DefinitionError(
            f"a resource's lifespan is one of {', '.join(LIFESPANS)}, not {lifespan!r}"
        )

    def attach(make: F) -> F:
        definition = ResourceDefinition(kind=_kind(make), lifespan=lifespan, make=make)

        def found(scanner: Any, _name: str, _holder: Any) -> None:
            scanner.found.append(definition)

        venusian.attach(make, found, category=RESOURCE)
        return make

    return attach


def _kind(make: Callable[..., Any]) -> type:
    name = getattr(make, "__qualname__", repr(make))
    if inspect.signature(make).parameters:
        raise DefinitionError(f"resource {name} is made without arguments: let it take none")
    kind = typing.get_type_hints(make).get("return")
    if typing.get_origin(kind) in _YIELDS:
        kind = get_args(kind)[0]
    kind = typing.get_origin(kind) or kind
    if not isinstance(kind, type) or kind is type(None):
        raise DefinitionError(
            f"resource {name} does not say what it makes: annotate its return with a class, or "
            "with Iterator[...] of one"
        )
    return kind
