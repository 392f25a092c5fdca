"""Every error of Flowy, in one tree, branched by what the catcher can do about it.

::

    FlowyError
    ├── TaskError                   a task did not give a result: handle it in the workflow
    │   ├── ActivityFailed          … because an activity raised: see its cause
    │   ├── ChildFailed             … because a child workflow failed: see its cause
    │   ├── LambdaFailed            … because a Lambda function failed
    │   ├── TaskTimedout            … because it, or all its attempts, ran out of time
    │   ├── TaskCanceled            … because it was cancelled
    │   ├── TaskTerminated          … because somebody ended the child execution
    │   ├── TaskNotScheduled        … because the service refused to schedule it (see its cause)
    │   ├── SideEffectFailed        … because the function of a side effect raised: see its cause
    │   └── MapFailedError          more items of a map failed than are tolerated: see its outcome
    ├── CompensationError           a saga could not undo everything: see its failures
    ├── ExecutionError              a callable gave no value where it ran: see its cause
    │   ├── ExecutionTimedout       … because it ran longer than it was allowed to
    │   ├── ExecutionCanceled       … because it was cancelled
    │   ├── WorkerLost              … because the process that ran it ended: try again
    │   ├── ScriptFailed            … because a script ended with another status than 0
    │   └── ProcessError            … because a process of a graph failed: see its result
    ├── NotRepeated                 an at-most-once activity had begun before: look what it did
    ├── HandedBack                  a worker gave an activity back: nothing to handle
    ├── RemoteError                 stands for another process's exception: the cause of a TaskError
    ├── RetryAfter                  raised by an activity: try me again so many seconds later
    ├── PayloadError                a value cannot travel: change the value
    │   ├── PayloadMismatch         … because it is not what an annotation asks for
    │   ├── PayloadTooLarge         … because it is longer than SWF's field
    │   ├── PayloadLost             … or came packed, and what it stands for cannot be had any more
    │   └── PayloadUnavailable      … or its volume is full, gone or out of reach: mend the volume
    ├── DefinitionError             a declaration is wrong: change the code
    │   └── WorkflowDefinitionError … that of a token machine
    ├── RegistrationError           registered types differ from the code: give a new version
    ├── ProjectError                a project refuses: see its message
    │   ├── UnknownInProject        … there is no such project, script, process or workspace
    │   ├── AlreadyInProject        … there is one of that name already
    │   ├── IllegalMove             … the process is in another state, perhaps since just now
    │   └── UnsafeArchive           … an archive leads out of its workspace, or holds too much
    ├── DatabaseError               the database cannot be used: see its message
    │   ├── ConnectionLost          … because the connection to it broke: try again
    │   └── TransactionConflict     … because others changed the same thing again and again
    ├── ArchiveError                an export cannot be written or imported: see its message
    ├── VolumeError                 a volume is full, gone, or cannot be used: see its message
    │   └── InvalidKeyError         a key is no key, or would lead out of its volume: change it
    ├── CatalogError                the run catalogue refused a call
    │   ├── ConstraintViolationError  what is asked for is against its rules
    │   │   ├── InvalidRunStateError  … the run is not in a state for it
    │   │   ├── MissingArgumentError  … something that it takes was not given
    │   │   ├── DuplicateArgumentError  … something was given twice
    │   │   └── InvalidTemplateError  … a result schema cannot be read
    │   ├── NotCatalogued           the worker has no catalogue: give it catalog=
    │   └── UnknownObjectError      there is no such thing
    │       └── UnknownFileError, UnknownRunError, UnknownWorkflowError, UnknownWorkflowGroupError
    ├── NondeterminismError         the code does not do what its history says it did
    │   └── ForbiddenCallError      … because it called a clock, chance, a file or the like
    ├── BlockedDecisionError        workflow code held up its decision for too long
    ├── HistoryFileError            a file holds no history that can be replayed
    ├── HistoryTooLong              an execution was about to be terminated: continue as new in time
    ├── StaleRunError               a kept run does not fit this history: replay from the start
    ├── ServiceUnavailable          the service gave no answer: try again
    │   └── ServiceUnreachable      … because nobody listens at its address
    ├── WorkflowError               a token machine met an error: see its message
    │   └── BranchTimeout           … because a parallel branch did not end in time
    ├── WorkflowAPIError            a token machine was called with parameters that do not fit
    ├── WorkflowObjectStatusError   a token has an unknown status or none
    ├── WorkflowTransition          a task of a token machine says where to go on
    │   ├── AbortProcessing         … nowhere, and this token is not saved
    │   ├── BreakFromThisLoop       … after the list that the task stands in
    │   ├── ContinueNextToken       … with the next token
    │   ├── HaltProcessing          … nowhere until somebody restarts the machine
    │   ├── JumpCall                … with another task (⊃ JumpCallBack, JumpCallForward)
    │   ├── JumpToken               … with another token (⊃ JumpTokenBack, JumpTokenForward)
    │   ├── SkipToken               … with the next token, and this one is not saved
    │   └── StopProcessing          … nowhere
    └── Fault                       the service refused a call
        └── (one class a modelled fault, `flowy.protocol.faults`)

    SuspendTask                     a BaseException: leave the task open, another process answers
"""

import copyreg
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any


class FlowyError(Exception):
    """Anything that Flowy raises for its callers to handle."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Without __init__, whose arguments are often others than ``args``.
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedTask:
    """Which task of a workflow failed.

    Args:
        kind: ``activity``, ``child``, ``lambda`` or ``timer``.
        type: The type's name and version; a function's name.
        id: The activity id, the child's workflow id, the function's or timer's id.
        run_id: The child's run, where it has started.
        event_id: The event of the history that says that it was asked for; 0 when there is none.
        attempts: How often it was started.
    """

    kind: str
    type: str
    id: str
    run_id: str | None = None
    event_id: int = 0
    attempts: int = 0


class TaskError(FlowyError):
    """A task ended without a result.

    Its ``__cause__`` is what the task raised: an exception of the class itself where that is
    registered (`flowy.task.register_failure`), a `RemoteError` otherwise, with its own causes. Its
    notes show the traceback of where the task ran and the line from which it was called.

    Args:
        reason: What the task said, at most 256 characters when it came over SWF.
        details: The remote traceback, where the task gave one.

    Attributes:
        task: Which task it was.
        type: The class of the exception that the task raised, as ``module.name``, where it said so.
        bases: The classes that it inherits from, likewise.
        retry_after: Seconds after which the task asks to be tried again.
    """

    task: FailedTask | None = None
    type: str | None = None
    bases: tuple[str, ...] = ()
    retry_after: float | None = None

    def __init__(self, reason: str = "", details: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


class ActivityFailed(TaskError):
    """An activity raised an exception."""


class ChildFailed(TaskError):
    """A child workflow failed."""


class LambdaFailed(TaskError):
    """A Lambda function failed."""


class TaskTimedout(TaskError):
    """A task, and every further attempt that it was allowed, ran out of time.

    Args:
        reason: What happened.
        details: What the last heartbeat said.
        timeout_type: Which of SWF's timeouts it was, such as ``START_TO_CLOSE``.
    """

    def __init__(
        self, reason: str = "", details: str | None = None, timeout_type: str | None = None
    ) -> None:
        super().__init__(reason, details)
        self.timeout_type = timeout_type


class TaskCanceled(TaskError):
    """A task was cancelled before it gave a result."""


class TaskTerminated(TaskError):
    """A child execution was terminated from outside."""


class TaskNotScheduled(TaskError):
    """The service refused to schedule a task, or to tell another execution something.

    Args:
        reason: What happened.
        details: Nothing, as a rule.
        cause: SWF's cause, such as ``ACTIVITY_TYPE_DOES_NOT_EXIST``.
    """

    def __init__(
        self, reason: str = "", details: str | None = None, cause: str | None = None
    ) -> None:
        super().__init__(reason, details)
        self.cause = cause


class RemoteError(FlowyError):
    """Stands for an exception of another process, whose class is not registered in this one.

    Args:
        type: The exception's class, as ``module.name``.
        message: Its message.
        bases: The classes that it inherits from, as ``module.name``.
    """

    def __init__(self, type: str, message: str, bases: tuple[str, ...] = ()) -> None:
        super().__init__(f"{type}: {message}")
        self.type = type
        self.message = message
        self.bases = bases


class SideEffectFailed(TaskError):
    """The function of a side effect raised; every replay raises the same, and calls nothing.

    Its cause is what the function raised, of its own class where that is registered, and it is then
    caught as that class too.
    """


class MapFailedError(TaskError):
    """More items of a ``flowy.map`` failed than are tolerated; its cause is the first failure.

    Args:
        reason: How many failed, and why the first did.
        outcome: What became of each item: a `flowy.task.MapOutcome`.
    """

    def __init__(self, reason: str = "", outcome: Any = None) -> None:
        super().__init__(reason)
        self.outcome = outcome


class CompensationError(FlowyError):
    """Compensations of a saga failed, so not all is undone; its cause is why the saga was undone.

    Args:
        failures: What they raised, in the order in which they ran.
    """

    def __init__(self, failures: list[BaseException]) -> None:
        several = "; ".join(f"{type(failure).__name__}: {failure}" for failure in failures)
        super().__init__(f"{len(failures)} compensations failed: {several}")
        self.failures = failures


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


class RetryAfter(FlowyError):
    """Raised by an activity that knows when it is worth trying again.

    It counts as a failure; a ``RetryPolicy`` takes the pause from it.

    Args:
        seconds: How long to wait before the next attempt; not negative.
        reason: What the history shows.

    Raises:
        DefinitionError: The seconds are no number.
    """

    def __init__(self, seconds: float, reason: str = "") -> None:
        given: Any = seconds
        if isinstance(given, str) or not hasattr(given, "__float__") or given != given:
            raise DefinitionError(f"RetryAfter takes a number of seconds, not {given!r}")
        super().__init__(reason or f"to be tried again after {seconds} s")
        self.retry_after = max(0.0, float(seconds))


class NotRepeated(FlowyError):
    """An activity that is done at most once had begun before, so this attempt left it alone.

    Whether the attempt that began has had its effect is not known.
    """


class HandedBack(FlowyError):
    """A worker gave an activity back; the decider has it done elsewhere, or later.

    The worker leaves and the activity was not done in time; or it had not begun, and one that was
    taken with it blocks. It is a failure on the wire only: Flowy's deciders schedule the activity
    again at once, and it does not count as an attempt.
    """


class PayloadError(FlowyError):
    """A value cannot be carried by the transport, or a carried text cannot be read."""


class PayloadMismatch(PayloadError, TypeError):
    """A value is not what the annotation of an argument, a result or a signal asks for.

    A task that fails with it is not tried again: the same value would not fit again.
    """


class PayloadTooLarge(PayloadError):
    """An encoded value is longer than the field that would carry it."""


class PayloadLost(PayloadError):
    """A text that travels packed cannot be had: it is damaged, gone, or its codec cannot read it.

    To try again does not help; an execution that needs the text fails.
    """


class PayloadUnavailable(PayloadError):
    """The volume of large texts cannot be used now: it is full, gone, or out of reach."""


class DefinitionError(FlowyError, ValueError):
    """A decorator, a proxy or an option got a value that can never work."""


class RegistrationError(FlowyError):
    """Types that the service knows differ from what the code declares.

    Args:
        differences: One line a differing field: type, field, ours, theirs.
    """

    def __init__(self, differences: list[str]) -> None:
        super().__init__("\n".join(differences))
        self.differences = differences


class ProjectError(FlowyError):
    """A project, or something in it, cannot do what was asked."""


class UnknownInProject(ProjectError, LookupError):
    """There is no project, script, process or workspace of that name or number."""


class AlreadyInProject(ProjectError):
    """There is a project or a script of that name already."""


class IllegalMove(ProjectError):
    """A process is in a state that does not allow the move; nothing was changed."""


class UnsafeArchive(ProjectError):
    """An archive would write outside of its folder, or more than it may; nothing was unpacked."""


class DatabaseError(FlowyError):
    """The database cannot be opened, written, or is of another version of Flowy."""


class ConnectionLost(DatabaseError):
    """The connection to the database broke; what was being committed is perhaps stored."""


class TransactionConflict(DatabaseError):
    """Another transaction changed the same thing; nothing of this one was stored."""


class ArchiveError(FlowyError):
    """Executions cannot be exported to a file, or imported from it; nothing was stored."""


class VolumeError(FlowyError):
    """A volume is full or gone, or cannot be read or written."""


class InvalidKeyError(VolumeError, ValueError):
    """A key is no key, or would lead out of its volume."""


class CatalogError(FlowyError):
    """The run catalogue refused a call.

    Args:
        message: What happened, to which run, and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotCatalogued(CatalogError):
    """There is no run to ask for: the code runs outside of a worker that has a catalogue."""


class ConstraintViolationError(CatalogError):
    """What is asked for is against the catalogue's rules."""


class InvalidRunStateError(ConstraintViolationError):
    """A run is not in a state for what is asked for."""


class MissingArgumentError(ConstraintViolationError, ValueError):
    """An argument is missing that the call takes."""


class DuplicateArgumentError(ConstraintViolationError, ValueError):
    """An argument is given twice."""


class InvalidTemplateError(ConstraintViolationError):
    """A result schema cannot be read."""


class UnknownObjectError(CatalogError):
    """There is no such thing.

    Args:
        identifier: What was asked for.
    """

    kind = "object"

    def __init__(self, identifier: object) -> None:
        super().__init__(f"unknown {self.kind} '{identifier}'")
        self.identifier = identifier


class UnknownFileError(UnknownObjectError):
    """There is no such file."""

    kind = "file"


class UnknownRunError(UnknownObjectError):
    """There is no such run, or it has not what was asked for."""

    kind = "run"


class UnknownWorkflowError(UnknownObjectError):
    """There is no such workflow in the catalogue."""

    kind = "workflow"


class UnknownWorkflowGroupError(UnknownObjectError):
    """There is no such group of runs."""

    kind = "workflow group"


class NondeterminismError(FlowyError):
    """Workflow code asked for something else than its history records at this point.

    Args:
        message: What differs, and what to do about it.
        event_id: The event of the history at which the code went another way.
        recorded: What the history has there, in words.
        asked: What the code asked for instead: a decision; None for nothing.
        place: Where in the code it was asked for, as ``file:line in function``.
    """

    def __init__(
        self,
        message: str,
        *,
        event_id: int | None = None,
        recorded: str | None = None,
        asked: Any = None,
        place: str | None = None,
    ) -> None:
        super().__init__(message)
        self.event_id = event_id
        self.recorded = recorded
        self.asked = asked
        self.place = place


class ForbiddenCallError(NondeterminismError):
    """Workflow code called what a replay cannot repeat: a clock, chance, a file, a socket.

    Args:
        message: What was called, where, and what to use in its place.
        code: The rule, such as ``FLW101``.
        place: Where in the code it was called, as ``file:line in function``.
    """

    def __init__(self, message: str, code: str, place: str) -> None:
        super().__init__(message, place=place)
        self.code = code


class BlockedDecisionError(FlowyError):
    """Workflow code held up its decision for longer than the worker allows.

    Args:
        message: For how long, and what to do about it.
        stack: Where the code stood, as Python prints a stack.
    """

    def __init__(self, message: str = "", stack: str = "") -> None:
        super().__init__(message)
        self.stack = stack


class HistoryFileError(FlowyError):
    """A file holds no history that can be replayed: see its message."""


class HistoryTooLong(FlowyError):
    """An execution failed because its history had nearly as many events as the service takes."""


class StaleRunError(FlowyError):
    """A run kept in memory has gone another way than the recorded history; replay it anew."""


class Fault(FlowyError):
    """The service refused a call.

    Args:
        message: What the service says about it.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class ServiceUnavailable(FlowyError):
    """The service could not be reached, or its answer could not be read; try again later."""


class ServiceUnreachable(ServiceUnavailable):
    """Nobody listens at the service's address, and so nothing was sent; it may be starting anew."""


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


class SuspendTask(BaseException):
    """Raised by an activity: send no answer, keep the task open for whoever holds its token.

    It is a ``BaseException`` so that ``except Exception`` in user code cannot swallow it.
    """
