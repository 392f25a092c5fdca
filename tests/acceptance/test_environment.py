"""A month passes in milliseconds: workflows under test run to their end in one line."""

import asyncio
import time

import pytest

from flowy.errors import (
    DefinitionError,
    FlowyError,
    NondeterminismError,
    TaskCanceled,
    TaskError,
    TaskTerminated,
    TaskTimedout,
)
from flowy.protocol.requests.executions import TerminateWorkflowExecution
from flowy.swf.scanner import workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Signal, Workflow
from flowy.testing import Environment, run
from tests.acceptance import month
from tests.acceptance.month import MONTH, Charge, Count, Subscription


@pytest.fixture
def charged():
    return []


@pytest.fixture
def environment(charged):
    def charge(customer, amount):
        charged.append((customer, amount))
        return amount

    with Environment(month, activities={Charge: charge}) as made:
        yield made


def test_a_subscription_of_five_months_is_run_in_one_line(environment, charged):
    before, began = environment.now(), time.monotonic()
    result = environment.run(Subscription, "ann", 5)
    took = time.monotonic() - began
    assert result["paid"] == [10, 11, 12, 13, 14]
    assert charged == [("ann", 10 + number) for number in range(5)]
    assert result["took"] - before == pytest.approx(5 * MONTH, abs=1)
    assert took < 5, "five months must not take seconds"


def test_a_workflow_is_named_by_its_type_too(environment):
    assert environment.run("Lengths", "a", "bcd") == [1, 3]


def test_children_are_run(environment):
    assert environment.run(month.Parent, "a", "bcd") == 4


def test_activities_are_replaced_by_the_name_of_their_type_and_by_coroutines():
    async def count(text):
        return -len(text)

    with Environment(month, activities={"Count": count}) as environment:
        assert environment.run(month.Lengths, "ab") == [-2]


def test_a_replacement_that_fails_is_a_failure_of_the_activity():
    def charge(customer, amount):
        raise OverflowError("too much")

    with Environment(month, activities={Charge: charge}) as environment:
        assert environment.run(month.Careful, "ann") == "ActivityFailed: too much"


def test_an_activity_that_nobody_replaced_is_the_real_one():
    with Environment(month) as environment:
        assert environment.run(month.Lengths, "abc") == [3]
        said = environment.run(month.Careful, "ann")
    assert said == "ActivityFailed: ann would really pay 1"


def test_a_replacement_of_an_activity_that_is_not_there_is_named():
    with pytest.raises(DefinitionError, match=r"no activity 'Chrage' to replace; .* Charge 1"):
        Environment(month, activities={"Chrage": len})
    with pytest.raises(DefinitionError, match="no activity str to replace"):
        Environment(month, activities={str: len, Count: len})


def test_the_clock_is_moved_by_hand(environment, charged):
    execution = environment.start(Subscription, "ann", 3)
    environment.advance(MONTH - 1)
    assert charged == []
    environment.advance(1)
    assert charged == [("ann", 10)]
    environment.advance(MONTH)
    assert charged == [("ann", 10), ("ann", 11)]
    assert environment.result(execution)["paid"] == [10, 11, 12]
    assert environment.result(execution)["paid"] == [10, 11, 12], "asked for again"


def test_several_executions_share_the_clock(environment, charged):
    executions = [environment.start(Subscription, name, 2) for name in ("ann", "ben")]
    assert [environment.result(execution)["paid"] for execution in executions] == [[10, 11]] * 2
    assert charged == [("ann", 10), ("ben", 10), ("ann", 11), ("ben", 11)]


def test_a_continuation_is_followed_to_its_last_run(environment):
    before = environment.now()
    assert environment.run(month.Countdown, 3) == "lift off"
    assert environment.now() - before == pytest.approx(4 * 60, abs=1)


def test_a_failure_says_what_the_workflow_said(environment):
    with pytest.raises(TaskError, match="the plan is wrong") as caught:
        environment.run(month.Broken)
    assert "ValueError" in caught.value.details


def test_an_execution_that_never_ends_runs_out_of_time(environment):
    before = environment.now()
    with pytest.raises(TaskTimedout, match="out of time"):
        environment.run(month.Endless)
    assert environment.now() - before == pytest.approx(3600, abs=1)


def test_what_is_sent_with_the_client_reaches_the_execution(environment):
    execution = environment.start(month.Endless)
    environment.advance(10)
    environment.client.call(
        TerminateWorkflowExecution(
            domain=environment.domain, workflow_id=execution.workflow_id, reason="enough"
        )
    )
    with pytest.raises(TaskTerminated, match="enough"):
        environment.result(execution)


def test_an_unknown_workflow_is_named(environment):
    with pytest.raises(FlowyError, match=r"no workflow 'Subscripton' .* Subscription 1"):
        environment.run("Subscripton")


def test_histories_can_be_looked_at(environment):
    execution = environment.start(month.Lengths, "a")
    environment.result(execution)
    names = [type(event).__name__ for event in environment.history(execution)]
    assert (names[0], names[-1]) == ("WorkflowExecutionStarted", "WorkflowExecutionCompleted")
    assert names.count("ActivityTaskCompleted") == 1


def test_a_clock_does_not_go_back(environment):
    with pytest.raises(ValueError, match="cannot go back"):
        environment.advance(-1)


def test_one_line_runs_a_workflow_with_all_that_it_needs():
    assert run(month.Lengths, "a", "bcd", activities={Count: len}) == [1, 3]
    assert run(month.Careful, "ann", activities={"Charge": lambda *_: 3}) == 3


def test_a_function_takes_the_place_of_an_activity_from_now_on(environment):
    assert environment.run(month.Lengths, "ab") == [2]
    environment.fake(Count, lambda text: 7)
    assert environment.run(month.Lengths, "ab") == [7]
    environment.fake("Count", lambda text: 8)
    assert environment.run(month.Lengths, "ab") == [8]
    with pytest.raises(DefinitionError, match=r"no activity 'Cuont' to replace; .* Count 1"):
        environment.fake("Cuont", len)


def test_a_function_takes_the_place_of_a_child_too(environment):
    environment.fake(month.Lengths, lambda *texts: [40, 2])
    assert environment.run(month.Parent, "a") == 42


def test_a_test_that_is_a_coroutine_uses_it_the_same_way():
    async def count(text):
        await asyncio.sleep(0)
        return -len(text)

    async def test():
        assert run(month.Lengths, "ab", activities={Count: count}) == [-2]
        with Environment(month) as environment:
            assert environment.run(month.Lengths, "ab") == [2]
            await asyncio.sleep(0)
            return environment.run(month.Countdown, 3)

    assert asyncio.run(test()) == "lift off"


def test_signals_and_cancel_requests_are_sent_in_a_line():
    @workflow("Listens", 1, "deciders")
    class Listens(Workflow):
        word = Signal()

        async def run(self):
            said = await self.word.get()
            await asyncio.sleep(1000)
            return said

    with Environment(Listens) as environment:
        execution = environment.start(Listens)
        environment.signal(execution, "word", "hello")
        assert environment.result(execution) == "hello"
        execution = environment.start(Listens)
        environment.advance(1)
        environment.cancel(execution)
        with pytest.raises(TaskCanceled):
            environment.result(execution)


def test_code_that_does_not_repeat_itself_fails_the_test_and_not_the_clock():
    turns = []

    @workflow("Fickle", 1, "deciders")
    class Fickle(Workflow):
        async def run(self):
            turns.append(1)
            await asyncio.sleep(100 * len(turns))
            await asyncio.sleep(1)

    with Environment(Fickle) as environment:
        execution = environment.start(Fickle)
        environment.advance(1)
        environment.forget()
        before = environment.now()
        with pytest.raises(NondeterminismError):
            environment.result(execution)
        assert environment.now() - before < 200


def test_a_task_list_that_only_a_call_names_is_served_too():
    @workflow("Elsewhere", 1, "deciders")
    class Elsewhere(Workflow):
        count = ActivityProxy("Count", 1, task_list="nobody's")
        lengths = WorkflowProxy("Lengths", 1, task_list="nowhere")

        async def run(self):
            return [await self.count("abc"), *await self.lengths("a")]

    with Environment(month, Elsewhere) as environment:
        assert environment.run(Elsewhere) == [3, 1]


def test_what_declares_nothing_is_no_part_of_an_environment():
    with pytest.raises(DefinitionError, match="declares no workflow or activity"):
        Environment(len)


def test_the_fixture_begins_empty(flowy_environment):
    assert flowy_environment.run(month.Lengths, "abc") == [3]


@pytest.mark.flowy(month, activities={Count: lambda text: 9})
def test_the_fixture_takes_arguments_by_its_marker(flowy_environment):
    assert flowy_environment.run("Lengths", "abc") == [9]


def test_what_is_done_in_another_program_is_done_by_a_function():
    @workflow("Far", 1, "deciders")
    class Far(Workflow):
        measure = ActivityProxy("Measure", 3, task_list="labs")
        weigh = ActivityProxy("Weigh", 1)
        survey = WorkflowProxy("Survey", 1)

        async def run(self):
            return [await self.measure(1), await self.weigh(2), await self.survey(3)]

    fakes = {Far.measure: lambda n: n + 1, "Weigh": lambda n: n + 2, Far.survey: lambda n: n + 3}
    assert run(Far, activities=fakes) == [2, 4, 6]
    with pytest.raises(TaskError, match="ACTIVITY_TYPE_DOES_NOT_EXIST"):
        run(Far)
