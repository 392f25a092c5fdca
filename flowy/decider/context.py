"""What workflow code reaches of the decider that runs it."""

from flowy.decider.calls import Calls
from flowy.decider.loop import DeterministicLoop
from flowy.task.context import Restart, TaskCall
from flowy.task.result import Result


class RunContext:
    """Implements `flowy.task.context.WorkflowContext` for one run.

    Args:
        calls: The run's calls.
        loop: The run's loop.
    """

    def __init__(self, calls: Calls, loop: DeterministicLoop) -> None:
        self.wanted_restart: Restart | None = None
        self.dropped = False
        """The run is no more; what its finally blocks ask for goes nowhere."""
        self._calls = calls
        self._loop = loop
        self.steps = 0
        """How many events the code has seen."""
        self._left_abandon: tuple[int, int] | None = None

    def call(self, call: TaskCall) -> Result:
        """Ask for a task; returns at once.

        Raises:
            PayloadError: The arguments cannot travel.
        """
        if self.dropped:
            return Result(loop=self._loop)
        return self._calls.ask(call)

    def restart(self, restart: Restart) -> None:
        """End this run and continue as new."""
        self.wanted_restart = restart

    def leave_abandon(self) -> None:
        """Note that the code left a block in which returning waits for nothing."""
        self._left_abandon = self._position()

    def now(self) -> float:
        """Return the history's time, in seconds since the epoch."""
        return self._loop.time()

    def returned_abandoning(self) -> bool:
        """Tell whether the code that returns now does so from an abandoning block.

        Python does not tell a return from any other way out of a block; code that has asked for
        nothing and waited for nothing since it left the block has returned from it.
        """
        return self._left_abandon == self._position()

    def _position(self) -> tuple[int, int]:
        return self._calls.next_number, self.steps
