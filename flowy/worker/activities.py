"""Activity tasks: poll, run the user's code, answer.

Whatever user code does, short of ending the process, becomes the task's answer; a result that did
not arrive is sent again while the task may still be alive.
"""

import logging

from flowy.errors import Fault, SuspendTask
from flowy.protocol.faults import SerializationException, ValidationException
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.tasks import ActivityTask
from flowy.task import runs
from flowy.task.definition import ActivityDefinition
from flowy.task.registry import Registry
from flowy.task.task import Task
from flowy.transport import failure, serializer
from flowy.worker.cataloguing import run_of
from flowy.worker.exchange import Exchange
from flowy.worker.heartbeat import Heartbeat, Pulse
from flowy.worker.listener import ExecutionListener
from flowy.worker.poller import Source
from flowy.worker.strategies.inline import InlineStrategy
from flowy.worker.strategies.strategy import Strategy

logger = logging.getLogger(__name__)

Answer = RespondActivityTaskCompleted | RespondActivityTaskFailed


class ActivityPoller:
    """Does the activities of one task list, one at a time.

    Args:
        source: Where the tasks come from.
        registry: The activity types that are served.
        strategy: Runs the user's code.
        catalog: Has the runs that activities store files in.
    """

    def __init__(
        self,
        source: Source,
        registry: Registry[ActivityDefinition],
        strategy: Strategy | None = None,
        *,
        catalog: ExecutionListener | None = None,
    ) -> None:
        self.source = source
        self._registry = registry
        self._strategy = InlineStrategy() if strategy is None else strategy
        self._catalog = catalog
        self._pulse = Pulse(source.clock)
        self._poll = PollForActivityTask(
            domain=source.domain,
            task_list=TaskList(name=source.task_list),
            identity=source.identity,
        )
        self._exchange = Exchange(source, lambda: self._poll)

    @property
    def has_begun(self) -> bool:
        """Whether the next poll was begun with the last answer."""
        return self._exchange.has_begun

    def poll(self) -> ActivityTask | None:
        """Wait for an activity task."""
        task = self._exchange.poll()
        return task if task.task_token else None

    def handle(self, task: ActivityTask, more: int = 0) -> None:
        """Do the work, and answer; a task of an unknown type is left to time out."""
        definition = None if task.activity_type is None else self._registry.get(task.activity_type)
        if definition is None:
            self._log_unknown(task)
            return
        heartbeat = Heartbeat(
            self.source.client,
            task.task_token,
            _named(task),
            self.source.clock,
            definition.heartbeat,
        )
        with self._pulse.beating(heartbeat):
            answer = self._perform(definition, task, heartbeat)
            if answer is not None:
                heartbeat.answering()
                self._send(definition, task, answer, more)

    def close(self) -> None:
        """Let go of the loop and of the thread that heartbeats."""
        self._exchange.close()
        self._pulse.close()
        self._strategy.close()

    def _perform(
        self, definition: ActivityDefinition, task: ActivityTask, heartbeat: Heartbeat
    ) -> Answer | None:
        try:
            activity: Task = definition.factory(task.input, heartbeat, task.task_token)
            args, kwargs = activity._deserialize_arguments()
            with runs.within(run_of(self._catalog, self.source, task)):
                value = self._strategy.run(activity.run, args, kwargs)
            result = serializer.check(
                activity._serialize_result(value), f"the result of {definition.id}"
            )
        except SuspendTask:
            logger.info("%s is left open for whoever holds its token", _named(task))
            return None
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # even SystemExit: it ends the task, not the worker
            logger.exception("%s failed", _named(task))
            return _failed(task, error)
        return RespondActivityTaskCompleted(task_token=task.task_token, result=result)

    def _send(
        self, definition: ActivityDefinition, task: ActivityTask, answer: Answer, more: int
    ) -> None:
        what = f"answering {_named(task)}"
        longest = max(definition.schedule_to_close, definition.start_to_close)
        deadline = self.source.clock.now() + longest
        (error,) = self._exchange.answer([answer], what, deadline, more)
        if isinstance(error, SerializationException | ValidationException):
            self._send_refusal(definition, task, answer, error)
        elif error is not None:
            logger.warning("%s failed: %s: %s", what, type(error).__name__, error)

    def _send_refusal(
        self, definition: ActivityDefinition, task: ActivityTask, answer: Answer, error: Fault
    ) -> None:
        """Fail a task whose result the service does not take, so that its workflow learns why."""
        logger.error("the answer of %s was refused: %s", _named(task), error)
        if isinstance(answer, RespondActivityTaskCompleted):
            self._send(definition, task, _failed(task, error), 0)

    def _log_unknown(self, task: ActivityTask) -> None:
        logger.error(
            "%s: this worker does not serve that type, the task is left to time out; on task list "
            "%s it serves %s",
            _named(task),
            self.source.task_list,
            ", ".join(sorted(str(definition.id) for definition in self._registry)) or "nothing",
        )


def _named(task: ActivityTask) -> str:
    return f"activity {task.activity_type} #{task.activity_id} of {task.workflow_execution}"


def _failed(task: ActivityTask, error: BaseException) -> RespondActivityTaskFailed:
    reason, details = failure.describe(error)
    return RespondActivityTaskFailed(task_token=task.task_token, reason=reason, details=details)
