"""LambdaProxy: a class attribute of a workflow that stands for a Lambda function."""

from collections.abc import Mapping
from typing import Any

from flowy.errors import DefinitionError, PayloadError
from flowy.execution.retry import RetryPolicy
from flowy.task import options as task_options
from flowy.task.context import WorkflowContext
from flowy.task.options import Cancellation, LambdaOptions
from flowy.task.proxy import TaskProxy
from flowy.task.result import Result
from flowy.transport import serializer

NAME_MAXIMUM = 64
LONGEST = 900
"""Seconds that SWF gives a function."""


class LambdaProxy(TaskProxy[..., Result[Any]]):
    """Stands for an AWS Lambda function, which SWF invokes by itself: no worker takes part.

    The function gets one event: the value that the call is given, or an object of what is given by
    name. The execution needs a role that may invoke it (``lambda_role`` of the starter, of the
    child's options or of the registered type).

    Args:
        name: The function's name, with ``:ALIAS`` after it where that is meant.
        start_to_close: Longest time of an invocation, in seconds; at most 900, the default.
        retry: How many more attempts follow one that timed out, or a ``RetryPolicy``.
        delay: Seconds on a durable timer before the first attempt.
        error_handling: A failure that nobody looked at does not fail the workflow.
        abandon: The workflow does not wait for the function when it ends.
        cancellation: SWF cannot stop a function: ``try`` and ``abandon`` go on at once when a call
            is cancelled, ``wait`` goes on when the function has ended.

    Raises:
        DefinitionError: The name or an option's value can never work.
    """

    def __init__(
        self,
        name: Any,
        *,
        start_to_close: int | None = None,
        retry: int | RetryPolicy = 3,
        delay: int = 0,
        error_handling: bool = False,
        abandon: bool = False,
        cancellation: Cancellation = "try",
    ) -> None:
        if not isinstance(name, str):
            raise DefinitionError(f"a Lambda function is called by its name, not by {name!r:.100}")
        self.task_id = name
        if not 1 <= len(self.task_id) <= NAME_MAXIMUM:
            raise DefinitionError(
                f"a Lambda function's name has 1 to {NAME_MAXIMUM} characters: {self.task_id!r}"
            )
        self.options = LambdaOptions(
            **task_options.read(
                {
                    "start_to_close": start_to_close,
                    "retry": retry,
                    "delay": delay,
                    "error_handling": error_handling,
                    "abandon": abandon,
                    "cancellation": cancellation,
                }
            )
        )
        self._check(self.options)

    def call(
        self, scheduler: WorkflowContext, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Result:
        """Ask the scheduler for the function, under the options in force.

        Raises:
            DefinitionError: The options in force give it more time than SWF does.
            PayloadError: It is given more than one event.
        """
        self._check(task_options.override(self.options, task_options.in_force()))
        if len(args) > 1 or (args and kwargs):
            raise PayloadError(
                f"Lambda function {self.task_id} takes one event: give it one value, or members of "
                "an object by name"
            )
        return super().call(scheduler, args, kwargs)

    def _check(self, options: Any) -> None:
        chosen = options.start_to_close
        if chosen is not None and chosen > LONGEST:
            raise DefinitionError(
                f"Lambda function {self.task_id}: SWF gives a function at most {LONGEST} seconds, "
                f"start_to_close is {chosen:,}"
            )

    def _serialize_arguments(self, *args: Any, **kwargs: Any) -> str:
        event = args[0] if args else kwargs
        return serializer.dump(event, f"the event of Lambda function {self.task_id}")
