"""Strategy: the port behind which a call runs, and what passes through it."""

from typing import Any, Protocol

from flowy.execution.call import Call
from flowy.execution.outcome import Stop


class Attempt(Protocol):
    """Hears how one start of a call goes; a strategy tells it, from any thread.

    ``began`` comes first, once, and not at all if the call never runs. Then comes exactly one of
    ``succeeded`` and ``failed``, also after a stop, but for ``Stop.ABANDONED`` and
    ``Stop.NOT_STARTED``, which need none. What is told after the end is not heard.
    """

    @property
    def interrupted(self) -> bool:
        """Whether the call was told to stop."""
        ...

    def began(self) -> None:
        """Hear that the callable is about to run: its time starts now."""
        ...

    def attach(self, running: "Running") -> None:
        """Learn how to stop the call; for a strategy whose ``start`` returns after the end."""
        ...

    def succeeded(self, value: Any) -> None:
        """Hear what the callable returned."""
        ...

    def failed(self, error: BaseException) -> None:
        """Hear what the callable raised, or why it cannot give a value."""
        ...


class Running(Protocol):
    """One started call, as its strategy sees it."""

    def stop(self) -> Stop:
        """Stop the call if that is possible and say what becomes of it.

        It does not wait: the attempt hears of the end as of any other, unless the answer is
        ``Stop.ABANDONED`` or ``Stop.NOT_STARTED``. To stop twice, or after the end, does nothing.
        """
        ...


class Strategy(Protocol):
    """Starts calls somewhere. What it needs for that, it makes when it is first needed."""

    def start(self, call: Call, attempt: Attempt) -> Running:
        """Start a call and tell the attempt how it goes; thread-safe.

        The attempt may hear of the end before this returns.

        Raises:
            ExecutionError: The call cannot be started here.
        """
        ...

    def close(self) -> None:
        """Stop what still runs and give back threads and processes; idempotent."""
        ...
