"""Which function carries out which request: one table, and what of it only reads."""

from collections.abc import Callable, Sequence
from typing import Any

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
from flowy.protocol.requests.decision_tasks import (
    PollForDecisionTask,
    RespondDecisionTaskCompleted,
)
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
from flowy.service.operations import (
    activity_tasks,
    activity_types,
    decision_tasks,
    domains,
    executions,
    extensions,
    functions,
    tags,
    upkeep,
    visibility,
    workflow_types,
)
from flowy.service.operations.functions import (
    ClaimFunction,
    CompleteFunction,
    FailFunction,
)
from flowy.service.operations.unit import Unit
from flowy.service.operations.upkeep import (
    DeleteExpired,
    ExpireDue,
)
from flowy.service.store.states import Kept

Operation = Callable[[Unit, Any], Any]

OPERATIONS: dict[type[Request[Any]], Operation] = {
    ClaimFunction: functions.claim_function,
    CompleteFunction: functions.complete_function,
    CountClosedWorkflowExecutions: visibility.count_closed_workflow_executions,
    CountOpenWorkflowExecutions: visibility.count_open_workflow_executions,
    CountPendingActivityTasks: visibility.count_pending_activity_tasks,
    CountPendingDecisionTasks: visibility.count_pending_decision_tasks,
    DeleteActivityType: activity_types.delete_activity_type,
    DeleteExpired: upkeep.delete_expired,
    DeleteWorkflowType: workflow_types.delete_workflow_type,
    DeprecateActivityType: activity_types.deprecate_activity_type,
    DeprecateDomain: domains.deprecate_domain,
    DeprecateWorkflowType: workflow_types.deprecate_workflow_type,
    DescribeActivityType: activity_types.describe_activity_type,
    DescribeDomain: domains.describe_domain,
    DescribeOpenActivityTasks: extensions.describe_open_activity_tasks,
    DescribeWorkflowExecution: executions.describe_workflow_execution,
    DescribeWorkflowType: workflow_types.describe_workflow_type,
    EndPolls: extensions.end_polls,
    ExpireDue: upkeep.expire_due,
    FailFunction: functions.fail_function,
    GetWorkflowExecutionHistory: executions.get_workflow_execution_history,
    LeaveTaskList: extensions.leave_task_list,
    ListActivityTypes: activity_types.list_activity_types,
    ListClosedWorkflowExecutions: visibility.list_closed_workflow_executions,
    ListDomains: domains.list_domains,
    ListOpenWorkflowExecutions: visibility.list_open_workflow_executions,
    ListTagsForResource: tags.list_tags_for_resource,
    ListWorkflowTypes: workflow_types.list_workflow_types,
    PollForActivityTask: activity_tasks.poll_for_activity_task,
    PollForDecisionTask: decision_tasks.poll_for_decision_task,
    RecordActivityTaskHeartbeat: activity_tasks.record_activity_task_heartbeat,
    RegisterActivityType: activity_types.register_activity_type,
    RegisterDomain: domains.register_domain,
    RegisterWorkflowType: workflow_types.register_workflow_type,
    RequestCancelWorkflowExecution: executions.request_cancel_workflow_execution,
    RespondActivityTaskCanceled: activity_tasks.respond_activity_task_canceled,
    RespondActivityTaskCompleted: activity_tasks.respond_activity_task_completed,
    RespondActivityTaskFailed: activity_tasks.respond_activity_task_failed,
    RespondDecisionTaskCompleted: decision_tasks.respond_decision_task_completed,
    SignalWorkflowExecution: executions.signal_workflow_execution,
    StartWorkflowExecution: executions.start_workflow_execution,
    TagResource: tags.tag_resource,
    TerminateWorkflowExecution: executions.terminate_workflow_execution,
    UndeprecateActivityType: activity_types.undeprecate_activity_type,
    UndeprecateDomain: domains.undeprecate_domain,
    UndeprecateWorkflowType: workflow_types.undeprecate_workflow_type,
    UntagResource: tags.untag_resource,
}

Look = Callable[[Unit, Any, int], Sequence[Any]]
HandOut = Callable[[Unit, Any, Kept, int], Any]

LOOKS: dict[type[Request[Any]], Look] = {
    PollForActivityTask: activity_tasks.poll_for_activity_tasks,
    PollForDecisionTask: decision_tasks.poll_for_decision_tasks,
}
"""The polls: what hands out several tasks at once."""

HAND_OUTS: dict[type[Request[Any]], HandOut] = {
    PollForActivityTask: activity_tasks.hand_out,
    PollForDecisionTask: decision_tasks.hand_out,
}
"""The polls: what hands out a task that is known."""

READS: frozenset[type[Request[Any]]] = frozenset(
    {
        CountClosedWorkflowExecutions,
        CountOpenWorkflowExecutions,
        CountPendingActivityTasks,
        CountPendingDecisionTasks,
        DescribeActivityType,
        DescribeDomain,
        DescribeWorkflowType,
        EndPolls,
        GetWorkflowExecutionHistory,
        ListActivityTypes,
        ListClosedWorkflowExecutions,
        ListDomains,
        ListOpenWorkflowExecutions,
        ListTagsForResource,
        ListWorkflowTypes,
    }
)
"""Requests whose operations change nothing and use no kept state; readers do not wait for the
writer. To describe an execution takes its state, which only the writer may use."""
