"""All 39 operations by name, Flowy's own besides, and the class of each one's answer."""

from typing import Any, get_args

from flowy.protocol.request import Request
from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.requests.activity_types import (
    DeleteActivityType,
    DeprecateActivityType,
    DescribeActivityType,
    ListActivityTypes,
    RegisterActivityType,
    UndeprecateActivityType,
)
from flowy.protocol.requests.decision_tasks import PollForDecisionTask, RespondDecisionTaskCompleted
from flowy.protocol.requests.domains import (
    DeprecateDomain,
    DescribeDomain,
    ListDomains,
    ListTagsForResource,
    RegisterDomain,
    TagResource,
    UndeprecateDomain,
    UntagResource,
)
from flowy.protocol.requests.executions import (
    DescribeWorkflowExecution,
    GetWorkflowExecutionHistory,
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    StartWorkflowExecution,
    TerminateWorkflowExecution,
)
from flowy.protocol.requests.extensions import (
    DescribeOpenActivityTasks,
    EndPolls,
    LeaveTaskList,
)
from flowy.protocol.requests.visibility import (
    CountClosedWorkflowExecutions,
    CountOpenWorkflowExecutions,
    CountPendingActivityTasks,
    CountPendingDecisionTasks,
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)
from flowy.protocol.requests.workflow_types import (
    DeleteWorkflowType,
    DeprecateWorkflowType,
    DescribeWorkflowType,
    ListWorkflowTypes,
    RegisterWorkflowType,
    UndeprecateWorkflowType,
)

REQUEST_CLASSES: tuple[type[Request[Any]], ...] = (
    CountClosedWorkflowExecutions,
    CountOpenWorkflowExecutions,
    CountPendingActivityTasks,
    CountPendingDecisionTasks,
    DeleteActivityType,
    DeleteWorkflowType,
    DeprecateActivityType,
    DeprecateDomain,
    DeprecateWorkflowType,
    DescribeActivityType,
    DescribeDomain,
    DescribeWorkflowExecution,
    DescribeWorkflowType,
    GetWorkflowExecutionHistory,
    ListActivityTypes,
    ListClosedWorkflowExecutions,
    ListDomains,
    ListOpenWorkflowExecutions,
    ListTagsForResource,
    ListWorkflowTypes,
    PollForActivityTask,
    PollForDecisionTask,
    RecordActivityTaskHeartbeat,
    RegisterActivityType,
    RegisterDomain,
    RegisterWorkflowType,
    RequestCancelWorkflowExecution,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
    RespondDecisionTaskCompleted,
    SignalWorkflowExecution,
    StartWorkflowExecution,
    TagResource,
    TerminateWorkflowExecution,
    UndeprecateActivityType,
    UndeprecateDomain,
    UndeprecateWorkflowType,
    UntagResource,
)

OPERATIONS: dict[str, type[Request[Any]]] = {cls.__name__: cls for cls in REQUEST_CLASSES}

EXTENSION_CLASSES: tuple[type[Request[Any]], ...] = (
    DescribeOpenActivityTasks,
    EndPolls,
    LeaveTaskList,
)

EXTENSIONS: dict[str, type[Request[Any]]] = {
    f"Flowy.{cls.__name__}": cls for cls in EXTENSION_CLASSES
}
"""What Flowy's own service offers besides, by names that SWF has not."""


def answer_class(request_class: type[Request[Any]]) -> type[Any]:
    """Return the class of an operation's answer, ``NoneType`` where SWF answers with nothing."""
    (answer,) = get_args(request_class.__orig_bases__[0])  # type: ignore[attr-defined]
    return type(None) if answer is None else answer


ANSWERS: dict[type[Request[Any]], type[Any]] = {
    cls: answer_class(cls) for cls in (*REQUEST_CLASSES, *EXTENSION_CLASSES)
}
