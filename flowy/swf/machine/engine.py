"""The engine as a workflow's body: the engine's own code, on the workflow's greenlet.

What is not deterministic in an engine is replaced: threads by greenlets on the workflow's loop,
locks by locks of that loop, an event loop of its own by that loop. Marked tasks are performed by
the workflow. Signals are sent when something happens, and not again when it is replayed.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, ClassVar, Self, cast

import msgspec

from flowy.decider.bridge import run_plain
from flowy.errors import TaskError
from flowy.machine.awaiting import PLAIN, Awaiter
from flowy.machine.branches import Branches, report
from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.notification import _Signal
from flowy.machine.patterns.parallel import MAX_TIMEOUT
from flowy.machine.state import Transient
from flowy.swf.machine import travel
from flowy.swf.machine.steps import Step, perform_here
from flowy.swf.machine.travel import Outcome, Situation
from flowy.task.result import BlockingLoop
from flowy.task.workflow import Workflow


def wait_for(awaitable: Any) -> Any:
    """Wait on the workflow's loop, and let its other code run meanwhile."""
    future = asyncio.ensure_future(awaitable)
    if not future.done():
        cast(BlockingLoop, asyncio.get_running_loop()).block_on(future)
    return future.result()


class LoopAwaiter(Awaiter):
    """Waits for async tasks on the workflow's loop, where a sleep is a durable timer."""

    def settle(self, value: Any) -> Any:
        """Return a value, or what an awaitable gives."""
        if value.__class__ in PLAIN or not hasattr(value, "__await__"):
            return value
        return wait_for(value)


class LoopLock(Transient):
    """The lock of branches that are greenlets; first come, first served."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock; return whether it was got within ``timeout`` seconds."""
        if not self._taken:
            self._taken = True
            return True
        if not blocking:
            return False
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        wait_for(asyncio.wait([turn], timeout=None if timeout < 0 else timeout))
        if turn.done():
            return True
        self._waiting.remove(turn)
        return False

    def locked(self) -> bool:
        """Tell whether somebody has the lock."""
        return self._taken

    def release(self) -> None:
        """Give the lock to who has waited longest, or back."""
        if not self._taken:
            raise RuntimeError("release unlocked lock")
        if self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self._taken = False

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


class LoopBranches(Branches):
    """Branches beside the machine, each a greenlet: their activities are open at the same time."""

    def run(self, work: Callable[[], Any], name: str) -> Any:
        """Begin a branch when the machine next waits."""
        return asyncio.get_running_loop().create_task(run_plain(work), name=name)

    def wait(self, futures: Iterable[Any], timeout: float | None, name: str) -> None:
        """Wait for branches and raise what went wrong in them.

        The bound that `SYNCHRONIZE` has by itself is for threads; it would be a timer in every
        history.
        """
        started = list(futures)
        bound = None if timeout == MAX_TIMEOUT else timeout
        if any(not one.done() for one in started):
            wait_for(asyncio.wait(started, timeout=bound))
        report(started, bound, name)

    def make_lock(self) -> Transient:
        """Return a lock for branches."""
        return LoopLock()


class _OnceSignal(_Signal):
    """Sends a signal when something happens, not when it is replayed."""

    def _send(self, name: str, eng: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not eng.workflow.is_replaying:
            super()._send(name, eng, args, kwargs)


class DurableEngine(GenericWorkflowEngine):
    """Takes tokens through tasks as the body of a workflow.

    Args:
        workflow: The workflow whose body it is; tasks reach it as ``eng.workflow``.
    """

    signal: ClassVar[_Signal] = _OnceSignal()

    def __init__(self, workflow: Workflow) -> None:
        super().__init__()
        self.workflow = workflow
        self.branches = LoopBranches()
        self._awaiter = LoopAwaiter()

    def spawn(self) -> Self:
        """Return a new engine of the same workflow."""
        return type(self)(self.workflow)

    def perform(self, step: Step, obj: Any) -> Any:
        """Have a marked task done, and take over what it did.

        Raises:
            WorkflowTransition: The task has raised it.
            TaskError: The task has failed.
        """
        situation = Situation(
            token=travel.plain(obj, "the token"),
            extra_data=travel.plain(travel.kept(self.extra_data), "extra_data"),
            callback_pos=tuple(self.state.callback_pos),
        )
        if step.proxy is None:
            given = self.workflow.side_effect(lambda: perform_here(step, situation))
        else:
            given = step.proxy.__get__(self.workflow, type(self.workflow))(situation).result()
        return self._take_over(msgspec.convert(given, Outcome), obj)

    def _take_over(self, outcome: Outcome, obj: Any) -> Any:
        if outcome.error is not None:
            error = TaskError(outcome.error[1])
            error.type = outcome.error[0]
            raise error
        travel.apply(outcome.token, obj)
        travel.apply(outcome.extra_data, self.extra_data)
        if outcome.transition is not None:
            raise travel.revive(outcome.transition, outcome.arguments)
        return outcome.value
