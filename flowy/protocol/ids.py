"""What names a thing: types, executions, task lists."""

from flowy.protocol.fields import Name, Version, WorkflowId, WorkflowRunId
from flowy.protocol.value import Value


class TypeId(Value):
    """A workflow type or an activity type (SWF's ``WorkflowType`` and ``ActivityType``)."""

    name: Name
    version: Version

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class ExecutionId(Value):
    """One run of a workflow (SWF's ``WorkflowExecution``)."""

    workflow_id: WorkflowId
    run_id: WorkflowRunId

    def __str__(self) -> str:
        return f"{self.workflow_id} (run {self.run_id})"


class TaskList(Value):
    """Where tasks of a kind wait for those who poll it."""

    name: Name
