"""A token machine met an error, or a task of it says where to go on."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any

from flowy.errors.declarations import DefinitionError
from flowy.errors.root import FlowyError


class WorkflowError(FlowyError):
    """A token machine cannot go on.

    Args:
        message: What happened.
        id_workflow: The stored workflow, where there is one.
        id_object: The token, by its position among the tokens.
        payload: Whatever the raiser adds.
    """

    def __init__(
        self, message: str, id_workflow: Any = None, id_object: Any = None, payload: Any = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.id_workflow = id_workflow
        self.id_object = id_object
        self.payload = payload

    def __str__(self) -> str:
        return _named(self, self.message, ("id_workflow", "id_object", "payload"))


class BranchTimeout(WorkflowError, TimeoutError):
    """A parallel branch was not done when the time for it was over; it still runs."""


class WorkflowDefinitionError(DefinitionError):
    """The definition of a token machine is missing or wrong.

    Args:
        message: What is wrong.
        workflow_name: Which definition.
        payload: Whatever the raiser adds.
    """

    def __init__(self, message: str, workflow_name: Any, payload: Any = None) -> None:
        super().__init__(message, workflow_name, payload)
        self.message = message
        self.workflow_name = workflow_name
        self.payload = payload

    def __str__(self) -> str:
        return _named(self, self.message, ("workflow_name", "payload"))


class WorkflowObjectStatusError(FlowyError):
    """A token has an unknown status, or none.

    Args:
        message: What is wrong.
        id_object: Which token.
        obj_status: The status that it has.
    """

    def __init__(self, message: str, id_object: Any, obj_status: Any) -> None:
        super().__init__(message, id_object, obj_status)
        self.message = message
        self.id_object = id_object
        self.obj_status = obj_status

    def __str__(self) -> str:
        return _named(self, self.message, ("obj_status", "id_object"))


class WorkflowAPIError(FlowyError):
    """A token machine was called with parameters that do not fit together."""


class WorkflowTransition(FlowyError):
    """A task of a token machine says where to go on.

    It also reads as the triple that ``sys.exc_info`` gives, so that an action that gets one may
    raise it as it is, index it or unpack it.
    """

    def __iter__(self) -> Iterator[Any]:
        return iter((type(self), self, self.__traceback__))

    def __getitem__(self, index: int) -> "type | WorkflowTransition | TracebackType | None":
        return (type(self), self, self.__traceback__)[index]


class AbortProcessing(WorkflowTransition):
    """End the pass without saving this token."""


class BreakFromThisLoop(WorkflowTransition):
    """Leave the innermost list of tasks; the list around it goes on."""


class ContinueNextToken(WorkflowTransition):
    """Go on with the next token, from any depth."""


class HaltProcessing(WorkflowTransition):
    """Leave the machine, and those around it, to be looked at and restarted.

    Args:
        message: Why.
        action: What somebody is to do.
        payload: What they need for it.
    """

    def __init__(self, message: str = "", action: Any = None, payload: Any = None) -> None:
        super().__init__()
        self.message = message
        self.action = action
        self.payload = payload

    def __str__(self) -> str:
        return _named(self, self.message, ("action", "payload"))


class JumpCall(WorkflowTransition):
    """Go so many entries on in the innermost list of tasks."""


class JumpCallBack(JumpCall):
    """Go back in the innermost list of tasks."""


class JumpCallForward(JumpCall):
    """Go forward in the innermost list of tasks."""


class JumpToken(WorkflowTransition):
    """Go so many tokens on."""


class JumpTokenBack(JumpToken):
    """Go back among the tokens."""


class JumpTokenForward(JumpToken):
    """Go forward among the tokens."""


class SkipToken(WorkflowTransition):
    """Go on with the next token without saving this one."""


class StopProcessing(WorkflowTransition):
    """End the pass."""


def _named(error: Exception, message: str, names: tuple[str, ...]) -> str:
    """Write an error with its attributes, as in ``Halt(no stock, action=None, payload=None)``."""
    attributes = ", ".join(f"{name}={getattr(error, name)}" for name in names)
    return f"{type(error).__name__}({message}, {attributes})"
