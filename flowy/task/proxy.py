"""Proxies: attributes of a workflow, or of a module, that stand for activities and workflows."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self, Unpack, overload

import msgspec

from flowy.execution.retry import RetryPolicy
from flowy.protocol.ids import TypeId
from flowy.task import options as task_options
from flowy.task.calling import Callee, Out, P, Q, R, Runs, RunsAsync, T
from flowy.task.context import Hooks, TaskCall, WorkflowContext, running_context
from flowy.task.declared import arguments_of, dump_for, named, result_of
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.task.option_names import ActivityProxyOptions, ChildProxyOptions
from flowy.task.options import (
    ActivityOptions,
    Cancellation,
    ChildOptions,
    ChildPolicy,
    LambdaOptions,
)
from flowy.task.result import ChildResult, Result
from flowy.transport import serializer


class BoundProxy(msgspec.Struct, Callee[P, Out], eq=False):
    """A proxy on a workflow that runs; calling it asks for the task and returns at once.

    Args:
        proxy: The proxy.
        scheduler: What runs the workflow.
    """

    proxy: "TaskProxy[P, Out]"
    scheduler: WorkflowContext

    if not TYPE_CHECKING:

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            """Ask for the task; the types of all this are those of ``Callee``."""
            return self.proxy.call(self.scheduler, args, kwargs)


class TaskProxy(Callee[P, Out]):
    """What activities' and workflows' proxies have in common.

    On a workflow's class a proxy is called as ``self.proxy(...)``. One that stands elsewhere, such
    as in a module, is called as ``proxy(...)`` by the code of whatever workflow runs.

    Override ``_serialize_arguments`` and ``_deserialize_result`` to change the transport, together
    with their counterparts on the task's side.
    """

    task_id: TypeId | str
    options: ActivityOptions | ChildOptions | LambdaOptions
    target: Any = None
    """The class that does the task, when the proxy was made of it."""

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> BoundProxy[P, Out]: ...
    def __get__(self, instance: object | None, owner: type) -> "Self | BoundProxy[P, Out]":
        if instance is None:
            return self
        scheduler = getattr(instance, "_scheduler", None)
        if scheduler is None:
            raise AttributeError(
                f"the proxy of {self.task_id} belongs on a Workflow that runs, "
                f"not on {type(instance).__name__}"
            )
        return BoundProxy(self, scheduler)

    def _called(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Out:
        return self.call(running_context(f"the proxy of {self.task_id}"), args, kwargs)

    def call(
        self, scheduler: WorkflowContext, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Out:
        """Ask the scheduler for the task, under the options in force."""
        options, block = self.options, task_options.in_force()
        if block:
            options = task_options.override(options, block)
        called: Any = scheduler.call(
            TaskCall(
                type=self.task_id, args=args, kwargs=kwargs, options=options, hooks=self._hooks
            )
        )
        return called  # type: ignore[no-any-return]  # what it is, the kind of task says

    def _serialize_arguments(self, *args: Any, **kwargs: Any) -> str:
        return self._dump(args, kwargs)

    def _dump(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        if self.target is None:
            return serializer.dump_arguments(args, kwargs, self._named, None)
        return dump_for(self.target, args, kwargs, self._named)

    def _dump_by_hook(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        return self._serialize_arguments(*args, **kwargs)

    def _read_arguments(self, text: str) -> Any:
        return arguments_of(self.target).load(text, str(self.task_id))

    def _deserialize_result(self, result: str) -> Any:
        return self._loader()(result)

    @cached_property
    def _hooks(self) -> Hooks:
        dumps_itself = _is_overridden(self, "_serialize_arguments")
        loads_itself = _is_overridden(self, "_deserialize_result")
        return Hooks(
            serialize=self._dump_by_hook if dumps_itself else self._dump,
            deserialize=self._deserialize_result if loads_itself else self._loader(),
            read=None if self.target is None else self._read_arguments,
        )

    def _loader(self) -> Callable[[str], Any]:
        reader = None if self.target is None else result_of(self.target)
        if reader is None:
            return serializer.loader(self._result_named)
        return partial(reader.read, what=self._result_named)

    @cached_property
    def _named(self) -> str:
        return str(self.task_id)

    @cached_property
    def _result_named(self) -> str:
        return f"the result of {self.task_id}"


def _is_overridden(proxy: TaskProxy[Any, Any], hook: str) -> bool:
    return bool(getattr(proxy, hook) != getattr(TaskProxy, hook).__get__(proxy))


class ActivityProxy(TaskProxy[P, Result[R]]):
    """Stands for an activity. ``None`` means the type's registered default.

    Args:
        task_id: The activity's type, or the class or function that declares it. Of a class, type
            checkers check arguments and result; of both, values are read by their annotations.
        heartbeat: Longest silence between two heartbeats, in seconds.
        schedule_to_close: Longest time from scheduling to the answer, in seconds.
        schedule_to_start: Longest wait for a worker, in seconds.
        start_to_close: Longest time from a worker's start to its answer, in seconds.
        task_list: Where the task waits for its worker.
        retry: How many more attempts follow one that timed out, or a ``RetryPolicy``.
        delay: Seconds on a durable timer before the first attempt.
        error_handling: A failure that nobody looked at does not fail the workflow.
        abandon: The workflow does not wait for the task when it ends.
        task_priority: Which tasks of a list go first: those with the higher number.
        cancellation: What cancelling a call does: ``try`` asks the task to cancel itself and goes
            on at once, ``wait`` asks and goes on when the task has ended, ``abandon`` does not ask.

    Raises:
        DefinitionError: An option's value can never work.
    """

    @overload
    def __init__(
        self: "ActivityProxy[Q, T]",
        task_id: type[RunsAsync[Q, T]],
        **options: Unpack[ActivityProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "ActivityProxy[Q, T]",
        task_id: type[Runs[Q, T]],
        **options: Unpack[ActivityProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "ActivityProxy[..., Any]",
        task_id: TypeId,
        *args: Any,
        **options: Unpack[ActivityProxyOptions],
    ) -> None: ...
    def __init__(  # type: ignore[misc]  # positional options, as documented, are not checked
        self,
        task_id: Any,
        heartbeat: int | None = None,
        schedule_to_close: int | None = None,
        schedule_to_start: int | None = None,
        start_to_close: int | None = None,
        task_list: str | None = None,
        retry: int | RetryPolicy = 3,
        delay: int = 0,
        error_handling: bool = False,
        abandon: bool = False,
        *,
        task_priority: int | None = None,
        cancellation: Cancellation = "try",
    ) -> None:
        self.task_id, self.target = named(task_id, None, ActivityDefinition)
        self.options = ActivityOptions(
            **task_options.read(
                {
                    "heartbeat": heartbeat,
                    "schedule_to_close": schedule_to_close,
                    "schedule_to_start": schedule_to_start,
                    "start_to_close": start_to_close,
                    "task_list": task_list,
                    "retry": retry,
                    "delay": delay,
                    "error_handling": error_handling,
                    "abandon": abandon,
                    "task_priority": task_priority,
                    "cancellation": cancellation,
                }
            )
        )


class WorkflowProxy(TaskProxy[P, ChildResult[R]]):
    """Stands for a workflow that is started as a child. ``None`` means the registered default.

    Args:
        task_id: The workflow's type, or the class or function that declares it. Of a class, type
            checkers check arguments and result; of both, values are read by their annotations.
        decision_duration: Longest time for one decision, in seconds.
        workflow_duration: Longest time from start to close, in seconds.
        task_list: Where the child's decision tasks wait.
        retry: How many more attempts follow one that timed out, or a ``RetryPolicy``.
        delay: Seconds on a durable timer before the first attempt.
        error_handling: A failure that nobody looked at does not fail the parent.
        abandon: The parent does not wait for the child when it ends.
        child_policy: What becomes of the child's own open children when it is terminated or runs
            out of time: ``TERMINATE``, ``REQUEST_CANCEL`` or ``ABANDON``.
        tags: At most five, by which executions are listed.
        task_priority: Which decision tasks of a list go first: those with the higher number.
        lambda_role: The IAM role with which the child invokes Lambda functions.
        cancellation: What cancelling a call does: ``try`` asks the child to cancel itself and goes
            on at once, ``wait`` asks and goes on when it has closed, ``abandon`` does not ask.

    Raises:
        DefinitionError: An option's value can never work.
    """

    @overload
    def __init__(
        self: "WorkflowProxy[Q, T]",
        task_id: type[RunsAsync[Q, T]],
        **options: Unpack[ChildProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "WorkflowProxy[Q, T]",
        task_id: type[Runs[Q, Result[T]]],
        **options: Unpack[ChildProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "WorkflowProxy[Q, T]", task_id: type[Runs[Q, T]], **options: Unpack[ChildProxyOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: "WorkflowProxy[..., Any]",
        task_id: TypeId,
        *args: Any,
        **options: Unpack[ChildProxyOptions],
    ) -> None: ...
    def __init__(  # type: ignore[misc]  # positional options, as documented, are not checked
        self,
        task_id: Any,
        decision_duration: int | None = None,
        workflow_duration: int | None = None,
        task_list: str | None = None,
        retry: int | RetryPolicy = 3,
        delay: int = 0,
        error_handling: bool = False,
        abandon: bool = False,
        *,
        child_policy: ChildPolicy | None = None,
        tags: Iterable[str] | None = None,
        task_priority: int | None = None,
        lambda_role: str | None = None,
        cancellation: Cancellation = "try",
    ) -> None:
        self.task_id, self.target = named(task_id, None, WorkflowDefinition)
        self.options = ChildOptions(
            **task_options.read(
                {
                    "decision_duration": decision_duration,
                    "workflow_duration": workflow_duration,
                    "task_list": task_list,
                    "retry": retry,
                    "delay": delay,
                    "error_handling": error_handling,
                    "abandon": abandon,
                    "child_policy": child_policy,
                    "tags": tags,
                    "task_priority": task_priority,
                    "lambda_role": lambda_role,
                    "cancellation": cancellation,
                }
            )
        )
