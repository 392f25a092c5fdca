"""Activity: the class that does work."""

from typing import Any, Unpack, overload

from flowy.errors import TaskCanceled
from flowy.task import runs
from flowy.task.calling import Q, Runs, RunsAsync, T
from flowy.task.context import ActivityContext, ActivityInfo
from flowy.task.option_names import ActivityProxyOptions
from flowy.task.proxy import ActivityProxy
from flowy.task.task import Task


class Activity(Task):
    """Does work: override ``run``, with ``def`` or ``async def``.

    What ``run`` returns is the activity's result; an exception fails the activity. Raise
    ``SuspendTask`` to leave the task open for whoever holds its token.

    On a worker with a catalogue, ``self.run.store(path)`` stores a file in the execution's run;
    ``self.run`` has all methods of `flowy.task.runs.current_run`, which is the same for code that
    has no ``self``.
    """

    _scheduler: ActivityContext

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        runs.show_on(cls.run)

    def heartbeat(self, details: str | None = None) -> bool:
        """Tell the service that the activity is alive, and report how far it is.

        The worker sends heartbeats by itself and repeats what was reported last: call this to
        report, not to stay alive.

        Args:
            details: Progress, at most 2,048 characters; shown when the activity times out, and
                ``heartbeat_details`` of the next attempt.

        Returns:
            False when the service does not want the answer any more, or cannot be reached.
        """
        return self._scheduler.heartbeat(details)

    def progress(self, done: float, total: float | None = None, details: str | None = None) -> None:
        """Report how far the activity is, as often as it likes.

        At most one report a second is sent, and the newest with every heartbeat of the worker.

        Args:
            done: How much is done, in whatever it is counted.
            total: How much there is to do; None where that is not known.
            details: What ``heartbeat`` takes.
        """
        self._scheduler.progress(done, total, details)

    @property
    def info(self) -> ActivityInfo:
        """Which task this is: its domain, execution, type, id and attempt."""
        return self._scheduler.info

    @property
    def attempt(self) -> int:
        """Which attempt of its call this is, from 1."""
        return self._scheduler.info.attempt

    @property
    def idempotency_key(self) -> str:
        """The same for all attempts of one call and of no other call anywhere: 32 characters.

        Give it to whatever must do a thing once, such as a payment service.
        """
        return self._scheduler.info.idempotency_key

    @property
    def heartbeat_details(self) -> str | None:
        """What the attempts before this one reported last; None when none did.

        It is read from the history the first time that it is asked for, and only then.

        Raises:
            Fault, ServiceUnavailable: The history could not be read.
        """
        return self._scheduler.heartbeat_details()

    @property
    def cancel_requested(self) -> bool:
        """Whether the activity is to stop: its workflow cancelled it, or nobody waits any more.

        The worker's own heartbeats learn of it. A coroutine gets ``asyncio.CancelledError``, and a
        process or script is killed; code in a thread has to look here, or call ``check_cancel``.
        """
        return self._scheduler.cancel_requested

    def check_cancel(self) -> None:
        """Leave the activity if it is to stop; the answer is that it was cancelled.

        Raises:
            TaskCanceled: It is to stop; let it pass.
        """
        if self._scheduler.cancel_requested:
            raise TaskCanceled("the activity was asked to stop")

    def resource(self, kind: type[T]) -> T:
        """Return the worker's resource of a type; see `flowy.task.resource.resource`.

        Raises:
            DefinitionError: The worker has none of that type.
        """
        return self._scheduler.resource(kind)

    @overload
    @classmethod
    def proxy(
        cls: type[RunsAsync[Q, T]], **options: Unpack[ActivityProxyOptions]
    ) -> ActivityProxy[Q, T]: ...
    @overload
    @classmethod
    def proxy(
        cls: type[Runs[Q, T]], **options: Unpack[ActivityProxyOptions]
    ) -> ActivityProxy[Q, T]: ...
    @classmethod
    def proxy(cls, **options: Any) -> Any:
        """Return a proxy of this activity; the options are those of ``ActivityProxy``.

        Raises:
            DefinitionError: The class declares no activity, or an option can never work.
        """
        return ActivityProxy(cls, **options)
