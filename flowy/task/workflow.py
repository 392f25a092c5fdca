"""Workflow: the class that says what follows what."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from flowy.task import options as task_options
from flowy.task.context import Restart, WorkflowContext
from flowy.task.task import Task
from flowy.transport import serializer


class Workflow(Task):
    """Says what follows what: override ``run``, with ``def`` or ``async def``.

    ``run`` is replayed, so it must not depend on time, chance or anything outside its arguments and
    the results of its calls. The execution completes with what ``run`` returns once every task that
    it asked for has ended.
    """

    _scheduler: WorkflowContext

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

        The new run has the same type, task list, durations and tags. Tasks that are still open are
        left behind, and what else this decision asked for is dropped.

        Raises:
            PayloadError: An argument cannot travel.
        """
        text = self._serialize_restart_arguments(*args, **kwargs)
        serializer.check(text, f"the arguments of restart of {type(self).__name__}")
        self._scheduler.restart(Restart(input=text))

    def now(self) -> float:
        """Return the history's time, in seconds since the epoch: the same in every replay."""
        return self._scheduler.now()

    def _serialize_restart_arguments(self, *args: Any, **kwargs: Any) -> str:
        return serializer.dump_arguments(args, kwargs, f"restart of {type(self).__name__}")
