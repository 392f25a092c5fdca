"""A history that grows as SWF's does: decisions leave echoes, tasks end when a test says so."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from flowy.decider.limits import Limits
from flowy.decider.run import Decisions, WorkflowRun
from flowy.protocol import decisions as d
from flowy.protocol.event import Event
from flowy.protocol.events import (
    activity,
    child,
    decision,
    external,
    lambda_,
    marker,
    timer,
    workflow,
)
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.task.definition import WorkflowDefinition
from flowy.transport.attempt import number_of

EXECUTION = ExecutionId(workflow_id="order-7", run_id="run-1")
TASK_LIST = TaskList(name="deciders")
TYPE = TypeId(name="Workflow", version="1")


def definition(cls: type, **settings: Any) -> WorkflowDefinition:
    return WorkflowDefinition(
        id=TYPE,
        task_list="deciders",
        workflow_duration=3600,
        decision_duration=60,
        factory=cls,
        **settings,
    )


class Simulator:
    """The history of one execution.

    Open activities, children and timers are found by their ids, in the order of their start.
    """

    def __init__(self, cls: type, *args: Any, raw: str | None = None, **settings: Any) -> None:
        self.definition = definition(cls, **settings)
        self.events: list[Event] = []
        self.batches: list[int] = []
        """How many events there were at each decision."""
        self.answers: list[Decisions] = []
        self.activities: dict[str, Event] = {}
        self.children: dict[str, Event] = {}
        self.started_children: dict[str, Event] = {}
        self.functions: dict[str, Event] = {}
        self.timers: dict[str, Event] = {}
        self.signals: dict[str, Event] = {}
        self.cancel_requested: set[str] = set()
        """The ids of activities and children whose cancellation was asked for."""
        self.closed = False
        self.unhandled = False
        """Something happened while the last decision was made."""
        self.clock = 1_000.0
        self.limits = Limits()
        self.refuses: Callable[[str], str | None] = lambda kind: None
        """Says why the service refuses something of a kind now, or None."""
        self.add(
            workflow.WorkflowExecutionStarted,
            child_policy="TERMINATE",
            task_list=TASK_LIST,
            workflow_type=TYPE,
            input=json.dumps([args, {}]) if raw is None else raw,
            execution_start_to_close_timeout="3600",
            task_start_to_close_timeout="60",
            tag_list=("a", "b"),
        )

    def add(self, cls: type[Event], **attributes: Any) -> Any:
        kind = cls.__annotations__["attributes"]
        self.clock += 1
        event = cls(
            event_id=len(self.events) + 1,
            event_timestamp=self.clock,
            attributes=kind(**attributes),
        )
        self.events.append(event)
        return event

    # Decisions

    def new_run(self) -> WorkflowRun:
        return WorkflowRun(self.definition, EXECUTION, limits=self.limits)

    def start_decision(self) -> Any:
        scheduled = self.add(decision.DecisionTaskScheduled, task_list=TASK_LIST)
        return self.add(decision.DecisionTaskStarted, scheduled_event_id=scheduled.event_id)

    def decide(
        self, run: WorkflowRun | None = None, meanwhile: Callable[[], None] | None = None
    ) -> Decisions:
        """Let a run (a new one, cold, when none is given) decide, and record its decisions.

        What happens meanwhile is recorded before the answer, and refuses a closing decision.
        """
        started = self.start_decision()
        answer = (run or self.new_run()).feed(self.events)
        self.batches.append(len(self.events))
        self.answers.append(answer)
        if meanwhile is not None:
            meanwhile()
        self.unhandled = len(self.events) > self.batches[-1]
        self.record(answer.decisions, started)
        return answer

    def record(self, asked: Iterable[d.AnyDecision], started: Any) -> None:
        completed = self.add(
            decision.DecisionTaskCompleted,
            scheduled_event_id=started.event_id - 1,
            started_event_id=started.event_id,
        )
        for one in asked:
            cause = "UNHANDLED_DECISION" if self.unhandled else None
            if type(one) in REFUSALS and (cause := cause or self.refuses("close")):
                self.add(
                    REFUSALS[type(one)],
                    cause=cause,
                    decision_task_completed_event_id=completed.event_id,
                )
            else:
                RECORDERS[type(one)](self, one.attributes, completed.event_id)

    def lose_decision(self, run: WorkflowRun) -> Decisions:
        """Let a run decide, and lose its answer: the decision task times out."""
        started = self.start_decision()
        answer = run.feed(self.events)
        self.add(
            decision.DecisionTaskTimedOut,
            timeout_type="START_TO_CLOSE",
            scheduled_event_id=started.event_id - 1,
            started_event_id=started.event_id,
        )
        return answer

    def woken(self) -> bool:
        """Tell whether the last decision brings another one by itself: something was refused."""
        last = self.events[self.batches[-1] :]
        return any(type(event).__name__.endswith("Failed") for event in last)

    # Outcomes

    def complete(self, id: str, value: Any = None, raw: str | None = None) -> None:
        self.add(
            activity.ActivityTaskCompleted,
            result=json.dumps(value) if raw is None else raw,
            **self._start(id),
        )

    def fail(self, id: str, reason: str = "broken", details: str | None = None) -> None:
        self.add(activity.ActivityTaskFailed, reason=reason, details=details, **self._start(id))

    def time_out(self, id: str, kind: str = "START_TO_CLOSE") -> None:
        self.add(activity.ActivityTaskTimedOut, timeout_type=kind, **self._start(id))

    def cancel(self, id: str) -> None:
        self.add(activity.ActivityTaskCanceled, **self._start(id))

    def _start(self, id: str) -> dict[str, int]:
        scheduled = self.activities.pop(id)
        started = self.add(activity.ActivityTaskStarted, scheduled_event_id=scheduled.event_id)
        return {"scheduled_event_id": scheduled.event_id, "started_event_id": started.event_id}

    def fire(self, id: str) -> None:
        started = self.timers.pop(id)
        self.add(timer.TimerFired, timer_id=id, started_event_id=started.event_id)

    def start_child_run(self, workflow_id: str) -> None:
        """Let a child start, which is else only seen when it closes."""
        event = self.add(child.ChildWorkflowExecutionStarted, **self._child(workflow_id))
        self.started_children[workflow_id] = event

    def close_child(self, workflow_id: str, cls: type[Event], **attributes: Any) -> None:
        if workflow_id not in self.started_children:
            self.start_child_run(workflow_id)
        started = self.started_children.pop(workflow_id)
        common = self._child(workflow_id)
        del self.children[workflow_id]
        self.add(cls, started_event_id=started.event_id, **common, **attributes)

    def _child(self, workflow_id: str) -> dict[str, Any]:
        initiated = self.children[workflow_id]
        return {
            "workflow_execution": ExecutionId(workflow_id=workflow_id, run_id="child-run"),
            "workflow_type": initiated.attributes.workflow_type,
            "initiated_event_id": initiated.event_id,
        }

    def signal(self, name: str, value: Any = None, raw: str | None = None) -> None:
        text = json.dumps(value) if raw is None else raw
        self.add(workflow.WorkflowExecutionSignaled, signal_name=name, input=text)

    # What decisions record

    def refused(self, kind: str, cls: type[Event], completed: int, **attributes: Any) -> bool:
        cause = self.refuses(kind)
        if cause is not None:
            done = {"cause": cause, "decision_task_completed_event_id": completed}
            self.add(cls, **done, **attributes)
        return cause is not None

    def schedule_activity(self, asked: Any, completed: int) -> None:
        if self.refused(
            "activity",
            activity.ScheduleActivityTaskFailed,
            completed,
            activity_id=asked.activity_id,
            activity_type=asked.activity_type,
        ):
            return
        self.activities[number_of(asked.activity_id)] = self.add(
            activity.ActivityTaskScheduled,
            activity_type=asked.activity_type,
            activity_id=asked.activity_id,
            input=asked.input,
            task_list=TASK_LIST,
            decision_task_completed_event_id=completed,
        )

    def request_cancel_activity(self, asked: Any, completed: int) -> None:
        if number_of(asked.activity_id) not in self.activities:
            self.add(
                activity.RequestCancelActivityTaskFailed,
                activity_id=asked.activity_id,
                cause="ACTIVITY_ID_UNKNOWN",
                decision_task_completed_event_id=completed,
            )
            return
        self.cancel_requested.add(number_of(asked.activity_id))
        self.add(
            activity.ActivityTaskCancelRequested,
            activity_id=asked.activity_id,
            decision_task_completed_event_id=completed,
        )

    def schedule_function(self, asked: Any, completed: int) -> None:
        if self.refused(
            "lambda",
            lambda_.ScheduleLambdaFunctionFailed,
            completed,
            id=asked.id,
            name=asked.name,
        ):
            return
        self.functions[asked.id] = self.add(
            lambda_.LambdaFunctionScheduled,
            id=asked.id,
            name=asked.name,
            input=asked.input,
            start_to_close_timeout=asked.start_to_close_timeout,
            decision_task_completed_event_id=completed,
        )

    def end_function(self, id: str, cls: type[Event], **attributes: Any) -> None:
        scheduled = self.functions.pop(id)
        started = self.add(lambda_.LambdaFunctionStarted, scheduled_event_id=scheduled.event_id)
        self.add(
            cls,
            scheduled_event_id=scheduled.event_id,
            started_event_id=started.event_id,
            **attributes,
        )

    def start_timer(self, asked: Any, completed: int) -> None:
        if self.refused("timer", timer.StartTimerFailed, completed, timer_id=asked.timer_id):
            return
        self.timers[asked.timer_id] = self.add(
            timer.TimerStarted,
            timer_id=asked.timer_id,
            start_to_fire_timeout=asked.start_to_fire_timeout,
            decision_task_completed_event_id=completed,
        )

    def cancel_timer(self, asked: Any, completed: int) -> None:
        if asked.timer_id not in self.timers:
            self.add(
                timer.CancelTimerFailed,
                timer_id=asked.timer_id,
                cause="TIMER_ID_UNKNOWN",
                decision_task_completed_event_id=completed,
            )
            return
        started = self.timers.pop(asked.timer_id)
        self.add(
            timer.TimerCanceled,
            timer_id=asked.timer_id,
            started_event_id=started.event_id,
            decision_task_completed_event_id=completed,
        )

    def start_child(self, asked: Any, completed: int) -> None:
        if self.refused(
            "child",
            child.StartChildWorkflowExecutionFailed,
            completed,
            workflow_id=asked.workflow_id,
            workflow_type=asked.workflow_type,
            initiated_event_id=0,
        ):
            return
        self.children[asked.workflow_id] = self.add(
            child.StartChildWorkflowExecutionInitiated,
            workflow_id=asked.workflow_id,
            workflow_type=asked.workflow_type,
            input=asked.input,
            task_list=TASK_LIST,
            child_policy="TERMINATE",
            decision_task_completed_event_id=completed,
        )

    def request_cancel_child(self, asked: Any, completed: int) -> None:
        initiated = self.add(
            external.RequestCancelExternalWorkflowExecutionInitiated,
            workflow_id=asked.workflow_id,
            control=asked.control,
            decision_task_completed_event_id=completed,
        )

        if self.refused(
            "cancel",
            external.RequestCancelExternalWorkflowExecutionFailed,
            completed,
            workflow_id=asked.workflow_id,
            initiated_event_id=initiated.event_id,
            control=asked.control,
        ):
            return
        if asked.workflow_id in self.children:
            self.cancel_requested.add(asked.workflow_id)
            return
        self.add(
            external.RequestCancelExternalWorkflowExecutionFailed,
            workflow_id=asked.workflow_id,
            cause="UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
            initiated_event_id=initiated.event_id,
            decision_task_completed_event_id=completed,
        )

    def signal_external(self, asked: Any, completed: int) -> None:
        if asked.workflow_id in self.signals:  # SWF delivers in the order of sending
            self.deliver(asked.workflow_id)
        initiated = self.add(
            external.SignalExternalWorkflowExecutionInitiated,
            workflow_id=asked.workflow_id,
            signal_name=asked.signal_name,
            input=asked.input,
            control=asked.control,
            decision_task_completed_event_id=completed,
        )
        if not self.refused(
            "signal",
            external.SignalExternalWorkflowExecutionFailed,
            completed,
            workflow_id=asked.workflow_id,
            initiated_event_id=initiated.event_id,
            control=asked.control,
        ):
            self.signals[asked.workflow_id] = initiated

    def deliver(self, workflow_id: str, arrives: bool = True) -> None:
        """Let a signal to another execution arrive, or find nobody."""
        initiated = self.signals.pop(workflow_id)
        if arrives:
            self.add(
                external.ExternalWorkflowExecutionSignaled,
                workflow_execution=ExecutionId(workflow_id=workflow_id, run_id="child-run"),
                initiated_event_id=initiated.event_id,
            )
        else:
            self.add(
                external.SignalExternalWorkflowExecutionFailed,
                workflow_id=workflow_id,
                cause="UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
                initiated_event_id=initiated.event_id,
                decision_task_completed_event_id=initiated.attributes.decision_task_completed_event_id,
            )

    def close(self, cls: type[Event], completed: int, **attributes: Any) -> None:
        self.closed = True
        self.add(cls, decision_task_completed_event_id=completed, **attributes)


RECORDERS: dict[type, Any] = {
    d.CancelTimer: Simulator.cancel_timer,
    d.CancelWorkflowExecution: lambda s, a, c: s.close(workflow.WorkflowExecutionCanceled, c),
    d.CompleteWorkflowExecution: lambda s, a, c: s.close(
        workflow.WorkflowExecutionCompleted, c, result=a.result
    ),
    d.ContinueAsNewWorkflowExecution: lambda s, a, c: s.close(
        workflow.WorkflowExecutionContinuedAsNew,
        c,
        input=a.input,
        new_execution_run_id="run-2",
        task_list=a.task_list,
        child_policy=a.child_policy,
        workflow_type=TYPE,
    ),
    d.FailWorkflowExecution: lambda s, a, c: s.close(
        workflow.WorkflowExecutionFailed, c, reason=a.reason, details=a.details
    ),
    d.RecordMarker: lambda s, a, c: s.add(
        marker.MarkerRecorded,
        marker_name=a.marker_name,
        details=a.details,
        decision_task_completed_event_id=c,
    ),
    d.RequestCancelActivityTask: Simulator.request_cancel_activity,
    d.RequestCancelExternalWorkflowExecution: Simulator.request_cancel_child,
    d.ScheduleActivityTask: Simulator.schedule_activity,
    d.ScheduleLambdaFunction: Simulator.schedule_function,
    d.SignalExternalWorkflowExecution: Simulator.signal_external,
    d.StartChildWorkflowExecution: Simulator.start_child,
    d.StartTimer: Simulator.start_timer,
}


REFUSALS: dict[type, type[Event]] = {
    d.CancelWorkflowExecution: workflow.CancelWorkflowExecutionFailed,
    d.CompleteWorkflowExecution: workflow.CompleteWorkflowExecutionFailed,
    d.ContinueAsNewWorkflowExecution: workflow.ContinueAsNewWorkflowExecutionFailed,
    d.FailWorkflowExecution: workflow.FailWorkflowExecutionFailed,
}


def ids(answer: Decisions) -> list[str]:
    """Say in short what was decided: "#0" an activity, "timer 4 5s", "child 0", "complete 60"."""
    return [SHORT[type(one)](one.attributes) for one in answer.decisions]


SHORT: dict[type, Any] = {
    d.CancelTimer: lambda a: f"cancel timer {a.timer_id}",
    d.CancelWorkflowExecution: lambda a: "cancel",
    d.CompleteWorkflowExecution: lambda a: f"complete {a.result}",
    d.ContinueAsNewWorkflowExecution: lambda a: f"restart {a.input}",
    d.FailWorkflowExecution: lambda a: f"fail {a.reason}",
    d.RecordMarker: lambda a: f"marker {a.marker_name} {a.details}",
    d.RequestCancelActivityTask: lambda a: f"cancel #{number_of(a.activity_id)}",
    d.RequestCancelExternalWorkflowExecution: lambda a: (
        f"cancel child {a.workflow_id.rpartition('-')[2]}"
    ),
    d.ScheduleActivityTask: lambda a: f"#{number_of(a.activity_id)}",
    d.ScheduleLambdaFunction: lambda a: f"lambda {a.id} {a.name} {a.input}",
    d.SignalExternalWorkflowExecution: lambda a: (
        f"signal {a.workflow_id} {a.signal_name} {a.input}"
    ),
    d.StartChildWorkflowExecution: lambda a: f"child {a.workflow_id.rpartition('-')[2]}",
    d.StartTimer: lambda a: f"timer {a.timer_id} {a.start_to_fire_timeout}s",
}
