"""The ports through which tasks reach whatever runs them: a decider, a worker, a test."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from flowy.protocol.ids import TypeId
from flowy.task.options import ActivityOptions, ChildOptions, ChildPolicy, LambdaOptions

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random
    from uuid import UUID

    from flowy.task.result import Result

T = TypeVar("T")


class Hooks(msgspec.Struct, frozen=True, kw_only=True):
    """How the values of a proxy's tasks travel.

    Args:
        serialize: Makes the input text of positional and named arguments that hold no results.
        deserialize: Makes the value of a result text.
        read: Makes the arguments of an input text, by annotations; None leaves them as JSON.
    """

    serialize: Callable[[tuple[Any, ...], Mapping[str, Any]], str]
    deserialize: Callable[[str], Any]
    read: Callable[[str], Any] | None = None


class TaskCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a proxy.

    Args:
        type: What is called; a Lambda function has a name and no version.
        args: Positional arguments; results of other calls may stand in them at any depth.
        kwargs: The same by name.
        options: How to run it; their class tells what kind of task it is.
        hooks: How its values travel.
    """

    type: TypeId | str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    options: ActivityOptions | ChildOptions | LambdaOptions
    hooks: Hooks


@dataclass(frozen=True, kw_only=True, slots=True)
class Restart:
    """A wish to continue as new; what is None stays as it is in the run that ends.

    ``what`` names the input in errors.
    """

    input: str
    what: str = "the arguments of restart"
    task_list: str | None = None
    decision_duration: int | None = None
    workflow_duration: int | None = None
    tags: tuple[str, ...] | None = None
    task_priority: int | None = None
    child_policy: ChildPolicy | None = None
    lambda_role: str | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToWorkflow:
    """What one workflow tells another: a signal, or without a name the wish that it cancels itself.

    Without ``run_id`` it is for the run that is open.
    """

    workflow_id: str
    run_id: str | None = None
    signal_name: str | None = None
    input: str | None = None


class WorkflowContext(Protocol):
    """What a workflow may ask of the decider that runs it."""

    def call(self, call: TaskCall) -> "Result[Any]":
        """Ask for a task; returns at once. The order of the asking gives the task its id."""
        ...

    def restart(self, restart: Restart) -> None:
        """End this run and continue as new; what else this decision asked for is dropped."""
        ...

    def leave_abandon(self) -> None:
        """Note that the code left a block in which returning waits for nothing."""
        ...

    @property
    def facts(self) -> "Facts":
        """What the code may know beside its arguments and results."""
        ...

    def set_execution_context(self, text: str) -> None:
        """Have a text shown with the execution from this decision on."""
        ...

    def marker(self, name: str, details: str) -> None:
        """Leave a note in the history."""
        ...

    def sleep(self, seconds: float) -> "Result[Any]":
        """Start a durable timer of at least so many seconds; the result comes when it fires."""
        ...

    def next_signal(self, name: str, read: Callable[[Any], Any] | None = None) -> "Result[Any]":
        """Take the next signal of a name, now or when it comes; ``read`` makes the value of it."""
        ...

    def waiting_signals(self, name: str) -> int:
        """Return how many signals of a name have come that nobody has taken."""
        ...

    def tell(self, message: "ToWorkflow") -> "Result[Any]":
        """Tell another execution something; the result comes when it has got it."""
        ...


class Size(Protocol):
    """How large a run's history is, the same in every replay."""

    @property
    def events(self) -> int:
        """The events up to the decision that is made."""
        ...

    @property
    def bytes(self) -> int:
        """About how many bytes it has."""
        ...


class Facts(Protocol):
    """What would differ from replay to replay, made the same in each of them."""

    @property
    def random(self) -> "Random":
        """Chance, seeded by the run."""
        ...

    @property
    def replaying(self) -> bool:
        """Whether the code runs again through what it has decided before."""
        ...

    @property
    def size(self) -> "Size":
        """How large the history has grown."""
        ...

    def now(self) -> float:
        """Return the history's time, in seconds since the epoch; it stands still in a decision."""
        ...

    def uuid4(self) -> "UUID":
        """Return a new UUID, drawn from the run's chance."""
        ...

    def side_effect(self, function: Callable[[], Any]) -> Any:
        """Call a function once in the life of the run and return what it gave."""
        ...

    def version(self, change: str, minimum: int, maximum: int) -> int:
        """Return which version of a change this run goes by."""
        ...


def running_context(what: str) -> WorkflowContext:
    """Return what runs the workflow whose code is running here.

    Args:
        what: Who asks, for the error.

    Raises:
        RuntimeError: No workflow's code is running.
    """
    context: WorkflowContext | None = None
    with suppress(RuntimeError):
        context = getattr(asyncio.get_running_loop(), "workflow_context", None)
    if context is None:
        raise RuntimeError(f"{what} works in the code of a workflow that runs, and none runs here")
    return context


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityInfo:
    """Which task an activity does.

    Args:
        domain: SWF's domain.
        task_list: The list that it came from.
        type: Its type.
        workflow_id: The workflow id of the execution that asked for it.
        run_id: That execution's run id.
        activity_id: Its id there, which every attempt has anew.
        attempt: Which attempt it is, from 1.
        idempotency_key: The same for all attempts of one call, and of no other call anywhere: 32
            characters from 0-9 and a-f.
    """

    domain: str
    task_list: str
    type: TypeId
    workflow_id: str
    run_id: str
    activity_id: str
    attempt: int
    idempotency_key: str


class RunFiles(Protocol):
    """The catalogued run that an activity works for: its result files, and those of others."""

    @property
    def id(self) -> str:
        """The run's id in the catalogue."""
        ...

    def store(self, path: "str | Path", key: str | None = None) -> str:
        """Store a local file as a result file of the run and return its key there."""
        ...

    def keys(self, run: str | None = None) -> list[str]:
        """Return the keys of a run's files; of this one, or of another."""
        ...

    def open(self, key: str, run: str | None = None) -> IO[bytes]:
        """Return a run's file as a stream, which the caller closes."""
        ...

    def download(self, key: str, path: "str | Path" = ".", run: str | None = None) -> "Path":
        """Copy a run's file to this machine and return where it is."""
        ...


class ActivityContext(Protocol):
    """What an activity may ask of the worker that runs it."""

    @property
    def info(self) -> ActivityInfo:
        """Which task it does."""
        ...

    @property
    def cancel_requested(self) -> bool:
        """Whether it is to stop: its workflow wants that, or nobody waits for its answer."""
        ...

    def heartbeat_details(self) -> str | None:
        """Return what the attempts before reported last; None when none did.

        Raises:
            Fault, ServiceUnavailable: The history could not be read.
        """
        ...

    def progress(self, done: float, total: float | None, details: str | None) -> None:
        """Report how far it is."""
        ...

    def resource(self, kind: type[T]) -> T:
        """Return the resource of a type.

        Raises:
            DefinitionError: The worker has none.
        """
        ...

    def heartbeat(self, details: str | None) -> bool:
        """Tell the service that the activity is alive.

        Returns:
            False when the service does not want the task's answer any more, or cannot be reached.
        """
        ...
