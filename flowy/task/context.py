"""The ports through which tasks reach whatever runs them: a decider, a worker, a test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from flowy.protocol.ids import TypeId
from flowy.task.options import ActivityOptions, ChildOptions, LambdaOptions

if TYPE_CHECKING:
    from random import Random
    from uuid import UUID

    from flowy.task.result import Result


class TaskCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a proxy.

    Args:
        type: What is called; a Lambda function has a name and no version.
        args: Positional arguments; results of other calls may stand in them at any depth.
        kwargs: The same by name.
        options: How to run it; their class tells what kind of task it is.
        serialize: Makes the input text of arguments without pending results.
        deserialize: Makes the value of a result text.
    """

    type: TypeId | str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    options: ActivityOptions | ChildOptions | LambdaOptions
    serialize: Callable[..., str]
    deserialize: Callable[[str], Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Restart:
    """A wish to continue as new; what is None stays as it is in the run that ends."""

    input: str
    task_list: str | None = None
    decision_duration: int | None = None
    workflow_duration: int | None = None
    tags: tuple[str, ...] | None = None


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

    def call(self, call: TaskCall) -> "Result":
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

    def sleep(self, seconds: float) -> "Result":
        """Start a durable timer of at least so many seconds; the result comes when it fires."""
        ...

    def next_signal(self, name: str) -> "Result":
        """Take the next signal of a name, now or when it comes."""
        ...

    def waiting_signals(self, name: str) -> int:
        """Return how many signals of a name have come that nobody has taken."""
        ...

    def tell(self, message: "ToWorkflow") -> "Result":
        """Tell another execution something; the result comes when it has got it."""
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


class ActivityContext(Protocol):
    """What an activity may ask of the worker that runs it."""

    def heartbeat(self, details: str | None) -> bool:
        """Tell the service that the activity is alive.

        Returns:
            False when the service does not want the task's answer any more, or cannot be reached.
        """
        ...
