"""A month passes in milliseconds: workflows under test run to their end in one line."""

import time

import pytest

from flowy.errors import DefinitionError, FlowyError, TaskError, TaskTerminated, TaskTimedout
from flowy.protocol.requests.executions import TerminateWorkflowExecution
from flowy.testing import Environment
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
        assert environment.run(month.Careful, "ann") == "TaskError: too much"


def test_an_activity_that_nobody_replaced_is_the_real_one():
    with Environment(month) as environment:
        assert environment.run(month.Lengths, "abc") == [3]
        said = environment.run(month.Careful, "ann")
    assert said == "TaskError: ann would really pay 1"


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
