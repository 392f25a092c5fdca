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

from flowy.errors.catalog import (
    CatalogError,
    ConstraintViolationError,
    DuplicateArgumentError,
    InvalidRunStateError,
    InvalidTemplateError,
    MissingArgumentError,
    NotCatalogued,
    UnknownFileError,
    UnknownObjectError,
    UnknownRunError,
    UnknownWorkflowError,
    UnknownWorkflowGroupError,
)
from flowy.errors.declarations import (
    DefinitionError,
    RegistrationError,
)
from flowy.errors.execution import (
    ExecutionCanceled,
    ExecutionError,
    ExecutionTimedout,
    ProcessError,
    ScriptFailed,
    WorkerLost,
)
from flowy.errors.machine import (
    AbortProcessing,
    BranchTimeout,
    BreakFromThisLoop,
    ContinueNextToken,
    HaltProcessing,
    JumpCall,
    JumpCallBack,
    JumpCallForward,
    JumpToken,
    JumpTokenBack,
    JumpTokenForward,
    SkipToken,
    StopProcessing,
    WorkflowAPIError,
    WorkflowDefinitionError,
    WorkflowError,
    WorkflowObjectStatusError,
    WorkflowTransition,
)
from flowy.errors.payloads import (
    PayloadError,
    PayloadLost,
    PayloadMismatch,
    PayloadTooLarge,
    PayloadUnavailable,
)
from flowy.errors.projects import (
    AlreadyInProject,
    IllegalMove,
    ProjectError,
    UnknownInProject,
    UnsafeArchive,
)
from flowy.errors.replay import (
    BlockedDecisionError,
    ForbiddenCallError,
    HistoryFileError,
    HistoryTooLong,
    NondeterminismError,
    StaleRunError,
)
from flowy.errors.root import (
    FlowyError,
)
from flowy.errors.service import (
    Fault,
    ServiceUnavailable,
    ServiceUnreachable,
)
from flowy.errors.storage import (
    ArchiveError,
    ConnectionLost,
    DatabaseError,
    InvalidKeyError,
    TransactionConflict,
    VolumeError,
)
from flowy.errors.tasks import (
    ActivityFailed,
    ChildFailed,
    CompensationError,
    FailedTask,
    HandedBack,
    LambdaFailed,
    MapFailedError,
    NotRepeated,
    RemoteError,
    RetryAfter,
    SideEffectFailed,
    SuspendTask,
    TaskCanceled,
    TaskError,
    TaskNotScheduled,
    TaskTerminated,
    TaskTimedout,
)

__all__ = [
    "AbortProcessing",
    "ActivityFailed",
    "AlreadyInProject",
    "ArchiveError",
    "BlockedDecisionError",
    "BranchTimeout",
    "BreakFromThisLoop",
    "CatalogError",
    "ChildFailed",
    "CompensationError",
    "ConnectionLost",
    "ConstraintViolationError",
    "ContinueNextToken",
    "DatabaseError",
    "DefinitionError",
    "DuplicateArgumentError",
    "ExecutionCanceled",
    "ExecutionError",
    "ExecutionTimedout",
    "FailedTask",
    "Fault",
    "FlowyError",
    "ForbiddenCallError",
    "HaltProcessing",
    "HandedBack",
    "HistoryFileError",
    "HistoryTooLong",
    "IllegalMove",
    "InvalidKeyError",
    "InvalidRunStateError",
    "InvalidTemplateError",
    "JumpCall",
    "JumpCallBack",
    "JumpCallForward",
    "JumpToken",
    "JumpTokenBack",
    "JumpTokenForward",
    "LambdaFailed",
    "MapFailedError",
    "MissingArgumentError",
    "NondeterminismError",
    "NotCatalogued",
    "NotRepeated",
    "PayloadError",
    "PayloadLost",
    "PayloadMismatch",
    "PayloadTooLarge",
    "PayloadUnavailable",
    "ProcessError",
    "ProjectError",
    "RegistrationError",
    "RemoteError",
    "RetryAfter",
    "ScriptFailed",
    "ServiceUnavailable",
    "ServiceUnreachable",
    "SideEffectFailed",
    "SkipToken",
    "StaleRunError",
    "StopProcessing",
    "SuspendTask",
    "TaskCanceled",
    "TaskError",
    "TaskNotScheduled",
    "TaskTerminated",
    "TaskTimedout",
    "TransactionConflict",
    "UnknownFileError",
    "UnknownInProject",
    "UnknownObjectError",
    "UnknownRunError",
    "UnknownWorkflowError",
    "UnknownWorkflowGroupError",
    "UnsafeArchive",
    "VolumeError",
    "WorkerLost",
    "WorkflowAPIError",
    "WorkflowDefinitionError",
    "WorkflowError",
    "WorkflowObjectStatusError",
    "WorkflowTransition",
]

# Histories and pickles have the names of before there were modules, and so has everybody's code.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
