"""Whatever is done to executions, their histories keep SWF's promises."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from flowy.protocol.ids import TaskList
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCanceled,
    RespondActivityTaskFailed,
)
from flowy.protocol.wire import decode_events, encode_event, join_events
from flowy.service.domain import activity_task, lambda_task
from flowy.service.domain.description import open_counts
from flowy.service.domain.fold import fold
from flowy.service.domain.limits import Limits

CLOSED_BY = {
    "ActivityTask": ("Completed", "Failed", "Canceled", "TimedOut"),
    "LambdaFunction": ("Completed", "Failed", "TimedOut"),
}
CLOSING = {
    f"WorkflowExecution{outcome}"
    for outcome in ("Completed", "Failed", "Canceled", "Terminated", "TimedOut", "ContinuedAsNew")
}


def name(event):
    return type(event).__name__


def check_order(events):
    assert [event.event_id for event in events] == list(range(1, len(events) + 1))
    times = [event.event_timestamp for event in events]
    assert times == sorted(times)
    assert name(events[0]) == "WorkflowExecutionStarted"
    assert not any(name(event) in CLOSING for event in events[:-1])


def referred(event, member):
    """The names that an event's reference may point at."""
    kind = name(event)
    if member == "decision_task_completed_event_id":
        return {"DecisionTaskCompleted"}
    if member == "latest_cancel_requested_event_id":
        return {"ActivityTaskCancelRequested"}
    if member == "initiated_event_id":
        return {
            "StartChildWorkflowExecutionInitiated",
            "SignalExternalWorkflowExecutionInitiated",
            "RequestCancelExternalWorkflowExecutionInitiated",
        }
    end = "Started" if member == "started_event_id" else "Scheduled"
    if kind.startswith("ChildWorkflow"):
        return {"ChildWorkflowExecutionStarted"}
    if kind.startswith("Timer"):
        return {"TimerStarted"}
    if "Lambda" in kind:
        return {f"LambdaFunction{end}"}
    return {f"ActivityTask{end}"} if kind.startswith("Activity") else {f"DecisionTask{end}"}


def check_references(events):
    elsewhere = {"external_initiated_event_id", "parent_initiated_event_id"}
    for event in events:
        for member in event.attributes.__struct_fields__:
            target = getattr(event.attributes, member)
            if not member.endswith("_event_id") or member in elsewhere or not target:
                continue
            assert target < event.event_id
            assert name(events[target - 1]) in referred(event, member), (event, member)


def still_open(events, opened, closed, reference):
    """The ids of the opening events that no closing event names; each is closed once at most."""
    found = set()
    for event in events:
        if name(event) in opened:
            found.add(event.event_id)
        elif name(event) in closed:
            key = getattr(event.attributes, reference)
            if key:
                assert key in found, f"{event} closes what is not open"
                found.remove(key)
    return found


def check_decision_tasks(events):
    waiting = started = None
    for event in events:
        kind = name(event)
        if kind == "DecisionTaskScheduled":
            assert waiting is None
            waiting = event.event_id
        elif kind == "DecisionTaskStarted":
            assert started is None
            assert event.attributes.scheduled_event_id == waiting
            waiting, started = None, event.event_id
        elif kind == "DecisionTaskCompleted":
            assert event.attributes.started_event_id == started
            started = None
        elif kind == "DecisionTaskTimedOut":
            if event.attributes.timeout_type == "SCHEDULE_TO_START":
                assert event.attributes.scheduled_event_id == waiting
                waiting = None
            else:
                assert event.attributes.started_event_id == started
                started = None
    return waiting, started


def open_things(events):
    tasks = {
        kind: still_open(
            events,
            {f"{kind}Scheduled"},
            {f"{kind}{end}" for end in ends} | {"StartLambdaFunctionFailed"},
            "scheduled_event_id",
        )
        for kind, ends in CLOSED_BY.items()
        if kind == "LambdaFunction"
    }
    tasks["ActivityTask"] = still_open(
        events,
        {"ActivityTaskScheduled"},
        {f"ActivityTask{end}" for end in CLOSED_BY["ActivityTask"]},
        "scheduled_event_id",
    )
    timers = still_open(
        events, {"TimerStarted"}, {"TimerFired", "TimerCanceled"}, "started_event_id"
    )
    outcomes = {
        f"ChildWorkflowExecution{end}"
        for end in ("Completed", "Failed", "Canceled", "Terminated", "TimedOut")
    }
    children = still_open(
        events,
        {"StartChildWorkflowExecutionInitiated"},
        outcomes | {"StartChildWorkflowExecutionFailed"},
        "initiated_event_id",
    )
    for kind in ("SignalExternal", "RequestCancelExternal"):
        answer = "Signaled" if kind == "SignalExternal" else "CancelRequested"
        answered = {f"{kind}WorkflowExecutionFailed", f"ExternalWorkflowExecution{answer}"}
        initiated = {f"{kind}WorkflowExecutionInitiated"}
        assert not still_open(events, initiated, answered, "initiated_event_id") or (
            name(events[-1]) in CLOSING
        )
    return tasks["ActivityTask"], tasks["LambdaFunction"], timers, children


WORKFLOW_IDS = st.sampled_from(["one", "two", "three"])
NAMES = st.sampled_from(["x", "y", "z"])
DURATIONS = st.sampled_from(["0", "5", "20", "60", "NONE", "NONE"])


def decisions(ask, types):
    known_types = st.sampled_from([types["flow"]] * 6 + [types["old"], types["bare"]])
    work_types = st.sampled_from([types["work"], types["work"], types["work"], types["old"]])
    bounded = st.sampled_from(["0", "5", "20", "60"])

    def make(kind, **members):
        return st.fixed_dictionaries(members).map(lambda found: ask(kind, **found))

    open_ones = st.one_of(
        make(
            "ScheduleActivityTask",
            activity_type=work_types,
            activity_id=NAMES,
            schedule_to_start_timeout=DURATIONS,
            schedule_to_close_timeout=DURATIONS,
            start_to_close_timeout=DURATIONS,
            heartbeat_timeout=DURATIONS,
        ),
        make("RequestCancelActivityTask", activity_id=NAMES),
        make("StartTimer", timer_id=NAMES, start_to_fire_timeout=bounded),
        make("CancelTimer", timer_id=NAMES),
        make("RecordMarker", marker_name=NAMES),
        make(
            "ScheduleLambdaFunction",
            id=NAMES,
            name=NAMES,
            start_to_close_timeout=st.sampled_from([None, "1", "5"]),
        ),
        make("SignalExternalWorkflowExecution", workflow_id=WORKFLOW_IDS, signal_name=NAMES),
        make("RequestCancelExternalWorkflowExecution", workflow_id=WORKFLOW_IDS),
        make(
            "StartChildWorkflowExecution",
            workflow_id=WORKFLOW_IDS,
            workflow_type=known_types,
            child_policy=st.sampled_from(["TERMINATE", "REQUEST_CANCEL", "ABANDON"]),
        ),
    )
    closing = st.one_of(
        make("CompleteWorkflowExecution"),
        make("FailWorkflowExecution"),
        make("CancelWorkflowExecution"),
        make("ContinueAsNewWorkflowExecution"),
    )
    rarely = st.sampled_from([False] * 9 + [True])
    return st.builds(
        lambda some, last, closes: [*some, last] if closes else some,
        st.lists(open_ones, min_size=1, max_size=6),
        closing,
        rarely,
    )


def make_machine(make_world, ask, types):  # noqa: C901  a machine is one class
    class Machine(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.world = make_world(Limits(events=150, open_activities=2, open_timers=2))
            self.in_hand = {}
            self.heartbeats = {}

        def open_states(self):
            return [state for state in self.world.states.values() if state.is_open]

        def pick(self, data, things):
            return data.draw(st.sampled_from(list(things)))

        def waiting(self, kind):
            return [key for key, task in self.world.tasks.items() if task.kind == kind]

        @initialize()
        def begin(self):
            self.world.start("one", lambda_role="role", child_policy="REQUEST_CANCEL")

        @rule(
            workflow_id=WORKFLOW_IDS,
            role=st.sampled_from([None, "role"]),
            timeout=st.sampled_from(["60", "3600", "3600"]),
            policy=st.sampled_from(["TERMINATE", "REQUEST_CANCEL", "ABANDON"]),
        )
        def start(self, workflow_id, role, timeout, policy):
            if not self.world.has_open(workflow_id):
                self.world.start(
                    workflow_id,
                    lambda_role=role,
                    child_policy=policy,
                    execution_start_to_close_timeout=timeout,
                )

        @precondition(lambda self: self.waiting("decision"))
        @rule(data=st.data())
        def take_decision(self, data):
            run_id, _ = self.pick(data, self.waiting("decision"))
            self.in_hand[run_id] = self.world.take_decision(run_id)

        @precondition(lambda self: self.waiting("decision"))
        @rule(data=st.data(), asked=decisions(ask, types))
        def decide(self, data, asked):
            run_id, _ = self.pick(data, self.waiting("decision"))
            token = self.world.take_decision(run_id)
            if self.world.states[run_id].is_open:
                self.world.answer(token, *asked)

        @precondition(lambda self: any(s.started for s in self.open_states()))
        @rule(
            data=st.data(),
            asked=decisions(ask, types),
            sticky=st.sampled_from([None, None, "2", "NONE", "for good"]),
        )
        def answer(self, data, asked, sticky):
            started = [state for state in self.open_states() if state.started]
            run_id = self.pick(data, started).execution.run_id
            members = {}
            if sticky is not None:
                members["task_list"] = TaskList(name=f"list {sticky}")
            if sticky in ("2", "NONE"):
                members["task_list_schedule_to_start_timeout"] = sticky
            self.world.answer(self.in_hand[run_id], *asked, **members)

        @precondition(lambda self: self.waiting("activity"))
        @rule(data=st.data())
        def take_activity(self, data):
            run_id, event_id = self.pick(data, self.waiting("activity"))
            activity_id = self.world.states[run_id].activities[event_id].settings.activity_id
            token = self.world.take_activity(activity_id, run_id)
            self.in_hand[run_id, event_id] = token

        @precondition(lambda self: self.started_activities())
        @rule(
            data=st.data(),
            how=st.sampled_from(["complete", "fail", "cancel", "heartbeat", "heartbeat"]),
        )
        def work(self, data, how):
            token = self.in_hand[self.pick(data, self.started_activities())]
            world, state = self.world, self.world.states[token.run_id]
            if how == "complete":
                world.complete_activity(token)
            elif how == "fail":
                request = RespondActivityTaskFailed(task_token="t", reason="r")
                command = activity_task.fail_activity_task
                world.store(command(state, token, request, world.context))
            elif how == "cancel":
                request = RespondActivityTaskCanceled(task_token="t")
                command = activity_task.cancel_activity_task
                world.store(command(state, token, request, world.context))
            else:
                world.heartbeat(token, "alive")
                key = (token.run_id, token.scheduled_event_id)
                self.heartbeats[key] = (world.now, "alive")

        def started_activities(self):
            return [
                (state.execution.run_id, event_id)
                for state in self.open_states()
                for event_id, activity in state.activities.items()
                if activity.started_event_id
            ]

        @precondition(lambda self: self.waiting("lambda"))
        @rule(data=st.data(), how=st.sampled_from(["complete", "fail", "hang"]))
        def run_lambda(self, data, how):
            run_id, event_id = self.pick(data, self.waiting("lambda"))
            world, state = self.world, self.world.states[run_id]
            world.store(lambda_task.start_lambda_task(state, event_id, world.context))
            if how == "hang" or not state.is_open:
                return
            if how == "complete":
                change = lambda_task.complete_lambda_task(state, event_id, "r", world.context)
            else:
                failure = ("reason", None)
                change = lambda_task.fail_lambda_task(state, event_id, failure, world.context)
            world.store(change)

        @precondition(lambda self: self.open_states())
        @rule(
            data=st.data(),
            how=st.sampled_from(["signal"] * 5 + ["request_cancel"] * 3 + ["terminate"]),
        )
        def intervene(self, data, how):
            run_id = self.pick(data, self.open_states()).execution.run_id
            getattr(self.world, how)(run_id)

        @rule(seconds=st.sampled_from([0.0, 0.0004, 0.5, 1.0, 3.0, 7.0, 30.0]))
        def sleep(self, seconds):
            self.world.sleep(seconds)

        @rule(seconds=st.sampled_from([0.1, 7.0]))
        def be_late(self, seconds):
            """Time goes by and nobody looks at the clocks before the next call."""
            self.world.now += seconds

        @invariant()
        def histories_keep_their_promises(self):
            for run_id, events in self.world.histories.items():
                check_order(events)
                check_references(events)
                self.check_state(run_id, events)

        def check_state(self, run_id, events):
            state = self.world.states[run_id]
            waiting, started = check_decision_tasks(events)
            activities, lambdas, timers, children = open_things(events)
            if not state.is_open:
                activities = lambdas = timers = children = set()
                waiting = started = None
            counts = open_counts(state)
            assert counts.open_activity_tasks == len(activities)
            assert counts.open_lambda_functions == len(lambdas)
            assert counts.open_timers == len(timers)
            assert counts.open_child_workflow_executions == len(children)
            assert counts.open_decision_tasks == int(bool(waiting or started))
            assert state.event_count == len(events)
            assert state.is_open == (name(events[-1]) not in CLOSING)
            self.check_lists(run_id, state, waiting, started)

        def check_lists(self, run_id, state, waiting, started):
            listed = {key[1] for key in self.world.tasks if key[0] == run_id}
            expected = {
                event_id for event_id, task in state.activities.items() if not task.started_event_id
            }
            expected |= {
                event_id for event_id, task in state.lambdas.items() if not task.started_event_id
            }
            if waiting and not started:
                expected.add(waiting)
            assert listed == expected

        @invariant()
        def a_fold_anew_gives_the_state_that_was_kept(self):
            for run_id, events in self.world.histories.items():
                kept = self.world.states[run_id]
                anew = fold(kept.execution, events)
                for (beating_run, event_id), (at, details) in self.heartbeats.items():
                    if beating_run == run_id:
                        anew.heartbeat(event_id, at, details)
                assert anew.snapshot() == kept.snapshot()

        def teardown(self):
            for events in self.world.histories.values():
                body = join_events(encode_event(event) for event in events)
                assert list(decode_events(body)) == events

    return Machine


def test_histories_keep_their_promises(make_world, ask, types):
    run_machine(
        make_machine(make_world, ask, types),
        settings=settings(max_examples=60, stateful_step_count=60, deadline=None),
    )
