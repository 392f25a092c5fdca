"""Proxies: class attributes of a workflow that stand for activities and other workflows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self, overload

from flowy.execution.retry import RetryPolicy
from flowy.protocol.ids import TypeId
from flowy.task import options as task_options
from flowy.task.context import TaskCall, WorkflowContext
from flowy.task.options import ActivityOptions, Cancellation, ChildOptions, ChildPolicy
from flowy.task.result import Result
from flowy.transport import serializer


@dataclass(frozen=True, slots=True)
class BoundProxy:
    """A proxy on a workflow that runs; calling it asks for the task and returns at once."""

    proxy: "TaskProxy"
    scheduler: WorkflowContext

    def __call__(self, *args: Any, **kwargs: Any) -> Result:
        """Ask for the task; arguments may be, or hold, results of other calls."""
        return self.proxy.call(self.scheduler, args, kwargs)


class TaskProxy:
    """What activities' and workflows' proxies have in common.

    Override ``_serialize_arguments`` and ``_deserialize_result`` to change the transport, together
    with their counterparts on the task's side.
    """

    task_id: TypeId
    options: ActivityOptions | ChildOptions

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> BoundProxy: ...
    def __get__(self, instance: object | None, owner: type) -> "Self | BoundProxy":
        if instance is None:
            return self
        scheduler = getattr(instance, "_scheduler", None)
        if scheduler is None:
            raise AttributeError(
                f"the proxy of {self.task_id} belongs on a Workflow that runs, "
                f"not on {type(instance).__name__}"
            )
        return BoundProxy(self, scheduler)

    def call(
        self, scheduler: WorkflowContext, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Result:
        """Ask the scheduler for the task, under the options in force."""
        return scheduler.call(
            TaskCall(
                type=self.task_id,
                args=args,
                kwargs=kwargs,
                options=task_options.override(self.options, task_options.in_force()),
                serialize=self._serialize_arguments,
                deserialize=self._deserialize_result,
            )
        )

    def _serialize_arguments(self, *args: Any, **kwargs: Any) -> str:
        return serializer.dump_arguments(args, kwargs, str(self.task_id))

    def _deserialize_result(self, result: str) -> Any:
        return serializer.load(result, f"the result of {self.task_id}")


class ActivityProxy(TaskProxy):
    """Stands for an activity. ``None`` means the type's registered default.

    Args:
        task_id: The activity's type.
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

    def __init__(
        self,
        task_id: TypeId,
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
        self.task_id = task_id
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


class WorkflowProxy(TaskProxy):
    """Stands for a workflow that is started as a child. ``None`` means the registered default.

    Args:
        task_id: The workflow's type.
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

    def __init__(
        self,
        task_id: TypeId,
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
        self.task_id = task_id
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
