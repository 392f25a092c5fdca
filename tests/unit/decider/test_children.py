"""Children: started apart from their result, with settings, signalled and cancelled."""

import asyncio

import pytest

from flowy.errors import DefinitionError, TaskError
from flowy.protocol.events import child, external, workflow
from flowy.protocol.ids import ExecutionId
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Workflow
from tests.unit.decider.simulator import Simulator, ids


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    sub = WorkflowProxy("Sub", 1, retry=0)
    slow = WorkflowProxy(
        "Sub",
        1,
        retry=0,
        child_policy="ABANDON",
        tags=["a", "b"],
        task_priority=-7,
        lambda_role="arn-of-a-role",
        task_list="slow",
        cancellation="wait",
    )


def asked(s):
    return s.answers[-1].decisions[0].attributes


def child_id(s):
    (found,) = s.children
    return found


def test_what_a_proxy_says_of_a_child_is_sent():
    class Starts(Proxies):
        def run(self):
            self.slow()

    s = Simulator(Starts)
    s.decide()
    found = asked(s)
    assert found.child_policy == "ABANDON"
    assert found.tag_list == ("a", "b")
    assert found.task_priority == "-7"
    assert found.lambda_role == "arn-of-a-role"
    assert found.task_list.name == "slow"


def test_a_block_overrides_the_proxy_and_names_the_child():
    class Starts(Proxies):
        def run(self):
            with self.options(workflow_id="invoice-7", tags=(), child_policy="REQUEST_CANCEL"):
                self.slow()
            with self.options(task_priority=3):
                self.act()

    s = Simulator(Starts)
    assert ids(s.decide()) == ["child 7", "#1"]
    assert asked(s).workflow_id == "invoice-7"
    assert asked(s).tag_list == ()
    assert asked(s).child_policy == "REQUEST_CANCEL"
    assert s.answers[-1].decisions[1].attributes.task_priority == "3"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("child_policy", "KILL", "child_policy is one of TERMINATE, REQUEST_CANCEL, ABANDON"),
        ("cancellation", "later", "cancellation is one of try, wait, abandon"),
        ("tags", list("abcdef"), "SWF takes 5 tags, not 6"),
        ("tags", "abc", "tags is a list of texts, not 'abc'"),
        ("tags", ["x" * 257], "a tag has at most 256 characters"),
        ("task_priority", 2**31, "task_priority is from"),
        ("task_priority", "high", "task_priority must be a whole number"),
        ("lambda_role", "", "lambda_role has 1 to 1,600 characters"),
    ],
)
def test_a_setting_that_can_never_work_is_refused_where_it_is_written(option, value, message):
    with pytest.raises(DefinitionError, match=message):
        WorkflowProxy("Sub", 1, **{option: value})


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_the_start_of_a_child_comes_before_its_result(kind):
    class Plain(Proxies):
        def run(self):
            found = self.sub()
            run_id = found.started.result().run_id
            self.act()
            return [run_id, found.started.result().workflow_id == found.workflow_id, found.result()]

    class Async(Proxies):
        async def run(self):
            found = self.sub()
            run_id = (await found.started).run_id
            self.act()
            return [run_id, (await found.started).workflow_id == found.workflow_id, await found]

    s = Simulator(Plain if kind == "plain" else Async)
    s.decide()
    s.start_child_run(child_id(s))
    assert ids(s.decide()) == ["#1"]
    s.close_child(child_id(s), child.ChildWorkflowExecutionCompleted, result="1")
    s.complete("1")
    assert ids(s.decide()) == ['complete ["child-run",true,1]']


def test_a_start_that_is_waited_for_in_vain_fails_as_the_child_does():
    class Starts(Proxies):
        async def run(self):
            found = self.sub()
            try:
                await found.started
            except TaskError as error:
                return str(error)

    s = Simulator(Starts)
    s.decide()
    workflow_id = child_id(s)
    initiated = s.children.pop(workflow_id)
    s.add(
        child.StartChildWorkflowExecutionFailed,
        workflow_type=initiated.attributes.workflow_type,
        cause="WORKFLOW_ALREADY_RUNNING",
        workflow_id=workflow_id,
        initiated_event_id=initiated.event_id,
        decision_task_completed_event_id=4,
    )
    (answer,) = ids(s.decide())
    assert "WORKFLOW_ALREADY_RUNNING" in answer


def test_who_stops_waiting_for_the_start_leaves_it_to_others():
    class Starts(Proxies):
        async def run(self):
            found = self.sub()
            try:
                await asyncio.wait_for(found.started, 5)
            except TimeoutError:
                return (await found.started).run_id

    s = Simulator(Starts)
    s.decide()
    s.fire("1")
    assert ids(s.decide()) == []
    s.start_child_run(child_id(s))
    assert ids(s.decide()) == []
    s.close_child(child_id(s), child.ChildWorkflowExecutionCompleted, result="1")
    assert ids(s.decide()) == ['complete "child-run"']


def test_a_signal_waits_for_the_start_of_the_child():
    class Tells(Proxies):
        async def run(self):
            argument = self.act()
            found = self.sub(argument)
            sent = found.signal("hello", {"a": 1})
            await sent
            await self.act()
            return await found

    s = Simulator(Tells)
    assert ids(s.decide()) == ["#0"]
    s.complete("0", "now")
    assert ids(s.decide()) == ["child 1"]
    s.start_child_run(child_id(s))
    assert ids(s.decide()) == [f'signal {child_id(s)} hello {{"a":1}}']
    s.add(
        external.ExternalWorkflowExecutionSignaled,
        workflow_execution=ExecutionId(workflow_id=child_id(s), run_id="child-run"),
        initiated_event_id=s.signals[child_id(s)].event_id,
    )
    assert ids(s.decide()) == ["#3"]
    for size, answer in zip(s.batches, s.answers, strict=True):
        assert s.new_run().feed(s.events[:size]) == answer


def test_a_signal_to_a_child_that_never_starts_fails_as_the_child_does():
    class Tells(Proxies):
        async def run(self):
            found = self.sub(self.act())
            try:
                await found.signal("hello")
            except TaskError as error:
                return str(error)

    s = Simulator(Tells)
    s.decide()
    s.fail("0", "no argument")
    assert ids(s.decide()) == ['complete "no argument"']


def test_two_open_children_of_one_workflow_id_are_refused_without_asking():
    class Twice(Proxies):
        async def run(self):
            with self.options(workflow_id="one"):
                first, second = self.sub(), self.sub()
            try:
                await second
            except TaskError as error:
                return [str(error), await first]

    s = Simulator(Twice)
    assert ids(s.decide()) == ["child one"]
    s.close_child("one", child.ChildWorkflowExecutionCompleted, result="1")
    (answer,) = ids(s.decide())
    assert "this execution has it open already" in answer


def test_a_named_child_that_timed_out_is_started_again_under_its_name():
    class Named(Proxies):
        async def run(self):
            with self.options(workflow_id="one", retry=1):
                return await self.sub()

    s = Simulator(Named)
    s.decide()
    s.close_child("one", child.ChildWorkflowExecutionTimedOut, timeout_type="START_TO_CLOSE")
    assert ids(s.decide()) == ["child one"]
    s.close_child("one", child.ChildWorkflowExecutionCompleted, result="2")
    assert ids(s.decide()) == ["complete 2"]


# Cancellation of one call


def waiting(cancellation, proxy):
    class Waits(Proxies):
        async def run(self):
            with self.options(cancellation=cancellation):
                found = getattr(self, proxy)()
            try:
                await found
            except asyncio.CancelledError:
                await asyncio.shield(self.act("clean up"))
                return "clean"

    return Waits


@pytest.mark.parametrize(
    ("cancellation", "asked_for"), [("try", ["cancel #0", "#1"]), ("abandon", ["#1"])]
)
def test_trying_and_abandoning_go_on_at_once(cancellation, asked_for):
    s = Simulator(waiting(cancellation, "act"))
    s.decide()
    s.add(workflow.WorkflowExecutionCancelRequested)
    assert ids(s.decide()) == asked_for
    s.complete("1")
    assert ids(s.decide()) == ['complete "clean"']


def test_waiting_goes_on_when_the_activity_has_ended():
    s = Simulator(waiting("wait", "act"))
    run = s.new_run()
    s.decide(run)
    s.add(workflow.WorkflowExecutionCancelRequested)
    assert ids(s.decide(run)) == ["cancel #0"]
    s.cancel("0")
    assert ids(s.decide(run)) == ["#1"]
    s.complete("1")
    assert ids(s.decide(run)) == ['complete "clean"']
    for size, answer in zip(s.batches, s.answers, strict=True):
        assert s.new_run().feed(s.events[:size]) == answer


def test_waiting_takes_the_value_of_an_activity_that_ended_all_the_same():
    class Waits(Proxies):
        async def run(self):
            with self.options(cancellation="wait"):
                return await self.act()

    s = Simulator(Waits)
    s.decide()
    s.add(workflow.WorkflowExecutionCancelRequested)
    assert ids(s.decide()) == ["cancel #0"]
    s.complete("0", "done in time")
    assert ids(s.decide()) == ['complete "done in time"']


def test_waiting_for_a_child_that_closes_as_cancelled():
    s = Simulator(waiting("wait", "slow"))
    s.decide()
    workflow_id = child_id(s)
    s.add(workflow.WorkflowExecutionCancelRequested)
    assert ids(s.decide()) == [f"cancel child {workflow_id.rpartition('-')[2]}"]
    s.close_child(workflow_id, child.ChildWorkflowExecutionCanceled)
    assert ids(s.decide()) == ["#1"]


def test_what_nobody_has_seen_is_taken_back_whatever_the_cancellation():
    class Waits(Proxies):
        async def run(self):
            with self.options(cancellation="wait"):
                found = self.act()
            found.cancel()
            return found.cancelled()

    assert ids(Simulator(Waits).decide()) == ["complete true"]


def test_a_timeout_after_a_cancel_request_is_the_outcome():
    class Waits(Proxies):
        async def run(self):
            with self.options(cancellation="wait", retry=3):
                found = self.act()
            await asyncio.sleep(10)
            found.cancel()
            try:
                await found
            except TaskError as error:
                return type(error).__name__

    s = Simulator(Waits)
    s.decide()
    (timer,) = s.timers
    s.fire(timer)
    assert ids(s.decide()) == ["cancel #0"]
    s.time_out("0")
    assert ids(s.decide()) == ['complete "TaskTimedout"']
