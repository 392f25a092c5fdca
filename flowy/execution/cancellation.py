"""Whether the running call has been told to stop: the question a polite thread asks."""

import contextvars

from flowy.execution.call import Call, invoke
from flowy.execution.strategy import Attempt

_current: contextvars.ContextVar[Attempt | None] = contextvars.ContextVar("attempt", default=None)


def stop_requested() -> bool:
    """Tell whether the call in which this is asked timed out or was cancelled.

    A thread cannot be stopped from outside. Code that runs long in one asks this now and then, and
    returns. Outside of a call, and in a process of its own, the answer is no.
    """
    attempt = _current.get()
    return attempt is not None and attempt.interrupted


def perform(call: Call, attempt: Attempt) -> None:
    """Run a call on this thread, in its own context, and tell the attempt how it ended."""
    try:
        value = call.context.copy().run(_invoke, call, attempt)
    except BaseException as error:  # noqa: BLE001 -- the attempt records and logs it
        attempt.failed(error)
    else:
        attempt.succeeded(value)


def _invoke(call: Call, attempt: Attempt) -> object:
    _current.set(attempt)
    return invoke(call.function, call.arguments, call.keywords)
