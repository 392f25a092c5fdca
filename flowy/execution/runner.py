"""Runner: starts calls on strategies, with limits, and owns the alarms that these need."""

import asyncio
import random
from collections.abc import Callable
from typing import Self

from flowy.clock import Clock, SystemClock
from flowy.execution.alarms import Alarms
from flowy.execution.call import Call
from flowy.execution.execution import Execution, Limits, Listener, Surroundings
from flowy.execution.outcome import Outcome
from flowy.execution.strategy import Strategy

NO_LIMITS = Limits()


class Runner:
    """Starts calls. One runner serves any number of calls and strategies, from any thread.

    Args:
        clock: Where time comes from; the system's by default.
        chance: Gives numbers from 0 to 1 for the jitter of pauses.
    """

    def __init__(
        self, *, clock: Clock | None = None, chance: Callable[[], float] = random.random
    ) -> None:
        clock = clock or SystemClock()
        self._surroundings = Surroundings(clock, Alarms(clock), chance)

    @property
    def clock(self) -> Clock:
        """Where this runner's time comes from."""
        return self._surroundings.clock

    def start(
        self,
        call: Call,
        strategy: Strategy,
        limits: Limits = NO_LIMITS,
        listener: Listener | None = None,
    ) -> Execution:
        """Start a call and return at once, with the handle that waits for it or cancels it."""
        execution = self.ready(call, strategy, limits, listener)
        execution.start()
        return execution

    def ready(
        self,
        call: Call,
        strategy: Strategy,
        limits: Limits = NO_LIMITS,
        listener: Listener | None = None,
    ) -> Execution:
        """Return a call that is not started; for whoever may cancel it before ``start`` returns."""
        return Execution(call, strategy, limits, self._surroundings, listener)

    def run(
        self,
        call: Call,
        strategy: Strategy,
        limits: Limits = NO_LIMITS,
        listener: Listener | None = None,
    ) -> Outcome:
        """Start a call and wait for its end."""
        return self.start(call, strategy, limits, listener).outcome()

    def close(self) -> None:
        """Give back the thread of the alarms; timeouts and pauses do not end any more."""
        self._surroundings.alarms.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def settled(execution: Execution) -> Outcome:
    """Await the end of an execution from any event loop.

    If the awaiting task is cancelled, the execution is cancelled first and has ended when the
    cancellation goes on.
    """
    try:
        return await _waiter(execution)
    except asyncio.CancelledError:
        execution.cancel()
        await _waiter(execution)
        raise


def _waiter(execution: Execution) -> asyncio.Future[Outcome]:
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[Outcome] = loop.create_future()

    def resolve(outcome: Outcome) -> None:
        if not waiter.done():
            waiter.set_result(outcome)

    def hand_over(outcome: Outcome) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(resolve, outcome)

    execution.add_done_callback(hand_over)
    return waiter
