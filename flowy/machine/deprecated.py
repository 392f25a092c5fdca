"""The older names of an engine's members; each warns and does what its successor does."""

import functools
import warnings
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, ParamSpec, Self, TypeVar

from flowy.errors import JumpTokenBack, JumpTokenForward, WorkflowError
from flowy.machine.callbacks import ANY
from flowy.machine.control import EngineControl
from flowy.machine.state import Position

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


def deprecated(
    successor: str,
) -> Callable[[Callable[Parameters, Answer]], Callable[Parameters, Answer]]:
    """Mark a function as an older name.

    Args:
        successor: What to use instead.
    """

    def mark(function: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
        name = getattr(function, "__name__", str(function))

        @functools.wraps(function)
        def warn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
            message = f"`{name}` is replaced with {successor} and will be removed"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        return warn

    return mark


class DeprecatedControl(EngineControl):
    """The older names of the calls that steer an engine."""

    @staticmethod
    @deprecated("`abort`")
    def abortProcessing(*args: Any, **kwargs: Any) -> NoReturn:
        """End the pass without saving the present token."""
        EngineControl.abort()

    @deprecated("`break_current_loop`")
    def breakFromThisLoop(self) -> NoReturn:
        """Leave the innermost list of tasks."""
        self.break_current_loop()

    @deprecated("`continue_next_token`")
    def continueNextToken(self) -> NoReturn:
        """Go on with the next token."""
        self.continue_next_token()

    @deprecated("`halt`")
    def haltProcessing(self, msg: str = "", action: Any = None, payload: Any = None) -> NoReturn:
        """Leave the engine, keeping the state for a restart."""
        self.halt(msg, action=action, payload=payload)

    @deprecated("`jump_call`")
    def jumpCall(self, offset: int) -> NoReturn:
        """Go to another entry of the innermost list of tasks."""
        self.jump_call(offset)

    @deprecated("`jump_call` with a negative offset")
    def jumpCallBack(self, offset: int) -> NoReturn:
        """Go back in the innermost list of tasks."""
        if offset > 0:
            raise WorkflowError("JumpCallBack cannot be positive number")
        self.jump_call(offset)

    @deprecated("`jump_call`")
    def jumpCallForward(self, offset: int) -> NoReturn:
        """Go forward in the innermost list of tasks."""
        if offset < 0:
            raise WorkflowError("JumpCallForward cannot be negative number")
        self.jump_call(offset)

    @deprecated("`jump_token`")
    def jumpToken(self, offset: int) -> NoReturn:
        """Go to another token."""
        self.jump_token(offset)

    @deprecated("`jump_token` with a negative offset")
    def jumpTokenBack(self, offset: int) -> NoReturn:
        """Go back among the tokens."""
        raise JumpTokenBack(offset)

    @deprecated("`jump_token`")
    def jumpTokenForward(self, offset: int) -> NoReturn:
        """Go forward among the tokens."""
        raise JumpTokenForward(offset)

    @staticmethod
    @deprecated("`skip_token`")
    def skipToken(*args: Any, **kwargs: Any) -> NoReturn:
        """Go on with the next token without saving the present one."""
        EngineControl.skip_token()

    @deprecated("`stop`")
    def stopProcessing(self) -> NoReturn:
        """End the pass of this engine."""
        self.stop()


class DeprecatedAccess(EngineControl):
    """The older names of the ways to an engine's state, data and definitions."""

    @deprecated("`callbacks.add`")
    def addCallback(self, key: str, func: Any, *args: Any, **kwargs: Any) -> None:
        """Add one task to the end of a definition."""
        self.callbacks.add(func, key)

    @deprecated("`callbacks.add_many`")
    def addManyCallbacks(self, key: str, list_or_tuple: Iterable[Any]) -> None:
        """Add many tasks to the end of a definition."""
        self.callbacks.add_many(list_or_tuple, key)

    @deprecated("the `extra_data` dictionary")
    def delVar(self, key: str) -> None:
        """Forget a value of the engine."""
        self.extra_data.pop(key, None)

    @deprecated("a new engine")
    def duplicate(self) -> Self:
        """Return a new engine of the same class."""
        return type(self)()

    @deprecated("`callbacks.get`")
    def getCallbacks(self, key: str | None = ANY) -> Any:
        """Return a definition."""
        return self.callbacks.get(key)

    @deprecated("`state.token_pos`")
    def getCurrObjId(self) -> int:
        """Return the index of the present token."""
        return self.state.token_pos

    @deprecated("`state.callback_pos`")
    def getCurrTaskId(self) -> Position:
        """Return the path to the present task."""
        return self.state.callback_pos

    @deprecated("the `extra_data` dictionary")
    def getVar(self, key: str, default: Any = None) -> Any:
        """Return a value of the engine; a default is kept for the next reader."""
        if key not in self.extra_data and default is not None:
            self.extra_data[key] = default
        return self.extra_data.get(key)

    @deprecated("the `extra_data` dictionary")
    def hasVar(self, key: str) -> bool:
        """Tell whether the engine has a value."""
        return key in self.extra_data

    @deprecated("`callbacks.clear_all`")
    def removeAllCallbacks(self) -> None:
        """Remove every definition."""
        self.callbacks.clear_all()

    @deprecated("`callbacks.clear`")
    def removeCallbacks(self, key: str) -> None:
        """Remove a definition."""
        self.callbacks.clear(key)

    @deprecated("`callbacks.replace`")
    def replaceCallbacks(self, key: str, funcs: Iterable[Any]) -> None:
        """Put a new definition in the place of an old one."""
        self.callbacks.replace(funcs, key)

    @deprecated("setting `state.token_pos` and `state.callback_pos`")
    def setPosition(self, token_pos: int, callback_pos: Iterable[int]) -> None:
        """Move the engine to a token and a task."""
        self.state.token_pos = token_pos
        self.state.callback_pos = Position(callback_pos)

    @deprecated("the `extra_data` dictionary")
    def setVar(self, key: str, what: Any) -> None:
        """Keep a value in the engine."""
        self.extra_data[key] = what

    @deprecated("`callbacks.replace`")
    def setWorkflow(self, list_or_tuple: Iterable[Any]) -> None:
        """Put a new definition in the place of the old one."""
        self.callbacks.replace(list_or_tuple)

    @property
    @deprecated("`extra_data`")
    def store(self) -> dict[str, Any]:
        """What the tasks keep."""
        return self.extra_data
