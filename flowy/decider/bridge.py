"""A plain `def run` on the deterministic loop: a greenlet that waits where a coroutine would.

The function runs in a greenlet of its own. Where it must wait, it switches back to the coroutine
that stands for it on the loop; that one awaits the future and switches in again with the outcome.
A greenlet belongs to the thread that made it, and so does a run that is kept between decisions.
"""

import asyncio
import contextvars
import inspect
from collections.abc import Callable
from types import FrameType
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

from flowy.decider.branches import Branches, Sagas
from flowy.decider.loop import DeterministicLoop, Timers
from flowy.task.branch import Branch

DROPS = 1_000
"""How often a function may catch its own end before it is left to itself."""


class BridgedLoop(DeterministicLoop):
    """The loop on which a plain ``run`` can wait, and parts of it can run beside each other.

    Args:
        timers: Who keeps durable timers.
    """

    def __init__(self, timers: Timers) -> None:
        super().__init__(timers)
        self.branches = Branches()
        self.sagas = Sagas()

    def can_block(self) -> bool:
        """Tell whether the code that asks is a plain function, which waits without ``await``."""
        return isinstance(getcurrent(), PlainRun)

    def spawn(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Branch[Any]:
        """Run a function, plain or ``async``, beside the code that asks."""
        self.check("a branch")
        branch: Branch[Any] = Branch(self.create_task(_run_branch(function, args, kwargs)))
        branch.number = self.next_number()
        self.branches.add(branch)
        return branch

    def block_on(self, future: asyncio.Future[Any]) -> None:
        """Let other code of the workflow run until the future is done.

        Raises:
            RuntimeError: The code is not a plain ``run``: it has to ``await``.
        """
        current = getcurrent()
        if not isinstance(current, PlainRun):
            raise RuntimeError(  # noqa: TRY004 -- not a matter of types for the caller
                "the result is not there yet: in an async def run, await it"
            )
        self.check("a result that is not there yet")
        current.parent.switch(future)

    def enter_saga(self) -> asyncio.Task[Any] | None:
        """Note that the code that asks is in a saga; return the task that it runs in."""
        self.check("a saga")
        task = asyncio.current_task(self)
        self.sagas.enter(task)
        return task

    def leave_saga(self, task: asyncio.Task[Any] | None) -> None:
        """Note that code has left a saga, and what had to be undone is undone."""
        self.sagas.leave(task)


class PlainRun(greenlet):  # type: ignore[misc]
    """The greenlet in which a plain function runs."""


async def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function of the user's, plain or ``async``, and return what it returns."""
    if inspect.iscoroutinefunction(function):
        return await function(*args, **kwargs)
    value = await run_plain(function, *args, **kwargs)
    # A decorator around an async def gives a coroutine.
    return await value if inspect.iscoroutine(value) else value


async def _run_branch(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    value = await call(function, *args, **kwargs)
    while isinstance(value, asyncio.Future):
        value = await value
    return value


async def run_plain(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a plain function so that ``loop.block_on`` works in it; return what it returns."""
    plain = PlainRun(function)
    plain.gr_context = contextvars.copy_context()
    try:
        found = plain.switch(*args, **kwargs)
        while not plain.dead:
            try:
                value = await found
            except (GeneratorExit, KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 -- it is the function's to handle
                plain.parent = getcurrent()
                found = plain.throw(error)
            else:
                plain.parent = getcurrent()
                found = plain.switch(value)
                del value  # it may be large, and the function may be done with it
        return found
    finally:
        _drop(plain)


def waiting_frame(frame: FrameType) -> FrameType | None:
    """Return where the plain function waits that a coroutine stands for, by its frame."""
    plain = frame.f_locals.get("plain") if frame.f_code is run_plain.__code__ else None
    return plain.gr_frame if isinstance(plain, PlainRun) else None


def _drop(plain: PlainRun) -> None:
    """End a function that waits for what will never come; its finally blocks run."""
    plain.parent = getcurrent()
    for _ in range(DROPS):
        if plain.dead:
            return
        plain.throw(GreenletExit)
