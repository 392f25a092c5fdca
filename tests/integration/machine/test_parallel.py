"""Branches on real threads: they overlap, they are waited for, and no error of theirs is lost."""

import threading

import pytest

from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.errors import BranchTimeout, HaltProcessing, WorkflowError
from flowy.machine.patterns import PARALLEL_SPLIT, SYNCHRONIZE
from flowy.machine.signals import workflow_error


def engine_with(*tasks):
    engine = GenericWorkflowEngine()
    engine.callbacks.replace(list(tasks))
    return engine


def nothing(obj, eng):
    pass


def divide(obj, eng):
    return 1 / 0


def test_a_split_does_not_wait():
    gate = threading.Event()
    engine = engine_with(
        PARALLEL_SPLIT(lambda obj, eng: gate.wait(10) and obj.append("branch")),
        lambda obj, eng: obj.append("main"),
    )
    token = []
    engine.process([token])
    assert token == ["main"]
    gate.set()
    engine.branches.join(timeout=10)
    assert token == ["main", "branch"]


def test_the_branches_of_a_split_have_engines_of_their_own_and_one_lock():
    seen = []
    note = lambda obj, eng: seen.append((eng, eng.extra_data["lock"]))  # noqa: E731
    engine = engine_with(PARALLEL_SPLIT(note, [note]))
    engine.process([[]])
    engine.branches.join(timeout=10)
    engines, locks = zip(*seen, strict=True)
    assert len({*map(id, engines), id(engine)}) == 3
    assert set(locks) == {engine.extra_data["lock"]}


def test_a_branch_may_jump_inside_itself():
    engine = engine_with(
        PARALLEL_SPLIT([lambda obj, eng: eng.jump_call(2), divide, lambda obj, eng: obj.append(1)])
    )
    token = []
    engine.process([token])
    engine.branches.join(timeout=10)
    assert token == [1]


def test_the_error_of_a_split_branch_is_logged_sent_and_raised_by_join(caplog):
    senders = []
    receiver = senders.append
    workflow_error.connect(receiver)
    engine = engine_with(PARALLEL_SPLIT(nothing, divide))
    engine.process([[]])
    with pytest.raises(ZeroDivisionError):
        engine.branches.join(timeout=10)
    workflow_error.disconnect(receiver)
    assert "The parallel branch" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert len(senders) == 1
    assert senders[0] is not engine


def test_several_errors_of_a_split_are_raised_together():
    engine = engine_with(PARALLEL_SPLIT(divide, divide))
    engine.process([[]])
    with pytest.raises(ExceptionGroup) as caught:
        engine.branches.join(timeout=10)
    assert [type(error) for error in caught.value.exceptions] == [ZeroDivisionError] * 2


def test_the_errors_of_a_split_can_be_looked_at():
    engine = engine_with(PARALLEL_SPLIT(divide))
    engine.process([[]])
    with pytest.raises(ZeroDivisionError):
        engine.branches.join(timeout=10)
    engine.process([[]])
    assert len(engine.branches) == 1
    while not engine.branches.errors:
        threading.Event().wait(0.001)
    assert [type(error) for error in engine.branches.errors] == [ZeroDivisionError]


def test_synchronize_runs_its_branches_at_once_and_then_the_last_task():
    together, order = threading.Barrier(3), []

    def branch(name):
        def run(obj, eng):
            together.wait(10)
            order.append((name, eng))

        return run

    async def later(obj, eng):
        together.wait(10)
        order.append(("later", eng))

    engine = engine_with(
        SYNCHRONIZE(branch("a"), (branch("b"),), later, lambda obj, eng: order.append(("e", eng)))
    )
    engine.process([[]])
    assert order[-1] == ("e", engine)
    engines = dict(order)
    assert set(engines) == {"a", "b", "later", "e"}
    assert engines["a"] is engine
    assert engines["b"] is not engine


def test_the_last_of_synchronize_may_be_a_list():
    token = []
    add = lambda text: lambda obj, eng: obj.append(text)  # noqa: E731
    engine_with(SYNCHRONIZE(nothing, [add("a"), add("b")]), add("c")).process([token])
    assert token == ["a", "b", "c"]


def test_an_error_in_a_branch_is_raised_and_the_last_task_does_not_run():
    token = []
    with pytest.raises(ZeroDivisionError):
        engine_with(SYNCHRONIZE(nothing, divide, lambda obj, eng: obj.append(1))).process([token])
    assert token == []


def test_an_error_goes_before_a_halt_and_several_errors_together():
    halt = lambda obj, eng: eng.halt("h")  # noqa: E731
    with pytest.raises(HaltProcessing):
        engine_with(SYNCHRONIZE(nothing, halt, nothing)).process([[]])
    with pytest.raises(ZeroDivisionError):
        engine_with(SYNCHRONIZE(halt, divide, nothing)).process([[]])
    with pytest.raises(ExceptionGroup, match="2 branches of SYNCHRONIZE failed"):
        engine_with(SYNCHRONIZE(divide, divide, nothing)).process([[]])


def test_a_branch_that_is_too_slow_is_a_timeout():
    gate = threading.Event()
    engine = engine_with(SYNCHRONIZE(lambda obj, eng: gate.wait(10), nothing, timeout=0.05))
    with pytest.raises(BranchTimeout, match=r"1 of 1 branches of SYNCHRONIZE .* after 0\.05 s"):
        engine.process([[]])
    gate.set()
    assert issubclass(BranchTimeout, WorkflowError)
    assert issubclass(BranchTimeout, TimeoutError)


def test_synchronize_needs_two():
    with pytest.raises(ValueError, match="at least two"):
        SYNCHRONIZE(nothing)
