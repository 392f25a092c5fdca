"""An activity in another process: made anew there, and what it can ask of its worker from there."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flowy.errors import PayloadError
from flowy.execution.call import invoke
from flowy.execution.process_serve import ask
from flowy.protocol.ids import TypeId
from flowy.task import runs
from flowy.task.context import ActivityInfo, RunFiles
from flowy.task.declared import definitions_of
from flowy.task.definition import ActivityDefinition
from flowy.task.resource import ResourceDefinition
from flowy.task.task import Task
from flowy.telemetry import on_behalf
from flowy.worker.noting import work_of
from flowy.worker.resources import Lives, Resources

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a process finds the class of an activity: its own, or one made of a function there."""

    module: str
    qualname: str
    type: TypeId

    def factory(self) -> Any:
        """Return the class; None when there is none at that place."""
        try:
            found: Any = importlib.import_module(self.module)
            for name in self.qualname.split("."):
                found = getattr(found, name)
        except (ImportError, AttributeError):
            return None
        if isinstance(found, type):
            return found
        declared = (each for each in definitions_of(found) if each.id == self.type)
        return next((each.factory for each in declared), None)


def place(definition: ActivityDefinition) -> Place:
    """Return where a process finds an activity's class.

    Raises:
        PayloadError: It would not find it.
    """
    cls = definition.factory
    found = Place(module=cls.__module__, qualname=cls.__qualname__, type=definition.id)
    if found.factory() is not cls:
        raise PayloadError(
            f"activity {definition.id} cannot run in another process, which would not find "
            f"{cls.__module__}.{cls.__qualname__}: define it at the top of a module"
        )
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What travels to the process.

    Args:
        place: Where the activity's class is.
        input: The text that its arguments came in.
        token: The handle by which the service knows the task.
        info: Which task it is.
        run: The catalogued run that the activity works for.
        resources: How resources are made there.
        asks: Whether the process has a line to its worker.
        details: What the attempts before reported last, for a process that has none.
    """

    place: Place
    input: str | None
    token: str
    info: ActivityInfo
    run: RunFiles | None = None
    resources: tuple[ResourceDefinition, ...] = ()
    asks: bool = True
    details: str | None = None


def run(sent: Sent, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Run an activity in this process."""
    context = _Elsewhere(sent)
    activity: Task = sent.place.factory()(sent.input, context, sent.token)
    try:
        with on_behalf(work_of(sent.info)), runs.within(sent.run):
            return invoke(activity.run, tuple(args), kwargs)
    finally:
        context.lives.close()


class _Elsewhere:
    """The ``ActivityContext`` of an activity in this process."""

    def __init__(self, sent: Sent) -> None:
        self._sent = sent
        self.lives = Lives()

    @property
    def info(self) -> ActivityInfo:
        return self._sent.info

    @property
    def cancel_requested(self) -> bool:
        return self._sent.asks and bool(ask(("cancel_requested", ())))

    def heartbeat(self, details: str | None) -> bool:
        return not self._sent.asks or bool(ask(("heartbeat", (details,))))

    def heartbeat_details(self) -> str | None:
        if not self._sent.asks:
            return self._sent.details
        found: str | None = ask(("heartbeat_details", ()))
        return found

    def progress(self, done: float, total: float | None, details: str | None) -> None:
        if self._sent.asks:
            ask(("progress", (done, total, details)))

    def resource(self, kind: type[T]) -> T:
        return _resources(self._sent.resources).get(kind, self.lives)


_made: dict[tuple[ResourceDefinition, ...], Resources] = {}


def _resources(definitions: tuple[ResourceDefinition, ...]) -> Resources:
    """Return this process's own resources; they end with it."""
    if definitions not in _made:
        _made[definitions] = Resources(definitions)
    return _made[definitions]
