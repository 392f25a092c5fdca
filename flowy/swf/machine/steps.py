"""Tasks of a machine that are recorded: as activities, or as local steps.

A marked task is a function like any other. It asks the engine that calls it whether it performs
tasks elsewhere; a durable engine does, and any other engine has it run right there. So the same
definition runs in both.
"""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from flowy.decider.loop import DeterministicLoop
from flowy.errors import WorkflowError, WorkflowTransition
from flowy.machine.engine import GenericWorkflowEngine
from flowy.swf.machine import travel
from flowy.swf.machine.travel import Outcome, Situation
from flowy.swf.task import ActivityProxy
from flowy.task.activity import Activity
from flowy.task.decorators import attach_activity, define_activity

Task = Callable[[Any, Any], Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A task that is recorded.

    Args:
        function: What it does.
        token_type: What the token is made of before it is called; None leaves what JSON gives.
        proxy: The activity that calls the function elsewhere; None calls it in the decision.
    """

    function: Task
    token_type: Any = None
    proxy: Any = None


class StepEngine(GenericWorkflowEngine):
    """What stands for the engine where a task runs alone, elsewhere.

    It has the token, ``extra_data``, the position and all calls that steer, but no other tokens.

    Attributes:
        activity: The activity that runs the task, to heartbeat; None in a local step.
    """

    activity: Activity | None = None


class StepActivity(Activity):
    """Runs one task of a machine; made by ``activity_step``."""

    step: Step

    def run(self, situation: dict[str, Any]) -> Any:
        """Call the task; an async one is awaited."""
        call = _Call(self.step, msgspec.convert(situation, Situation), self)
        answer = call.begin()
        return call.finish_later(answer) if inspect.isawaitable(answer) else answer


def activity_step(
    name: Any, version: Any, task_list: Any, *, token_type: Any = None, **options: Any
) -> Callable[[Task], Task]:
    """Mark a task to be done by the activity workers of a task list; it stands in their module.

    Args:
        name: The activity type's name.
        version: The activity type's version.
        task_list: Where its tasks wait.
        token_type: A dataclass or msgspec struct that the token is made into; None leaves it as
            JSON has it.
        options: ``heartbeat``, ``schedule_to_close``, ``schedule_to_start`` and ``start_to_close``
            as ``flowy.swf.scanner.activity`` takes them; ``retry`` and ``delay`` as
            ``flowy.swf.task.ActivityProxy`` does.

    Raises:
        DefinitionError: A value can never work.
    """
    asked = {key: options.pop(key) for key in ("retry", "delay") if key in options}
    proxy = ActivityProxy(name, version, **asked)

    def mark(function: Task) -> Task:
        step = Step(function=function, token_type=token_type, proxy=proxy)
        body = {"step": step, "__module__": function.__module__, "__doc__": function.__doc__}
        activity = type(function.__qualname__, (StepActivity,), body)
        task = _marked(step)
        attach_activity(task, define_activity(activity, name, version, task_list, **options))
        return task

    return mark


def local_step(function: Task | None = None, *, token_type: Any = None) -> Any:
    """Mark a task to be done in the decision, once, with its outcome kept in the history.

    It may look at the clock, at chance, at a file; it must be quick and must not be async. A task
    without a mark runs again in every replay, and so must do none of these.

    Args:
        function: The task, when the decorator has no arguments.
        token_type: As for ``activity_step``.
    """
    if function is not None:
        return _marked(Step(function=function))
    return lambda function: _marked(Step(function=function, token_type=token_type))


def perform_here(step: Step, situation: Situation) -> Outcome:
    """Call a local step and return what it came to, errors too.

    Raises:
        WorkflowError: It is async.
    """
    call = _Call(step, situation, None)
    try:
        answer = call.begin()
    except Exception as error:
        call.eng.log.exception("the local step %s failed", step.function)
        return Outcome(error=(f"{type(error).__module__}.{type(error).__qualname__}", str(error)))
    if isinstance(answer, Outcome):
        return answer
    if inspect.iscoroutine(answer):
        answer.close()
    raise WorkflowError(f"{step.function} is async: a local step cannot be, an activity step can")


class _Call:
    """One call of a task, on a copy of its token.

    Args:
        step: The task.
        situation: What it is called with.
        activity: What runs it.
    """

    def __init__(self, step: Step, situation: Situation, activity: Activity | None) -> None:
        self._step = step
        self._situation = situation
        # A second copy: the task changes its own, and is compared with this one.
        copy = msgspec.convert(travel.plain(situation, "a task's situation"), Situation)
        kind = step.token_type
        self._token = copy.token if kind is None else msgspec.convert(copy.token, kind)
        self.eng = StepEngine()
        self.eng.activity = activity
        self.eng.objects = [self._token]
        self.eng.state.token_pos = 0
        self.eng.state.callback_pos = copy.callback_pos
        self.eng.extra_data.update(copy.extra_data)

    def begin(self) -> Any:
        """Call the task; return its outcome, or an awaitable that ``finish_later`` takes."""
        try:
            value = self._step.function(self._token, self.eng)
        except WorkflowTransition as transition:
            return self._outcome(None, transition)
        return value if inspect.isawaitable(value) else self._outcome(value, None)

    async def finish_later(self, answer: Awaitable[Any]) -> Outcome:
        """Await the task and return its outcome."""
        try:
            value = await answer
        except WorkflowTransition as transition:
            return self._outcome(None, transition)
        return self._outcome(value, None)

    def _outcome(self, value: Any, transition: WorkflowTransition | None) -> Outcome:
        before = self._situation
        token = travel.plain(self._token, "the token")
        extra_data = travel.plain(travel.kept(self.eng.extra_data), "extra_data")
        name, arguments = (None, ()) if transition is None else travel.describe(transition)
        return Outcome(
            token=travel.difference(before.token, token),
            extra_data=travel.difference(before.extra_data, extra_data),
            value=_answer(value),
            transition=name,
            arguments=arguments,
        )


def _answer(value: Any) -> Any:
    """Return what a task returned; only conditions' answers matter, and of the rest the truth."""
    try:
        return travel.plain(value, "the answer")
    except WorkflowError:
        return bool(value)


def _marked(step: Step) -> Task:
    @functools.wraps(step.function)
    def task(obj: Any, eng: Any) -> Any:
        perform = getattr(eng, "perform", None)
        if perform is not None:
            return perform(step, obj)
        if not isinstance(eng, StepEngine) and _in_workflow():
            raise WorkflowError(
                f"{step.function.__qualname__} is to be recorded, but the {type(eng).__name__} "
                "that calls it records nothing: in a workflow leave out the engine of RUN_WF, and "
                "derive your own from DurableEngine"
            )
        return step.function(obj, eng)

    return task


def _in_workflow() -> bool:
    try:
        return isinstance(asyncio.get_running_loop(), DeterministicLoop)
    except RuntimeError:
        return False
