"""Start executions of a workflow type."""

import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic

import msgspec

from flowy.errors import Fault, ServiceUnavailable
from flowy.listening import tell
from flowy.protocol.client import SwfClient
from flowy.protocol.executions import Run
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.executions import StartWorkflowExecution
from flowy.task.declared import dump_for, named
from flowy.task.definition import WorkflowDefinition, checked_name
from flowy.task.option_values import TAGS_MAXIMUM, seconds_or_none, task_list_or_none
from flowy.task.option_values import tag as checked_tag
from flowy.task.options import ChildPolicy, read
from flowy.telemetry import SILENT, Telemetry, Work
from flowy.transport import carrying, serializer
from flowy.transport.packing import PACKING, Packing
from flowy.worker.listener import ExecutionListener

if TYPE_CHECKING:
    from typing_extensions import ParamSpec  # typing has the default only from 3.13 on

    P = ParamSpec("P", default=...)
else:
    from typing import ParamSpec

    P = ParamSpec("P")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Block:
    """What the blocks around a start say."""

    workflow_id: str | None = None
    tags: frozenset[str] = frozenset()


_blocks: ContextVar[Mapping["WorkflowStarter[...]", _Block]] = ContextVar("flowy_starter_blocks")


class WorkflowStarter(Generic[P]):
    """Starts executions when it is called with the arguments of ``run``.

    One starter may be used by several threads and asyncio tasks: blocks are seen by their own only.
    Override ``_serialize_arguments`` to change the transport, together with the workflow's side.

    Args:
        name: The workflow type's name, or the class or function that declares the workflow: its
            annotations then check the arguments.
        version: The workflow type's version; 1 and "1" are the same. None with a class or function.
        client: The service.
        domain: Where the executions start.
        task_list: Where their decision tasks wait; None is the registered default.
        decision_duration: Longest time for one decision, in seconds; None, and what is not
            positive, is the registered default.
        workflow_duration: Longest time from start to close, in seconds; likewise.
        catalog: Is told each start.
        packing: How arguments travel.
        telemetry: Surrounds each start.
        task_priority: Which decision tasks of a list go first: those with the higher number; None
            is the registered default.
        child_policy: What becomes of the execution's open children when it is terminated or runs
            out of time: ``TERMINATE``, ``REQUEST_CANCEL`` or ``ABANDON``; None likewise.
        lambda_role: The IAM role with which it invokes Lambda functions; None likewise.

    Raises:
        DefinitionError: SWF does not take such a name, or a setting can never work.
    """

    def __init__(
        self,
        name: Any,
        version: Any,
        client: SwfClient,
        domain: str,
        task_list: str | None = None,
        decision_duration: int | None = None,
        workflow_duration: int | None = None,
        *,
        catalog: ExecutionListener | None = None,
        packing: Packing = PACKING,
        telemetry: Telemetry = SILENT,
        task_priority: int | None = None,
        child_policy: ChildPolicy | None = None,
        lambda_role: str | None = None,
    ) -> None:
        self._packing = packing
        self._telemetry = telemetry
        self._type, self._target = named(name, version, WorkflowDefinition)
        self._client = client
        checked_name(domain, "domain")
        self._domain = domain
        listed = task_list_or_none(task_list, "task_list")
        self._task_list = None if listed is None else TaskList(name=listed)
        self._catalog = catalog
        self._decision_duration = _duration(decision_duration, "decision_duration")
        self._workflow_duration = _duration(workflow_duration, "workflow_duration")
        self._settings = read(
            {
                "task_priority": task_priority,
                "child_policy": child_policy,
                "lambda_role": lambda_role,
            }
        )

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> str | None:
        """Start an execution.

        Returns:
            The run id, or None when the service refused or could not be reached; the log says why.

        Raises:
            PayloadError: An argument cannot travel, or the workflow does not take it.
        """
        request = self.request(*args, **kwargs)
        try:
            run_id = self._started(request).run_id
        except (Fault, ServiceUnavailable) as error:
            logger.error(  # noqa: TRY400 -- the traceback would only show our own call
                "workflow %s was not started as %s in domain %s: %s: %s",
                self._type,
                request.workflow_id,
                self._domain,
                type(error).__name__,
                error,
            )
            return None
        if self._catalog is not None and run_id is not None:
            self._tell(self._catalog, request, run_id)
        return run_id

    def _started(self, request: StartWorkflowExecution) -> Run:
        if self._telemetry.tracer is None:
            return self._client.call(request)
        work = Work(
            kind="start",
            domain=self._domain,
            workflow_id=request.workflow_id,
            run_id="",
            type=str(self._type),
        )
        context = copy_context()
        span = self._telemetry.begin(work, context)
        if span is None or request.input is None:
            return context.run(self._client.call, request)
        text = carrying.attach(request.input, span.carried, serializer.MAXIMUM)
        error: BaseException | None = None
        try:
            return context.run(self._client.call, msgspec.structs.replace(request, input=text))
        except BaseException as raised:
            error = raised
            raise
        finally:
            span.end(error)

    def _tell(
        self, catalog: ExecutionListener, request: StartWorkflowExecution, run_id: str
    ) -> None:
        workflow_id = request.workflow_id
        tell(
            f"{self._type} was started as {workflow_id}",
            lambda: catalog.pending(
                self._domain, workflow_id, run_id, str(self._type), self._text(request)
            ),
        )

    def request(self, *args: P.args, **kwargs: P.kwargs) -> StartWorkflowExecution:
        """Make the request that a call with these arguments sends."""
        block = self._block()
        priority = self._settings["task_priority"]
        return StartWorkflowExecution(
            domain=self._domain,
            workflow_id=block.workflow_id or self.new_id(),
            workflow_type=self._type,
            task_list=self._task_list,
            input=self._input(args, kwargs),
            tag_list=tuple(sorted(block.tags)) or None,
            execution_start_to_close_timeout=self._workflow_duration,
            task_start_to_close_timeout=self._decision_duration,
            task_priority=None if priority is None else str(priority),
            child_policy=self._settings["child_policy"],
            lambda_role=self._settings["lambda_role"],
        )

    @staticmethod
    def new_id() -> str:
        """Return a workflow id that nobody else has."""
        return str(uuid.uuid4())

    @contextmanager
    def id(self, workflow_id: Any) -> Iterator[None]:
        """Start with this workflow id inside the block; an inner block wins.

        Raises:
            DefinitionError: SWF does not take it.
        """
        text = checked_name(workflow_id, "workflow id")
        with self._within(replace(self._block(), workflow_id=text)):
            yield

    @contextmanager
    def tags(self, *tags: Any) -> Iterator[None]:
        """Start with these tags, and those of the blocks around, inside the block.

        Raises:
            ValueError: They are more than five, or one is longer than 256 characters.
        """
        block = self._block()
        union = block.tags | {checked_tag(tag) for tag in tags}
        if len(union) > TAGS_MAXIMUM:
            raise ValueError(f"SWF takes {TAGS_MAXIMUM} tags, not {len(union)}: {sorted(union)}")
        with self._within(replace(block, tags=union)):
            yield

    def _serialize_arguments(self, *args: Any, **kwargs: Any) -> str:
        if self._target is None:
            return serializer.dump_arguments(args, kwargs, str(self._type), None)
        return dump_for(self._target, args, kwargs, str(self._type))

    def _text(self, request: StartWorkflowExecution) -> str | None:
        text = request.input
        return None if text is None else self._packing.unpack(text, "the arguments")

    def _input(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        text = self._serialize_arguments(*args, **kwargs)
        return self._packing.pack(text, f"the arguments of {self._type}")

    def _block(self) -> _Block:
        return _blocks.get({}).get(self, _Block())

    @contextmanager
    def _within(self, block: _Block) -> Iterator[None]:
        token = _blocks.set({**_blocks.get({}), self: block})
        try:
            yield
        finally:
            _blocks.reset(token)


def _duration(value: Any, name: str) -> str | None:
    found = seconds_or_none(value, name)
    return None if found is None else str(found)
