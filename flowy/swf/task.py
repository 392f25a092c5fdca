"""The proxies that users put on their workflows: by class or function, or by name and version."""

from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, TypeVar, Unpack, overload

from flowy.task.activity import Activity
from flowy.task.calling import P, Q, R, Runs, RunsAsync, T
from flowy.task.definition import type_id
from flowy.task.function import LambdaProxy
from flowy.task.option_names import ActivityProxyOptions, ChildProxyOptions
from flowy.task.proxy import ActivityProxy as GenericActivityProxy
from flowy.task.proxy import WorkflowProxy as GenericWorkflowProxy
from flowy.task.result import Result

ActivityT = TypeVar("ActivityT", bound=Activity)

__all__ = ["ActivityProxy", "LambdaProxy", "WorkflowProxy"]


class ActivityProxy(GenericActivityProxy[P, R]):
    """Stands for an activity.

    Args:
        name: The activity type's name, or the class or function that declares the activity. Of
            these, type checkers check arguments and result, and values are read by annotations.
        version: The activity type's version; 1 and "1" are the same. None with a class or function.
        **options: As `flowy.task.ActivityProxy` takes them.

    Raises:
        DefinitionError: SWF does not take such a name, an option's value can never work, or the
            class or function declares no activity, or several.
    """

    @overload
    def __init__(
        self: "ActivityProxy[Q, T]",
        name: type[RunsAsync[Q, T]],
        **options: Unpack[ActivityProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "ActivityProxy[Q, T]", name: type[Runs[Q, T]], **options: Unpack[ActivityProxyOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: "ActivityProxy[Q, T]",
        name: Callable[Concatenate[ActivityT, Q], Coroutine[Any, Any, T]],
        **options: Unpack[ActivityProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "ActivityProxy[Q, T]",
        name: Callable[Concatenate[ActivityT, Q], T],
        **options: Unpack[ActivityProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "ActivityProxy[Q, T]",
        name: Callable[Q, Coroutine[Any, Any, T]],
        **options: Unpack[ActivityProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "ActivityProxy[Q, T]", name: Callable[Q, T], **options: Unpack[ActivityProxyOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: "ActivityProxy[..., Any]", name: str, version: Any, **options: Any
    ) -> None: ...
    def __init__(self, name: Any, version: Any = None, **options: Any) -> None:
        super().__init__(name if version is None else type_id(name, version), **options)


class WorkflowProxy(GenericWorkflowProxy[P, R]):
    """Stands for a workflow, started as a child.

    Args:
        name: The workflow type's name, or the class or function that declares the workflow. Of
            these, type checkers check arguments and result, and values are read by annotations.
        version: The workflow type's version; 1 and "1" are the same. None with a class or function.
        **options: As `flowy.task.WorkflowProxy` takes them.

    Raises:
        DefinitionError: SWF does not take such a name, an option's value can never work, or the
            class or function declares no workflow, or several.
    """

    @overload
    def __init__(
        self: "WorkflowProxy[Q, T]",
        name: type[RunsAsync[Q, T]],
        **options: Unpack[ChildProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "WorkflowProxy[Q, T]",
        name: type[Runs[Q, Result[T]]],
        **options: Unpack[ChildProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "WorkflowProxy[Q, T]", name: type[Runs[Q, T]], **options: Unpack[ChildProxyOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: "WorkflowProxy[Q, T]",
        name: Callable[Concatenate[Any, Q], Coroutine[Any, Any, T]],
        **options: Unpack[ChildProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "WorkflowProxy[Q, T]",
        name: Callable[Concatenate[Any, Q], Result[T]],
        **options: Unpack[ChildProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "WorkflowProxy[Q, T]",
        name: Callable[Concatenate[Any, Q], T],
        **options: Unpack[ChildProxyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: "WorkflowProxy[..., Any]", name: str, version: Any, **options: Any
    ) -> None: ...
    def __init__(self, name: Any, version: Any = None, **options: Any) -> None:
        super().__init__(name if version is None else type_id(name, version), **options)
