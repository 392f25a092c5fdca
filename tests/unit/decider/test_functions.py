"""Lambda functions and markers."""

import asyncio
import json

import pytest

from flowy.errors import DefinitionError, PayloadError, TaskError, TaskTimedout
from flowy.protocol.events import lambda_
from flowy.swf.task import LambdaProxy
from flowy.task import RetryPolicy, Workflow
from tests.unit.decider.simulator import Simulator, ids


class Proxies(Workflow):
    resize = LambdaProxy("resize", start_to_close=60)


class Plain(Proxies):
    def run(self):
        return self.resize({"photo": 7}).result()


class Async(Proxies):
    async def run(self):
        return await self.resize(photo=7)


@pytest.mark.parametrize("cls", [Plain, Async])
def test_a_function_gets_one_event_and_gives_a_value(cls):
    s = Simulator(cls)
    assert ids(s.decide()) == ['lambda 0 resize {"photo":7}']
    assert s.answers[-1].decisions[0].attributes.start_to_close_timeout == "60"
    s.end_function("0", lambda_.LambdaFunctionCompleted, result='{"size": [1, 2]}')
    assert ids(s.decide()) == ['complete {"size":[1,2]}']
    for size, answer in zip(s.batches, s.answers, strict=True):
        assert s.new_run().feed(s.events[:size]) == answer


def test_a_result_of_another_call_may_be_the_event():
    class Chains(Proxies):
        async def run(self):
            return await self.resize(self.resize(1))

    s = Simulator(Chains)
    assert ids(s.decide()) == ["lambda 0 resize 1"]
    s.end_function("0", lambda_.LambdaFunctionCompleted, result="[2]")
    assert ids(s.decide()) == ["lambda 4 resize [2]"]


def ended(cls, **attributes):
    class Waits(Proxies):
        async def run(self):
            with self.options(retry=0):
                try:
                    await self.resize(1)
                except TaskError as error:
                    return [type(error).__name__, str(error)]

    s = Simulator(Waits)
    s.decide()
    s.end_function("0", cls, **attributes)
    return json.loads(ids(s.decide())[0].removeprefix("complete "))


def test_a_function_that_fails_is_a_task_error():
    _, message = ended(lambda_.LambdaFunctionFailed, reason="UnhandledError", details="{}")
    assert message == "UnhandledError"


def test_a_function_that_timed_out_is_a_timeout():
    name, message = ended(lambda_.LambdaFunctionTimedOut, timeout_type="START_TO_CLOSE")
    assert name == TaskTimedout.__name__
    assert message == "Lambda function resize (#0) timed out (START_TO_CLOSE)"


@pytest.mark.parametrize("event", ["before", "after"])
def test_a_function_that_is_never_invoked_says_why(event):
    class Waits(Proxies):
        async def run(self):
            await self.resize(1)

    s = Simulator(Waits)
    s.decide()
    scheduled = s.functions.pop("0")
    if event == "before":
        s.events.pop()
        s.add(
            lambda_.ScheduleLambdaFunctionFailed,
            id="0",
            name="resize",
            cause="LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION",
            decision_task_completed_event_id=scheduled.event_id - 1,
        )
    else:
        s.add(
            lambda_.StartLambdaFunctionFailed,
            scheduled_event_id=scheduled.event_id,
            cause="ASSUME_ROLE_FAILED",
            message="No IAM role is attached",
        )
    (answer,) = ids(s.decide())
    assert ("NOT_AVAILABLE" in answer) or ("ASSUME_ROLE_FAILED: No IAM role" in answer)


def test_a_policy_tries_a_function_again():
    class Tries(Proxies):
        async def run(self):
            with self.options(retry=RetryPolicy(attempts=2, delay=0)):
                return await self.resize(1)

    s = Simulator(Tries)
    s.decide()
    s.end_function("0", lambda_.LambdaFunctionFailed, reason="busy")
    assert ids(s.decide()) == ["lambda 2 resize 1"]
    s.end_function("2", lambda_.LambdaFunctionCompleted, result="3")
    assert ids(s.decide()) == ["complete 3"]


@pytest.mark.parametrize(("cancellation", "then"), [("try", ['complete "late"']), ("wait", [])])
def test_a_function_cannot_be_stopped(cancellation, then):
    class Waits(Proxies):
        async def run(self):
            with self.options(cancellation=cancellation, abandon=True):
                try:
                    return await asyncio.wait_for(self.resize(1), 5)
                except TimeoutError:
                    return "late"

    s = Simulator(Waits)
    s.decide()
    (timer,) = s.timers
    s.fire(timer)
    assert ids(s.decide()) == then


def test_two_events_are_refused():
    class Gives(Proxies):
        def run(self):
            with pytest.raises(PayloadError, match="takes one event"):
                self.resize(1, 2)
            with pytest.raises(PayloadError, match="takes one event"):
                self.resize(1, a=2)
            with (
                self.options(start_to_close=3600),
                pytest.raises(DefinitionError, match="at most 900 seconds"),
            ):
                self.resize(1)
            return "refused"

    assert ids(Simulator(Gives).decide()) == ['complete "refused"']
    with pytest.raises(DefinitionError, match="at most 900 seconds"):
        LambdaProxy("resize", start_to_close=901)
    with pytest.raises(DefinitionError, match="1 to 64 characters"):
        LambdaProxy("")


def test_markers_stand_in_the_history_in_their_order_also_when_the_workflow_fails():
    class Notes(Proxies):
        def run(self):
            self.marker("stage", "began")
            self.marker("stage", {"done": 0.5})
            self.marker("bare")
            raise ValueError("no")

    s = Simulator(Notes)
    assert ids(s.decide()) == [
        'marker stage "began"',
        'marker stage {"done":0.5}',
        "marker bare null",
        "fail no",
    ]
    assert s.new_run().feed(s.events).decisions == ()


@pytest.mark.parametrize("name", ["", "x" * 257, "flowy.version"])
def test_a_marker_that_swf_or_flowy_does_not_take_is_refused(name):
    class Notes(Proxies):
        def run(self):
            self.marker(name)

    (answer,) = ids(Simulator(Notes).decide())
    assert "a marker's name has 1 to 256 characters" in answer


@pytest.mark.parametrize("unfit", [None, 7, len])
def test_a_function_is_called_by_its_name(unfit):
    with pytest.raises(DefinitionError, match="a Lambda function is called by its name"):
        LambdaProxy(unfit)
