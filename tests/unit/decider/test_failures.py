"""What a failure tells: which task it was of, why, what it was there, and where it was called."""

import asyncio
import json
from pathlib import Path

import pytest

import flowy
from flowy.errors import (
    ActivityFailed,
    ChildFailed,
    LambdaFailed,
    RemoteError,
    TaskError,
    TaskNotScheduled,
    TaskTimedout,
)
from flowy.protocol.events import activity, child, lambda_
from flowy.swf.task import ActivityProxy, LambdaProxy, WorkflowProxy
from flowy.task import RetryPolicy, Workflow, register_failure
from flowy.transport.failure import describe
from tests.unit.decider.simulator import Simulator, ids

LINES = Path(__file__).read_text(encoding="utf-8").splitlines()


@register_failure
class OutOfStock(Exception):
    def __init__(self, item, left):
        super().__init__(item, left)
        self.left = left

    def __str__(self):
        return f"{self.left} left of {self.args[0]}"


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    sub = WorkflowProxy("Sub", 1, retry=0)
    function = LambdaProxy("resize", retry=0)


def details_of(error):
    try:
        raise error
    except type(error) as caught:
        return dict(zip(("reason", "details"), describe(caught), strict=True))


def caught(end, ask="act"):
    """Return what a workflow catches whose task ends so."""
    found = []

    class Catches(Proxies):
        async def run(self):
            call = getattr(self, ask)
            try:
                await call()  # the call that fails
            except TaskError as error:
                found.append(error)
                return "caught"

    s = Simulator(Catches)
    run = s.new_run()
    s.decide(run)
    end(s)
    assert ids(s.decide(run)) == ['complete "caught"']
    return found[0]


def test_the_failure_of_an_activity_tells_which_one_and_where():
    error = caught(lambda s: s.fail("0", **details_of(ValueError("no"))))
    assert type(error) is ActivityFailed
    assert (error.task.kind, error.task.type, error.task.id) == ("activity", "Act 1", "0")
    assert error.task.event_id == 5
    assert error.task.attempts == 1
    assert error.type == "builtins.ValueError"
    ran, called = error.__notes__
    assert "raise error" in ran
    assert __file__ in called
    assert "in caught.<locals>.Catches.run" in called
    line = int(called.partition("line ")[2].partition(",")[0])
    assert "the call that fails" in LINES[line - 1]


def test_the_failure_of_a_child_tells_its_run():
    def end(s):
        s.close_child(next(iter(s.children)), child.ChildWorkflowExecutionFailed, reason="no")

    error = caught(end, "sub")
    assert type(error) is ChildFailed
    assert error.task.kind == "child"
    assert error.task.id.endswith("-0")
    assert error.task.run_id == "child-run"


def test_the_failure_of_a_function_is_what_lambda_says():
    details = {"errorMessage": "no key", "errorType": "KeyError", "stackTrace": ["line 3", "x"]}
    error = caught(
        lambda s: s.end_function(
            "0", lambda_.LambdaFunctionFailed, reason="Unhandled", details=json.dumps(details)
        ),
        "function",
    )
    assert type(error) is LambdaFailed
    assert str(error) == "no key"
    assert error.type == "KeyError"
    assert "line 3" in error.__notes__[0]


def test_a_timeout_tells_which_and_what_the_last_heartbeat_said():
    def end(s):
        started = s._start("0")
        s.add(
            activity.ActivityTaskTimedOut, timeout_type="HEARTBEAT", details="half done", **started
        )

    error = caught(end)
    assert type(error) is TaskTimedout
    assert error.timeout_type == "HEARTBEAT"
    assert error.details == "half done"
    assert error.task.id == "0"


def test_what_was_not_scheduled_tells_the_cause():
    def end(s):
        s.events.pop()
        s.activities.clear()
        s.add(
            activity.ScheduleActivityTaskFailed,
            activity_id="0",
            activity_type=s.answers[0].decisions[0].attributes.activity_type,
            cause="ACTIVITY_TYPE_DOES_NOT_EXIST",
            decision_task_completed_event_id=4,
        )

    error = caught(end)
    assert type(error) is TaskNotScheduled
    assert error.cause == "ACTIVITY_TYPE_DOES_NOT_EXIST"
    assert error.task.id == "0"


def test_the_chain_of_causes_is_made_anew():
    def chained():
        try:
            try:
                raise KeyError("price")
            except KeyError as error:
                raise OutOfStock("hat", 2) from error
        except OutOfStock as error:
            raise RuntimeError("cannot pack") from error

    try:
        chained()
    except RuntimeError as raised:
        reason, details = describe(raised)
    error = caught(lambda s: s.fail("0", reason, details))
    first = error.__cause__
    assert isinstance(first, RemoteError)
    assert (first.type, first.message) == ("builtins.RuntimeError", "cannot pack")
    second = first.__cause__
    assert type(second) is OutOfStock
    assert second.left == 2
    third = second.__cause__
    assert isinstance(third, RemoteError)
    assert third.type == "builtins.KeyError"
    assert third.__cause__ is None


def test_a_registered_failure_is_caught_as_its_class_and_as_a_task_error():
    error = caught(lambda s: s.fail("0", **details_of(OutOfStock("hat", 2))))
    assert isinstance(error, OutOfStock)
    assert isinstance(error, ActivityFailed)
    assert isinstance(error, TaskError)
    assert str(error) == "2 left of hat"
    assert error.args == ("hat", 2)
    assert error.left == 2
    assert type(error.__cause__) is OutOfStock
    assert error.task.id == "0"
    assert not hasattr(error, "right")


def test_a_registered_failure_goes_through_workflows_as_itself():
    inner = caught(lambda s: s.fail("0", **details_of(OutOfStock("hat", 2))))
    failed = details_of(inner)

    def end(s):
        s.close_child(next(iter(s.children)), child.ChildWorkflowExecutionFailed, **failed)

    error = caught(end, "sub")
    assert isinstance(error, OutOfStock)
    assert isinstance(error, ChildFailed)
    assert not isinstance(error, ActivityFailed)
    assert error.left == 2


def test_the_failure_of_a_task_of_a_child_is_the_cause_of_the_childs_and_tells_its_ids():
    inner = caught(lambda s: s.time_out("0", "SCHEDULE_TO_START"))
    failed = details_of(inner)

    def end(s):
        s.close_child(next(iter(s.children)), child.ChildWorkflowExecutionFailed, **failed)

    error = caught(end, "sub")
    assert type(error) is ChildFailed
    assert type(error.__cause__) is TaskTimedout
    assert error.__cause__.timeout_type == "SCHEDULE_TO_START"
    assert error.__cause__.task.id == "0"
    assert error.task.kind == "child"


@pytest.mark.parametrize("kind", [OutOfStock, "OutOfStock", Exception])
def test_a_policy_knows_registered_failures_by_class_name_and_base(kind):
    class Tries(Proxies):
        async def run(self):
            with self.options(retry=RetryPolicy(attempts=2, delay=0, retry_on=(kind,))):
                return await self.act()

    s = Simulator(Tries)
    s.decide()
    s.fail("0", **details_of(OutOfStock("hat", 0)))
    assert len(ids(s.decide())) == 1
    assert not s.closed


def test_a_policy_knows_the_bases_of_failures_that_are_not_registered():
    class Transient(Exception):
        pass

    class Busy(Transient):
        pass

    class Tries(Proxies):
        async def run(self):
            with self.options(retry=RetryPolicy(attempts=2, delay=0, retry_on=("Transient",))):
                return await self.act()

    s = Simulator(Tries)
    s.decide()
    s.fail("0", **details_of(Busy("later")))
    s.decide()
    assert not s.closed


def test_gathered_calls_tell_where_each_was_called():
    found = []

    class Gathers(Proxies):
        async def run(self):
            calls = [
                self.act(1),
                self.act(2),  # the second
            ]
            for outcome in await asyncio.gather(*calls, return_exceptions=True):
                found.append(outcome)
            return "done"

    s = Simulator(Gathers)
    s.decide()
    s.complete("0")
    s.fail("1")
    assert ids(s.decide()) == ['complete "done"']
    (note,) = found[1].__notes__
    line = int(note.partition("line ")[2].partition(",")[0])
    assert "the second" in LINES[line - 1]


def test_the_place_of_a_call_is_in_the_function_that_makes_it():
    found = []

    class Helps(Proxies):
        async def run(self):
            try:
                await self.helper()
            except TaskError as error:
                found.append(error)

        def helper(self):
            return self.act()  # in the helper

    s = Simulator(Helps)
    s.decide()
    s.fail("0")
    s.decide()
    (note,) = found[0].__notes__
    assert "Helps.helper" in note
    line = int(note.partition("line ")[2].partition(",")[0])
    assert "in the helper" in LINES[line - 1]


def test_what_runs_the_decider_is_nobody_that_called():
    found = []

    class Maps(Proxies):
        async def run(self):
            try:
                await flowy.map(self.act, [1])
            except TaskError as error:
                found.append(error)

    s = Simulator(Maps)
    s.decide()
    s.fail("0")
    s.decide()
    notes = getattr(found[0].__cause__, "__notes__", [])
    assert not notes, "no code of the workflow stands between the loop and the call"
