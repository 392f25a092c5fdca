"""A callable gave no value where it ran."""

from flowy.errors.root import FlowyError


class ExecutionError(FlowyError):
    """A callable gave no value where it ran.

    It also stands in for an exception that could not travel from another process; it then has that
    exception's type and message as its text.
    """


class ExecutionTimedout(ExecutionError, TimeoutError):
    """A callable ran longer than it was allowed to; its text says what became of it."""


class ExecutionCanceled(ExecutionError):
    """A callable was cancelled before it gave a value; its text says what became of it."""


class WorkerLost(ExecutionError):
    """The process that ran a callable ended, or could not be started; another one can be had."""


class ScriptFailed(ExecutionError):
    """A script ended with another exit status than 0.

    Args:
        message: Which script, how it ended, and the end of what it printed.
        exit_status: What the interpreter answered; minus the signal that killed it.
    """

    def __init__(self, message: str, exit_status: int) -> None:
        super().__init__(message)
        self.exit_status = exit_status


class ProcessError(ExecutionError):
    """A process failed, or a graph of processes could not be completed; the text says which."""
