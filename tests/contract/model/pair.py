"""The service and the model side by side: whatever is done is done with both."""

from typing import Any

import pytest

from flowy.clock import ManualClock
from flowy.protocol.decisions import Decision
from flowy.protocol.executions import ExecutionTimeFilter, TagFilter
from flowy.protocol.faults import UnknownResourceFault, WorkflowExecutionAlreadyStartedFault
from flowy.protocol.ids import ExecutionId, TaskList
from flowy.protocol.operations import OPERATIONS
from flowy.service.server import Service
from tests.contract.model import deciding
from tests.contract.model.histories import check_history
from tests.contract.model.world import ACTIVITY_SECONDS, ROOT_SECONDS, Activity, Run, World

DOMAIN = "model"
EVER = ExecutionTimeFilter(oldest_date=0.0)


class Pair:
    """A service and a model; each method does the same with both and compares what comes of it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.service = Service("sqlite://", clock=self.clock)
        self.world = World()
        self.tasks: list[tuple[Run, str]] = []
        self.works: list[tuple[Run, Activity, str]] = []
        self.old_tokens: list[tuple[str, str]] = []
        self._register()

    def close(self) -> None:
        """Check every run, and give the service back."""
        for run in self.world.runs:
            self._check_run(run)
        self.service.close()

    def _call(self, operation: str, **members: Any) -> Any:
        return self.service.call(OPERATIONS[operation](**members))

    def _ask(self, operation: str, **members: Any) -> Any:
        return self._call(operation, domain=DOMAIN, **members)

    def _register(self) -> None:
        self._call("RegisterDomain", name=DOMAIN, workflow_execution_retention_period_in_days="90")
        self._ask(
            "RegisterWorkflowType",
            name=deciding.WORKFLOW.name,
            version=deciding.WORKFLOW.version,
            default_task_list=TaskList(name="decisions"),
            default_task_start_to_close_timeout="NONE",
            default_execution_start_to_close_timeout=str(ROOT_SECONDS),
            default_child_policy="TERMINATE",
        )
        self._ask(
            "RegisterActivityType",
            name=deciding.ACTIVITY.name,
            version=deciding.ACTIVITY.version,
            default_task_list=TaskList(name="activities"),
            default_task_start_to_close_timeout=str(ACTIVITY_SECONDS),
            default_task_schedule_to_close_timeout="NONE",
            default_task_schedule_to_start_timeout="NONE",
            default_task_heartbeat_timeout="NONE",
        )

    def _tick(self) -> float:
        """Move on by a moment, so that nothing of this call is due with anything of another."""
        self.clock.advance(0.001)
        now = round(self.clock.now(), 3)
        self.world.pass_time(now)
        self.service.run_due()
        return now

    def start(self, workflow_id: str, tag: str | None, task_list: str, policy: str) -> None:
        now = self._tick()
        asked = {
            "workflow_id": workflow_id,
            "workflow_type": deciding.WORKFLOW,
            "task_list": TaskList(name=task_list),
            "child_policy": policy,
            "tag_list": (tag,) if tag else None,
        }
        if self.world.open_run(workflow_id):
            with pytest.raises(WorkflowExecutionAlreadyStartedFault):
                self._ask("StartWorkflowExecution", **asked)
            return
        run_id = self._ask("StartWorkflowExecution", **asked).run_id
        self.world.runs.append(Run(workflow_id, run_id, task_list, now + ROOT_SECONDS, policy, tag))

    def signal(self, workflow_id: str) -> None:
        self._tick()
        run = self.world.open_run(workflow_id)
        self._intervene(run, "SignalWorkflowExecution", workflow_id, signal_name="go")
        if run:
            run.waits = True

    def request_cancel(self, workflow_id: str) -> None:
        self._tick()
        run = self.world.open_run(workflow_id)
        self._intervene(run, "RequestCancelWorkflowExecution", workflow_id)
        if run:
            run.waits = run.cancel_requested = True

    def terminate(self, workflow_id: str, policy: str | None) -> None:
        self._tick()
        run = self.world.open_run(workflow_id)
        self._intervene(run, "TerminateWorkflowExecution", workflow_id, child_policy=policy)
        if run:
            self.world.terminate(run, policy or run.policy)

    def _intervene(self, run: Run | None, operation: str, workflow_id: str, **members: Any) -> None:
        if run is None:
            with pytest.raises(UnknownResourceFault):
                self._ask(operation, workflow_id=workflow_id, **members)
        else:
            self._ask(operation, workflow_id=workflow_id, **members)

    def poll_for_a_decision(self, which: int) -> None:
        self._tick()
        everywhere = self.world.waiting()
        if not everywhere:
            return
        task_list = everywhere[which % len(everywhere)].task_list
        task = self._ask("PollForDecisionTask", task_list=TaskList(name=task_list))
        run = self._run_of(task.workflow_execution)
        assert run in self.world.waiting(task_list)
        run.waits, run.in_hand = False, True
        self.tasks.append((run, task.task_token))

    def poll_in_vain(self, task_list: str) -> None:
        if not self.world.waiting(task_list):
            task = self._ask("PollForDecisionTask", task_list=TaskList(name=task_list))
            assert not task.task_token
        if not self.world.waiting_activities():
            task = self._ask("PollForActivityTask", task_list=TaskList(name="activities"))
            assert not task.task_token

    def decide(self, decisions: tuple[Decision, ...], which: int) -> None:
        now = self._tick()
        if not self.tasks:
            return
        run, token = self.tasks.pop(which % len(self.tasks))
        self.old_tokens.append(("RespondDecisionTaskCompleted", token))
        if not run.in_hand:
            self._is_too_late(*self.old_tokens[-1])
            return
        self._call("RespondDecisionTaskCompleted", task_token=token, decisions=decisions)
        deciding.carry_out(self.world, run, decisions, now)
        self._name_new_runs()

    def poll_for_an_activity(self) -> None:
        now = self._tick()
        waiting = self.world.waiting_activities()
        if not waiting:
            return
        task = self._ask("PollForActivityTask", task_list=TaskList(name="activities"))
        run = self._run_of(task.workflow_execution)
        assert (run, task.activity_id) in waiting
        activity = run.activities[task.activity_id]
        activity.due = now + ACTIVITY_SECONDS
        self.works.append((run, activity, task.task_token))

    def answer_an_activity(self, how: str, which: int) -> None:
        self._tick()
        if not self.works:
            return
        run, activity, token = self.works.pop(which % len(self.works))
        self.old_tokens.append((f"RespondActivityTask{how}", token))
        if activity not in run.activities.values():
            self._is_too_late(*self.old_tokens[-1])
            return
        self._call(f"RespondActivityTask{how}", task_token=token)
        run.activities = {
            name: each for name, each in run.activities.items() if each is not activity
        }
        run.waits = True

    def beat(self, which: int) -> None:
        self._tick()
        run, activity, token = self.works[which % len(self.works)]
        if activity not in run.activities.values():
            self._is_too_late("RecordActivityTaskHeartbeat", token)
            return
        status = self._call("RecordActivityTaskHeartbeat", task_token=token)
        assert status.cancel_requested == activity.cancel_requested

    def answer_again(self, which: int) -> None:
        self._is_too_late(*self.old_tokens[which % len(self.old_tokens)])

    def wait(self, seconds: int) -> None:
        until = self.clock.now() + seconds
        while (due := self.service.next_due()) is not None and due <= until:
            self.clock.advance(max(0.0, due - self.clock.now()))
            self.service.run_due()
        self.clock.advance(until - self.clock.now())
        self.service.run_due()
        self.world.pass_time(round(until, 3))

    def counts_agree(self) -> None:
        for task_list in ("decisions", "others"):
            found = self._ask("CountPendingDecisionTasks", task_list=TaskList(name=task_list))
            assert found.count == len(self.world.waiting(task_list))
        found = self._ask("CountPendingActivityTasks", task_list=TaskList(name="activities"))
        assert found.count == len(self.world.waiting_activities())

    def lists_agree(self) -> None:
        for word, is_open in (("Open", True), ("Closed", False)):
            runs = [run for run in self.world.runs if run.is_open == is_open]
            for tag in (None, "red"):
                self._check_list(word, [run for run in runs if tag in (None, run.tag)], tag)

    def _check_list(self, word: str, runs: list[Run], tag: str | None) -> None:
        chosen = {"start_time_filter": EVER, "tag_filter": TagFilter(tag=tag) if tag else None}
        infos = self._ask(f"List{word}WorkflowExecutions", **chosen).execution_infos
        counted = self._ask(f"Count{word}WorkflowExecutions", **chosen).count
        assert counted == len(infos)
        found = {(info.execution.workflow_id, info.execution.run_id) for info in infos}
        assert found == {(run.workflow_id, run.run_id) for run in runs}

    def _check_run(self, run: Run) -> None:
        execution = ExecutionId(workflow_id=run.workflow_id, run_id=run.run_id)
        detail = self._ask("DescribeWorkflowExecution", execution=execution)
        info, counts = detail.execution_info, detail.open_counts
        assert (info.close_status or "OPEN") == run.status
        parent = run.parent and ExecutionId(
            workflow_id=run.parent.workflow_id, run_id=run.parent.run_id
        )
        assert info.parent == parent
        if run.is_open:
            assert info.cancel_requested == run.cancel_requested
            assert counts.open_activity_tasks == len(run.activities)
            assert counts.open_timers == len(run.timers)
            assert counts.open_child_workflow_executions == len(self.world.children(run))
            assert counts.open_decision_tasks == (run.waits or run.in_hand)
        history = self._ask("GetWorkflowExecutionHistory", execution=execution)
        check_history(history.events, detail)

    def _run_of(self, execution: ExecutionId) -> Run:
        (run,) = (each for each in self.world.runs if each.run_id == execution.run_id)
        assert run.workflow_id == execution.workflow_id
        return run

    def _name_new_runs(self) -> None:
        """Learn the run ids of what the service started by itself."""
        infos = self._ask("ListOpenWorkflowExecutions", start_time_filter=EVER).execution_infos
        run_ids = {info.execution.workflow_id: info.execution.run_id for info in infos}
        for run in self.world.open_runs():
            run.run_id = run.run_id or run_ids[run.workflow_id]

    def _is_too_late(self, operation: str, token: str) -> None:
        with pytest.raises(UnknownResourceFault):
            self._call(operation, task_token=token)
