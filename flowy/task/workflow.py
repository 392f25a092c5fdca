"""Workflow: the class that says what follows what."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Unpack, overload

from flowy.task import delays, naming, outgoing
from flowy.task import options as task_options
from flowy.task.calling import Q, Runs, RunsAsync, T
from flowy.task.context import Restart, ToWorkflow, WorkflowContext
from flowy.task.declared import arguments_of, dump_for
from flowy.task.definition import VERSION_MAXIMUM, checked_name
from flowy.task.option_names import ChildProxyOptions
from flowy.task.options import ChildPolicy
from flowy.task.outgoing import Takes
from flowy.task.proxy import WorkflowProxy
from flowy.task.result import Result, settled
from flowy.task.task import Task
from flowy.transport import serializer

if TYPE_CHECKING:
    from random import Random
    from uuid import UUID


class Workflow(Task):
    """Says what follows what: override ``run``, with ``def`` or ``async def``.

    ``run`` is replayed, so it must not depend on time, chance or anything outside its arguments and
    the results of its calls. The execution completes with what ``run`` returns once every task that
    it asked for has ended.
    """

    restart_events: int = 10_000
    """Events of a history at which ``should_restart`` says so; SWF takes 25,000."""

    restart_bytes: int = 10_000_000
    """Bytes of a history at which ``should_restart`` says so."""

    _scheduler: WorkflowContext
    _restart_options: Mapping[str, Any] = MappingProxyType({})

    @overload
    @classmethod
    def proxy(
        cls: type[RunsAsync[Q, T]], **options: Unpack[ChildProxyOptions]
    ) -> WorkflowProxy[Q, T]: ...
    @overload
    @classmethod
    def proxy(
        cls: type[Runs[Q, Result[T]]], **options: Unpack[ChildProxyOptions]
    ) -> WorkflowProxy[Q, T]: ...
    @overload
    @classmethod
    def proxy(
        cls: type[Runs[Q, T]], **options: Unpack[ChildProxyOptions]
    ) -> WorkflowProxy[Q, T]: ...
    @classmethod
    def proxy(cls, **options: Any) -> Any:
        """Return a proxy of this workflow; the options are those of ``WorkflowProxy``.

        Raises:
            DefinitionError: The class declares no workflow, or an option can never work.
        """
        return WorkflowProxy(cls, **options)

    def options(self, **options: Any) -> AbstractContextManager[None]:
        """Put options in force for the calls inside a ``with`` block.

        Takes what the proxies take, without the type. Blocks nest, the inner one wins; ``None``
        brings back the registered default.

        Raises:
            TypeError: There is no option of that name.
            DefinitionError: A value can never work.
        """
        return task_options.block(options)

    @contextmanager
    def abandon(self) -> Iterator[None]:
        """Return from inside this block to close the execution without waiting for its tasks."""
        yield
        self._scheduler.leave_abandon()

    def restart(self, *args: Any, **kwargs: Any) -> None:
        """Continue as new with these arguments; return right after it.

        The new run has the same type, task list, durations, tags, priority, child policy and role,
        unless `restart_options` say otherwise. Tasks that are still open are left behind, and what
        else this decision asked for is dropped. Signals that nobody has taken, and those whose
        methods have not ended, go to the new run before any that it gets itself, in their order;
        such a method starts anew there.

        Raises:
            PayloadError: An argument cannot travel.
        """
        what = f"an argument of restart of {type(self).__name__}"
        settled([*args, *kwargs.values()], what, orders=self._orders_restart_arguments())
        text = self._serialize_restart_arguments(*args, **kwargs)
        what = f"the arguments of restart of {type(self).__name__}"
        self._scheduler.restart(Restart(input=text, what=what, **self._restart_options))

    @contextmanager
    def restart_options(
        self,
        *,
        task_list: str | None = None,
        decision_duration: int | None = None,
        workflow_duration: int | None = None,
        tags: Iterable[str] | None = None,
        task_priority: int | None = None,
        child_policy: ChildPolicy | None = None,
        lambda_role: str | None = None,
        version: Any = None,
    ) -> Iterator[None]:
        """Give a `restart` inside the block other settings than this run has.

        Args:
            task_list: Where the new run's decision tasks wait.
            decision_duration: Longest time for one decision, in seconds.
            workflow_duration: Longest time from start to close, in seconds.
            tags: At most five; none is ``()``.
            task_priority: Which decision tasks of a list go first: those with the higher number.
            child_policy: What becomes of open children when the new run is terminated or runs out
                of time: ``TERMINATE``, ``REQUEST_CANCEL`` or ``ABANDON``.
            lambda_role: The IAM role with which it invokes Lambda functions.
            version: The version of the workflow type that decides it from then on.

        Raises:
            DefinitionError: A value can never work.
        """
        chosen = task_options.read(
            {
                "task_list": task_list,
                "decision_duration": decision_duration,
                "workflow_duration": workflow_duration,
                "tags": tags,
                "task_priority": task_priority,
                "child_policy": child_policy,
                "lambda_role": lambda_role,
            }
        )
        if version is not None:
            chosen["version"] = checked_name(version, "version", VERSION_MAXIMUM)
        outer, self._restart_options = self._restart_options, chosen
        try:
            yield
        finally:
            self._restart_options = outer

    @property
    def history_events(self) -> int:
        """How many events the history has, up to the decision that is made; SWF takes 25,000."""
        return self._scheduler.facts.size.events

    @property
    def history_bytes(self) -> int:
        """About how many bytes the history has: what a decider reads that runs the code anew."""
        return self._scheduler.facts.size.bytes

    @property
    def should_restart(self) -> bool:
        """Whether the history has grown so large that it is time to ``restart``.

        That is at ``restart_events`` events or ``restart_bytes`` bytes, attributes of the class.
        """
        return (
            self.history_events >= self.restart_events or self.history_bytes >= self.restart_bytes
        )

    def now(self) -> float:
        """Return the history's time, in seconds since the epoch: the same in every replay."""
        return self._scheduler.facts.now()

    @property
    def random(self) -> "Random":
        """Chance that falls the same in every replay, and differently in every run."""
        return self._scheduler.facts.random

    def uuid4(self) -> "UUID":
        """Return a new UUID: the same in every replay."""
        return self._scheduler.facts.uuid4()

    @property
    def is_replaying(self) -> bool:
        """Whether the code runs again through what it has decided before.

        For logs and the like; what the workflow asks for must not depend on it.
        """
        return self._scheduler.facts.replaying

    def side_effect(self, function: Callable[[], Any]) -> Any:
        """Call a function once in the life of the run; replays return what it gave then.

        The value is kept in the history as JSON. The function must be quick and must not fail for a
        reason that passes: it is no activity, nothing tries it again.

        Raises:
            SideEffectFailed: The function raised, or gave what cannot travel; its cause says what.
                That is in the history as well, and raised again in replays.
        """
        return self._scheduler.facts.side_effect(function)

    def version(self, change: str, minimum: int, maximum: int) -> int:
        """Return which version of a change this run goes by, to change code that runs are in.

        A run that comes by for the first time goes by ``maximum``, and notes it in its history; one
        that came by before the change was made goes by 1::

            if self.version("check stock first", 1, 2) == 2:
                self.check(order).result()

        Args:
            change: A name for the change, unique in the workflow.
            minimum: The oldest version that the code still has; 1 is the code before the change.
            maximum: The newest version.

        Raises:
            NondeterminismError: The run goes by a version that the code has no more.
            DefinitionError: The change has no name of 1 to 256 characters, or the versions are no
                whole numbers or not in order.
        """
        return self._scheduler.facts.version(naming.change(change), minimum, maximum)

    def set_execution_context(self, value: Any) -> None:
        """Show a value with the execution: ``DescribeWorkflowExecution`` gives it to anybody.

        Args:
            value: What JSON can say; at most 32,768 characters of it.

        Raises:
            PayloadError: The value cannot travel.
        """
        text = serializer.dump(value, f"the execution context of {type(self).__name__}")
        self._scheduler.set_execution_context(text)

    def marker(self, name: str, details: Any = None) -> None:
        """Leave a note in the history, for people and programs that read it.

        Args:
            name: What kind of note it is, in 1 to 256 characters; ``flowy.`` begins Flowy's own.
            details: What it says: what JSON can say, at most 32,768 characters of it.

        Raises:
            DefinitionError: SWF, or Flowy, does not take the name.
            PayloadError: The details cannot travel.
        """
        name = naming.marker(name)
        settled(details, f"the details of marker {name}")
        self._scheduler.marker(name, serializer.dump(details, f"the details of marker {name}"))

    def sleep(self, seconds: float) -> Result[None]:
        """Start a durable timer; wait for its result, or pass it on.

        Args:
            seconds: At least how long; SWF's timers run whole seconds. What is not positive is over
                at once.

        Raises:
            DefinitionError: It is no number, or longer than SWF's longest timer.
        """
        return self._scheduler.sleep(delays.seconds(seconds, "self.sleep"))

    @overload
    def send_signal(
        self, workflow_id: str, name: str, value: Any = None, run_id: str | None = None
    ) -> Result[None]: ...
    @overload
    def send_signal(
        self, workflow_id: str, name: Takes[T], value: T, run_id: str | None = None
    ) -> Result[None]: ...
    def send_signal(
        self, workflow_id: str, name: Any, value: Any = None, run_id: str | None = None
    ) -> Result[None]:
        """Send a signal to another execution; the result comes when it has got it.

        Args:
            workflow_id: The execution; a child's is ``result.workflow_id``.
            name: The signal's name, or the ``Signal`` of the workflow that takes it.
            value: What is sent with it, as JSON.
            run_id: Which run; None is the open one.

        Raises:
            DefinitionError: SWF does not take an id, or the name.
            PayloadError: The value cannot travel, or is not of the signal's type.
        """
        text = outgoing.dump(name, settled(value, "the value of a signal"))
        return self._scheduler.tell(
            ToWorkflow(
                workflow_id=naming.workflow_id(workflow_id, "send_signal"),
                run_id=naming.run_id(run_id, "send_signal"),
                signal_name=outgoing.name_of(name),
                input=text,
            )
        )

    def request_cancel(self, workflow_id: str, run_id: str | None = None) -> Result[None]:
        """Ask another execution to cancel itself; the result comes when it has been asked.

        Args:
            workflow_id: The execution; a child's is ``result.workflow_id``.
            run_id: Which run; None is the open one.

        Raises:
            DefinitionError: SWF does not take an id.
        """
        return self._scheduler.tell(
            ToWorkflow(
                workflow_id=naming.workflow_id(workflow_id, "request_cancel"),
                run_id=naming.run_id(run_id, "request_cancel"),
            )
        )

    def _orders_restart_arguments(self) -> bool:
        """Tell whether sets in them come into an order, by ``run``'s annotations or a hook."""
        hook = type(self)._serialize_restart_arguments  # noqa: SLF001 -- a documented hook
        is_own = hook is not Workflow._serialize_restart_arguments
        return is_own or arguments_of(type(self)).has_sets

    def _serialize_restart_arguments(self, *args: Any, **kwargs: Any) -> str:
        what = f"restart of {type(self).__name__}"
        if arguments_of(type(self)).is_typed:
            return dump_for(type(self), args, kwargs, what)
        return serializer.dump_arguments(args, kwargs, what, None)
