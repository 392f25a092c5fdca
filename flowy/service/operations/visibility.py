"""Executions and tasks by the many: lists and counts."""

from typing import Any

from flowy.protocol.executions import (
    ExecutionTimeFilter,
    WorkflowExecutionCount,
    WorkflowExecutionInfos,
)
from flowy.protocol.faults import ValidationException
from flowy.protocol.requests.visibility import (
    CountClosedWorkflowExecutions,
    CountOpenWorkflowExecutions,
    CountPendingActivityTasks,
    CountPendingDecisionTasks,
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)
from flowy.protocol.tasks import PendingTaskCount
from flowy.service.domain.change import TaskKind
from flowy.service.operations.paging import make_token, page_size, resume
from flowy.service.operations.unit import Unit
from flowy.service.store import tasks, visibility
from flowy.service.store.tasks import TaskQueue
from flowy.service.store.visibility import Filter, Position, TimeColumn

FILTERS = ("close_status_filter", "execution_filter", "tag_filter", "type_filter")


def list_open_workflow_executions(
    unit: Unit, request: ListOpenWorkflowExecutions
) -> WorkflowExecutionInfos:
    """List open executions, the newest first.

    Raises:
        UnknownResourceFault: There is no such domain.
        ValidationException: More than one filter is given.
    """
    return _listed(unit, request, _open_filter(unit, request))


def list_closed_workflow_executions(
    unit: Unit, request: ListClosedWorkflowExecutions
) -> WorkflowExecutionInfos:
    """List closed executions, the newest first by the time that is filtered.

    Raises:
        UnknownResourceFault: There is no such domain.
        ValidationException: Not exactly one time filter, or more than one other, is given.
    """
    return _listed(unit, request, _closed_filter(unit, request))


def count_open_workflow_executions(
    unit: Unit, request: CountOpenWorkflowExecutions
) -> WorkflowExecutionCount:
    """Count open executions; the faults are those of the list."""
    return _counted(unit, _open_filter(unit, request))


def count_closed_workflow_executions(
    unit: Unit, request: CountClosedWorkflowExecutions
) -> WorkflowExecutionCount:
    """Count closed executions; the faults are those of the list."""
    return _counted(unit, _closed_filter(unit, request))


def count_pending_activity_tasks(
    unit: Unit, request: CountPendingActivityTasks
) -> PendingTaskCount:
    """Count the activity tasks that wait on a list.

    Raises:
        UnknownResourceFault: There is no such domain.
    """
    return _pending(unit, "activity", request)


def count_pending_decision_tasks(
    unit: Unit, request: CountPendingDecisionTasks
) -> PendingTaskCount:
    """Count the decision tasks that wait on a list.

    Raises:
        UnknownResourceFault: There is no such domain.
    """
    return _pending(unit, "decision", request)


def _pending(unit: Unit, kind: TaskKind, request: Any) -> PendingTaskCount:
    domain = unit.domain(request.domain)
    queue = TaskQueue(domain=domain.id, kind=kind, task_list=request.task_list.name)
    count = tasks.count(unit.session, queue, tasks.COUNTED + 1)
    return PendingTaskCount(count=min(count, tasks.COUNTED), truncated=count > tasks.COUNTED)


def _listed(unit: Unit, request: Any, wanted: Filter) -> WorkflowExecutionInfos:
    size = page_size(unit, request.maximum_page_size)
    after = resume(unit, request, request.next_page_token, Position)
    reverse = bool(request.reverse_order)
    found = visibility.page(unit.session, wanted, after, size + 1, reverse=reverse)
    token = make_token(unit, request, found[size - 1].position) if len(found) > size else None
    infos = tuple(each.info for each in found[:size])
    return WorkflowExecutionInfos(execution_infos=infos, next_page_token=token)


def _counted(unit: Unit, wanted: Filter) -> WorkflowExecutionCount:
    count = visibility.count(unit.session, wanted, visibility.COUNTED + 1)
    return WorkflowExecutionCount(
        count=min(count, visibility.COUNTED), truncated=count > visibility.COUNTED
    )


def _open_filter(unit: Unit, request: Any) -> Filter:
    return _filter(unit, request, "started_at", request.start_time_filter, is_open=True)


def _closed_filter(unit: Unit, request: Any) -> Filter:
    by_start, by_close = request.start_time_filter, request.close_time_filter
    if (by_start is None) == (by_close is None):
        raise ValidationException("Must specify exactly one of startTimeFilter or closeTimeFilter")
    column: TimeColumn = "closed_at" if by_start is None else "started_at"
    return _filter(unit, request, column, by_start or by_close, is_open=False)


def _filter(
    unit: Unit, request: Any, column: TimeColumn, times: ExecutionTimeFilter, *, is_open: bool
) -> Filter:
    given = [name for name in FILTERS if getattr(request, name, None) is not None]
    if len(given) > 1:
        raise ValidationException(
            "Cannot specify more than one exclusive filters in the same query: "
            + ", ".join(_camel(name) for name in given)
        )
    if times.latest_date is not None and times.latest_date < times.oldest_date:
        raise ValidationException("oldestDate must not be later than latestDate")
    by_run, by_type, by_tag = request.execution_filter, request.type_filter, request.tag_filter
    by_status = getattr(request, "close_status_filter", None)
    return Filter(
        domain=unit.domain(request.domain).id,
        is_open=is_open,
        time=column,
        oldest=times.oldest_date,
        latest=times.latest_date,
        workflow_id=by_run.workflow_id if by_run else None,
        type_name=by_type.name if by_type else None,
        type_version=(by_type.version or None) if by_type else None,
        tag=by_tag.tag if by_tag else None,
        close_status=by_status.status if by_status else None,
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
