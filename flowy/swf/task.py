"""The proxies that users put on their workflows, by name and version."""

from typing import Any

from flowy.task.definition import type_id
from flowy.task.function import LambdaProxy
from flowy.task.proxy import ActivityProxy as GenericActivityProxy
from flowy.task.proxy import WorkflowProxy as GenericWorkflowProxy

__all__ = ["ActivityProxy", "LambdaProxy", "WorkflowProxy"]


class ActivityProxy(GenericActivityProxy):
    """Stands for the activity of a name and version.

    Args:
        name: The activity type's name.
        version: The activity type's version; 1 and "1" are the same.
        **options: As `flowy.task.ActivityProxy` takes them.

    Raises:
        DefinitionError: SWF does not take such a name, or an option's value can never work.
    """

    def __init__(self, name: Any, version: Any, **options: Any) -> None:
        super().__init__(type_id(name, version), **options)


class WorkflowProxy(GenericWorkflowProxy):
    """Stands for the workflow of a name and version, started as a child.

    Args:
        name: The workflow type's name.
        version: The workflow type's version; 1 and "1" are the same.
        **options: As `flowy.task.WorkflowProxy` takes them.

    Raises:
        DefinitionError: SWF does not take such a name, or an option's value can never work.
    """

    def __init__(self, name: Any, version: Any, **options: Any) -> None:
        super().__init__(type_id(name, version), **options)
