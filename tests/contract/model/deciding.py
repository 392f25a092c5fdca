"""What an answer to a decision task makes of the model: one table from decision to function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flowy.protocol import decisions as d
from flowy.protocol.ids import TaskList, TypeId
from tests.contract.model.world import CHILD_SECONDS, ROOT_SECONDS, Activity, Run, World

WORKFLOW = TypeId(name="Order", version="1")
ACTIVITY = TypeId(name="Pay", version="1")


@dataclass
class Answer:
    """An answer while it is carried out; messages leave when all decisions are done."""

    world: World
    run: Run
    now: float
    news: bool
    wakes: bool = False
    messages: list[Callable[[], None]] = field(default_factory=list)


def carry_out(world: World, run: Run, decisions: Sequence[d.Decision], now: float) -> None:
    """Do with the model what the service does with the answer of the run's decider."""
    answer = Answer(world, run, now, news=run.waits)
    for decision in decisions:
        _RULES[type(decision)](answer, decision)
    run.in_hand = False
    run.waits = run.is_open and (run.waits or answer.wakes)
    for message in answer.messages:
        message()


def _schedule(answer: Answer, decision: d.ScheduleActivityTask) -> None:
    name = decision.attributes.activity_id
    if name in answer.run.activities:
        answer.wakes = True
    else:
        answer.run.activities[name] = Activity()


def _cancel_activity(answer: Answer, decision: d.RequestCancelActivityTask) -> None:
    name = decision.attributes.activity_id
    activity = answer.run.activities.get(name)
    if activity is None:
        answer.wakes = True
    elif activity.due is None:
        del answer.run.activities[name]
        answer.wakes = True
    else:
        activity.cancel_requested = True


def _start_timer(answer: Answer, decision: d.StartTimer) -> None:
    asked = decision.attributes
    if asked.timer_id in answer.run.timers:
        answer.wakes = True
    else:
        answer.run.timers[asked.timer_id] = answer.now + int(asked.start_to_fire_timeout)


def _cancel_timer(answer: Answer, decision: d.CancelTimer) -> None:
    if answer.run.timers.pop(decision.attributes.timer_id, None) is None:
        answer.wakes = True


def _start_child(answer: Answer, decision: d.StartChildWorkflowExecution) -> None:
    asked, parent = decision.attributes, answer.run

    def start() -> None:
        if answer.world.open_run(asked.workflow_id) is None:
            answer.world.runs.append(
                Run(
                    workflow_id=asked.workflow_id,
                    run_id="",
                    task_list=asked.task_list.name if asked.task_list else "",
                    due=answer.now + CHILD_SECONDS,
                    policy=asked.child_policy or "",
                    parent=parent,
                )
            )
        parent.waits = parent.is_open

    answer.messages.append(start)


def _tell(answer: Answer, decision: d.SignalExternalWorkflowExecution) -> None:
    def tell() -> None:
        target = answer.world.open_run(decision.attributes.workflow_id)
        if target is not None:
            target.waits = True
        answer.run.waits = answer.run.is_open

    answer.messages.append(tell)


def _ask_to_cancel(answer: Answer, decision: d.RequestCancelExternalWorkflowExecution) -> None:
    def ask() -> None:
        target = answer.world.open_run(decision.attributes.workflow_id)
        if target is not None:
            target.cancel_requested = target.waits = True
        answer.run.waits = answer.run.is_open

    answer.messages.append(ask)


def _closes(status: str) -> Callable[[Answer, d.Decision], None]:
    def close(answer: Answer, _: d.Decision) -> None:
        if not answer.news:
            answer.world.close(answer.run, status)

    return close


def _continue(answer: Answer, decision: d.ContinueAsNewWorkflowExecution) -> None:
    run = answer.run
    if answer.news:
        return
    answer.world.close(run, "CONTINUED_AS_NEW")

    def start() -> None:
        answer.world.runs.append(
            Run(
                workflow_id=run.workflow_id,
                run_id="",
                task_list="decisions",
                due=answer.now + ROOT_SECONDS,
                policy="TERMINATE",
                parent=run.parent,
            )
        )

    answer.messages.insert(0, start)


_RULES: dict[type[d.Decision], Callable[[Answer, d.Decision], None]] = {
    d.CancelTimer: _cancel_timer,
    d.CancelWorkflowExecution: _closes("CANCELED"),
    d.CompleteWorkflowExecution: _closes("COMPLETED"),
    d.ContinueAsNewWorkflowExecution: _continue,
    d.FailWorkflowExecution: _closes("FAILED"),
    d.RecordMarker: lambda answer, decision: None,
    d.RequestCancelActivityTask: _cancel_activity,
    d.RequestCancelExternalWorkflowExecution: _ask_to_cancel,
    d.ScheduleActivityTask: _schedule,
    d.SignalExternalWorkflowExecution: _tell,
    d.StartChildWorkflowExecution: _start_child,
    d.StartTimer: _start_timer,
}


def schedule(name: str) -> d.Decision:
    return d.ScheduleActivityTask(
        attributes=d.ScheduleActivityTaskAttributes(activity_type=ACTIVITY, activity_id=name)
    )


def cancel_activity(name: str) -> d.Decision:
    return d.RequestCancelActivityTask(
        attributes=d.RequestCancelActivityTaskAttributes(activity_id=name)
    )


def start_timer(name: str, seconds: int) -> d.Decision:
    return d.StartTimer(
        attributes=d.StartTimerAttributes(timer_id=name, start_to_fire_timeout=str(seconds))
    )


def cancel_timer(name: str) -> d.Decision:
    return d.CancelTimer(attributes=d.CancelTimerAttributes(timer_id=name))


def start_child(workflow_id: str, policy: str, task_list: str) -> d.Decision:
    return d.StartChildWorkflowExecution(
        attributes=d.StartChildWorkflowExecutionAttributes(
            workflow_type=WORKFLOW,
            workflow_id=workflow_id,
            child_policy=policy,  # type: ignore[arg-type]
            task_list=TaskList(name=task_list),
            execution_start_to_close_timeout=str(CHILD_SECONDS),
        )
    )


def tell(workflow_id: str) -> d.Decision:
    return d.SignalExternalWorkflowExecution(
        attributes=d.SignalExternalWorkflowExecutionAttributes(
            workflow_id=workflow_id, signal_name="go"
        )
    )


def ask_to_cancel(workflow_id: str) -> d.Decision:
    return d.RequestCancelExternalWorkflowExecution(
        attributes=d.RequestCancelExternalWorkflowExecutionAttributes(workflow_id=workflow_id)
    )


MARKER = d.RecordMarker(attributes=d.RecordMarkerAttributes(marker_name="step"))
CLOSING = (
    d.CancelWorkflowExecution(),
    d.CompleteWorkflowExecution(),
    d.ContinueAsNewWorkflowExecution(),
    d.FailWorkflowExecution(),
)
