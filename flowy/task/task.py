"""What activities and workflows have in common."""

from collections.abc import Mapping
from typing import Any

from flowy.task.signature import signature_of
from flowy.transport import serializer


class Task:
    """One task: made anew for each, with its input and what runs it.

    Override ``_deserialize_arguments`` and ``_serialize_result`` to change the transport, together
    with their counterparts on the proxies and the starter.

    Args:
        input: The text that the arguments came in.
        scheduler: What runs the task: a `flowy.task.context.WorkflowContext` or `ActivityContext`.
        token: The handle by which the service knows the task.
    """

    def __init__(self, input: str | None, scheduler: Any, token: str) -> None:
        self._input = input
        self._scheduler = scheduler
        self._token = token

    @property
    def token(self) -> str:
        """The handle by which the service knows the task."""
        return str(self._token)

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Do the work; override it, with ``def`` or ``async def``."""
        raise NotImplementedError(f"{type(self).__name__} has no run method: define one")

    def _deserialize_arguments(self) -> tuple[list[Any], Mapping[str, Any]]:
        cls = type(self)
        return signature_of(cls).load(  # type: ignore[arg-type]  # it hashes
            self._input, cls.__name__
        )

    def _serialize_result(self, result: Any) -> str:
        return serializer.dump(result, f"the result of {type(self).__name__}", None)
