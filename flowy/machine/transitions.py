"""What a pass does about each exception that leaves a token's tasks.

An action is found by the name of the exception's class, or of the nearest class that it derives
from; `Exception` is there for all others. It may raise `Break` to end the pass, `Continue` to go
on with the next token at the position as it is, raise on, or return to go on with the next token
at the first task.
"""

from typing import Any, NoReturn

from flowy.errors import WorkflowError
from flowy.machine.control import EngineControl


class Break(Exception):
    """Raised by an action: end the pass."""


class Continue(Exception):
    """Raised by an action: go on with the next token."""


class TransitionActions:
    """What an engine does by itself; derive from it to do more."""

    @staticmethod
    def AbortProcessing(obj: Any, eng: EngineControl, callbacks: Any, exc_info: Any) -> NoReturn:
        """End the pass without saving the token."""
        eng.log.debug("Processing was aborted for object: %s", obj)
        raise Break

    @staticmethod
    def ContinueNextToken(obj: Any, eng: EngineControl, callbacks: Any, exc_info: Any) -> NoReturn:
        """Go on with the next token at the first task."""
        eng.log.debug("Stop processing for this object, continue with next")
        eng.state.callback_pos_reset()
        raise Continue

    @staticmethod
    def Exception(obj: Any, eng: EngineControl, callbacks: Any, exc_info: Any) -> NoReturn:
        """Tell of an error and raise it to the caller of the engine."""
        eng.signal.workflow_error(eng)
        eng.signal.workflow_halted(eng)
        raise exc_info[1].with_traceback(exc_info[2])

    @staticmethod
    def HaltProcessing(obj: Any, eng: EngineControl, callbacks: Any, exc_info: Any) -> NoReturn:
        """Tell of the halt and raise it to the caller of the engine."""
        eng.log.debug("Processing was halted at step: %s", eng.state)
        eng.signal.workflow_halted(eng)
        raise exc_info[1].with_traceback(exc_info[2])

    @staticmethod
    def JumpToken(obj: Any, eng: EngineControl, callbacks: Any, exc_info: Any) -> None:
        """Move so that the pass goes on with the token that was asked for."""
        target = eng.state.token_pos - 1 + exc_info[1].args[0]
        eng.state.token_pos = max(-1, min(len(eng.objects), target))
        eng.state.callback_pos_reset()

    @staticmethod
    def JumpTokenBack(obj: Any, eng: EngineControl, callbacks: Any, exc_info: Any) -> None:
        """Move back among the tokens."""
        if exc_info[1].args[0] > 0:
            raise WorkflowError("JumpTokenBack cannot be positive number")
        TransitionActions.JumpToken(obj, eng, callbacks, exc_info)

    @staticmethod
    def JumpTokenForward(obj: Any, eng: EngineControl, callbacks: Any, exc_info: Any) -> None:
        """Move forward among the tokens."""
        if exc_info[1].args[0] < 0:
            raise WorkflowError("JumpTokenForward cannot be negative number")
        TransitionActions.JumpToken(obj, eng, callbacks, exc_info)

    @staticmethod
    def SkipToken(obj: Any, eng: EngineControl, callbacks: Any, exc_info: Any) -> NoReturn:
        """Go on with the next token at the first task, without saving this one."""
        eng.log.debug("Skipped running this object: %s", obj)
        eng.state.callback_pos_reset()
        raise Continue

    @staticmethod
    def StopProcessing(obj: Any, eng: EngineControl, callbacks: Any, exc_info: Any) -> NoReturn:
        """End the pass, quietly."""
        eng.log.debug("Processing was stopped for object: %s", obj)
        raise Break


def find_action(mapper: Any, error: BaseException) -> Any:
    """Return the action of a mapper for an exception: that of its class or the nearest above it."""
    for kind in type(error).__mro__:
        action = getattr(mapper, kind.__name__, None)
        if action is not None:
            return action
    raise AttributeError(f"{mapper!r} has no action `Exception` for {error!r}") from error
