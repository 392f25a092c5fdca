"""InlineStrategy: the call runs right here, on the thread that starts it."""

from flowy.execution.call import Call
from flowy.execution.cancellation import perform
from flowy.execution.outcome import Stop
from flowy.execution.strategy import Attempt


class Ended:
    """A call that has ended before anybody could stop it."""

    def stop(self) -> Stop:
        """Say that there is nothing to stop."""
        return Stop.LATE


class InlineStrategy:
    """Runs a call to its end before ``start`` returns.

    Nothing can interrupt it: a call that took longer than its timeout has timed out when it is
    over. It costs the least; it is for short calls, and for a thread that has one thing to do.
    """

    def start(self, call: Call, attempt: Attempt) -> Ended:
        """Run the call."""
        attempt.began()
        perform(call, attempt)
        return Ended()

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""
