"""Every pattern of control flow, row by row."""

import pytest

from flowy.machine import patterns
from flowy.machine.engine import GenericWorkflowEngine, ProcessingFactory
from flowy.machine.errors import HaltProcessing
from flowy.machine.patterns.controlflow import (
    BREAK,
    CHOICE,
    CMP,
    FOR,
    HALT,
    IF,
    IF_ELSE,
    IF_NOT,
    OBJ_JUMP_BWD,
    OBJ_JUMP_FWD,
    OBJ_NEXT,
    SIMPLE_MERGE,
    STOP,
    TASK_JUMP_BWD,
    TASK_JUMP_FWD,
    TASK_JUMP_IF,
    WHILE,
)
from flowy.machine.patterns.utils import ENG_GET


class Enough(Exception):
    pass


def add(text, limit=20):
    def task(obj, eng):
        if len(obj) >= limit:
            raise Enough
        obj.append(text)

    return task


A, B, C, D = map(add, "ABCD")


def run(*tasks, token=None, **data):
    engine = GenericWorkflowEngine()
    engine.extra_data.update(data)
    engine.callbacks.replace(list(tasks))
    token = [] if token is None else token
    engine.process([token])
    return "".join(map(str, token))


def yes(obj, eng):
    return True


def no(obj, eng):
    return False


async def later(obj, eng):
    return True


def turns(count):
    """A condition that holds so many times."""
    left = [count]

    def holds(obj, eng):
        left[0] -= 1
        return left[0] >= 0

    return holds


def test_task_jump_fwd():
    assert run(A, B, TASK_JUMP_FWD(2), C, D) == "ABD"
    assert run(A, TASK_JUMP_FWD(), B) == "AB"


def test_task_jump_bwd_loops():
    token = []
    with pytest.raises(Enough):
        run(add("A", 6), add("B", 6), TASK_JUMP_BWD(-2), C, token=token)
    assert "".join(token) == "ABABAB"


def test_task_jump_bwd_goes_to_the_task_before_by_default():
    assert run(A, IF_ELSE(turns(2), [TASK_JUMP_FWD()], [BREAK()]), B) == "AB"
    token = []
    with pytest.raises(Enough):
        run(A, add("B", 5), TASK_JUMP_BWD(), token=token)
    assert "".join(token) == "ABBBB"


def test_task_jump_if():
    assert run(A, TASK_JUMP_IF(yes, 2), B, C) == "AC"
    assert run(A, TASK_JUMP_IF(no, 2), B, C) == "ABC"
    assert run(A, TASK_JUMP_IF(turns(1), -1), B) == "AAB"


def test_break():
    assert run(A, [B, BREAK(), C], D) == "ABD"


def test_stop_and_halt():
    assert run(A, STOP(), B) == "A"
    with pytest.raises(HaltProcessing):
        run(A, HALT(), B)


class Recorder(GenericWorkflowEngine):
    def __init__(self, *tasks):
        super().__init__()
        self.seen = []
        self.callbacks.replace([lambda obj, eng: self.seen.append(obj), *tasks])


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_obj_next_goes_on_with_the_next_token_from_any_depth(depth):
    tail = [OBJ_NEXT(), lambda obj, eng: eng.seen.append("not reached")]
    for _ in range(depth):
        tail = [tail, lambda obj, eng: eng.seen.append("not reached")]
    engine = Recorder(*tail)
    engine.process([0, 1, 2])
    assert engine.seen == [0, 1, 2]


def once(task):
    """Run a task at its first call only."""
    calls = []

    def run_once(obj, eng):
        if obj == 1 and not calls:
            calls.append(obj)
            task(obj, eng)

    return run_once


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (OBJ_JUMP_FWD(), "01234"),
        (OBJ_JUMP_FWD(2), "0134"),
        (OBJ_JUMP_BWD(), "0101234"),
        (OBJ_JUMP_BWD(-2), "0101234"),
    ],
)
def test_obj_jumps(task, expected):
    engine = Recorder(once(task))
    engine.process(list(range(5)))
    assert "".join(map(str, engine.seen)) == expected


@pytest.mark.parametrize("branch", [B, [B], (B,), [B, C], (B, C)])
@pytest.mark.parametrize("condition", [yes, no, later])
def test_if_and_if_not(branch, condition):
    inner = run(*branch) if isinstance(branch, list | tuple) else "B"
    holds = condition is not no
    assert run(A, IF(condition, branch), D) == "A" + (inner if holds else "") + "D"
    assert run(A, IF_NOT(condition, branch), D) == "A" + ("" if holds else inner) + "D"


@pytest.mark.parametrize("wrap", [list, tuple])
@pytest.mark.parametrize("condition", [yes, no, later])
def test_if_else(wrap, condition):
    expected = "A" + ("BC" if condition is not no else "CD") + "D"
    assert run(A, IF_ELSE(condition, wrap([B, C]), wrap([C, D])), D) == expected


@pytest.mark.parametrize("wrap", [lambda task: task, lambda task: [task], lambda task: (task,)])
def test_if_else_with_one_task_a_branch(wrap):
    assert run(IF_ELSE(yes, wrap(A), wrap(B)), C) == "AC"
    assert run(IF_ELSE(no, wrap(A), wrap(B)), C) == "BC"


def test_if_else_with_an_empty_branch():
    assert run(IF_ELSE(yes, [], [B]), C) == "C"
    assert run(IF_ELSE(no, [A], []), C) == "C"


@pytest.mark.parametrize("branches", [(None, [A]), ([A], None)])
def test_if_else_refuses_none(branches):
    with pytest.raises(ValueError, match="None"):
        IF_ELSE(yes, *branches)


def test_patterns_in_branches():
    assert run(IF(yes, IF_ELSE(no, A, [IF_NOT(no, B), C])), D) == "BCD"


@pytest.mark.parametrize("branch", [B, [B], (B,), [B, C], [B, [C]], (B, None, C)])
def test_while(branch):
    one_turn = "B" if branch == B or len(branch) == 1 else "BC"
    assert run(A, WHILE(turns(3), branch), D) == "A" + one_turn * 3 + "D"


def test_while_tests_before_the_first_turn():
    assert run(A, WHILE(no, B), D) == "AD"


def test_a_break_in_a_loop_leaves_it():
    assert run(WHILE(yes, [A, BREAK(), B]), C) == "AC"
    assert run(FOR([1, 2], "x", [A, BREAK(), B]), C) == "AC"


def show(key):
    return lambda obj, eng: obj.append(eng.extra_data[key])


@pytest.mark.parametrize("items", [[1, 2, 3], (1, 2, 3), range(1, 4), lambda: [1, 2, 3]])
@pytest.mark.parametrize("cache_data", [False, True])
def test_for(items, cache_data):
    assert run(A, FOR(items, "x", show("x"), cache_data=cache_data), show("x")) == "A1233"
    items = list(items()) if callable(items) else [1, 2, 3]
    assert run(FOR(items, "x", [show("x"), A], order="DSC"), show("x")) == "3A2A1A1"


def test_for_takes_the_items_of_an_iterator_once_for_all_tokens():
    loop = FOR(iter([1, 2]), "x", show("x"))
    assert run(loop, loop) == "1212"


def test_for_with_no_items():
    assert run(A, FOR([], "x", B), C) == "AC"


def test_for_asks_a_function_of_token_and_engine():
    token = ["0"]
    assert run(FOR(lambda obj, eng: obj[:1] * 2, "x", show("x")), token=token) == "000"


def test_for_sets_by_a_function():
    got = []
    run(FOR([1, 2], lambda obj, eng, value: got.append(value), A))
    run(FOR([3], lambda obj, eng, step, value: got.append((step, value)), A))
    assert got == [1, 2, 2, ("[0, 0]", 3), ("[0, 0]", 3)]


def test_for_recomputes_its_items_unless_they_are_cached():
    def grow(items):
        return lambda obj, eng: items.append(9) if len(items) < 4 else None

    items = [1, 2]
    assert run(FOR(lambda: items, "x", [show("x"), grow(items)])) == "1299"
    items = [1, 2]
    assert run(FOR(lambda: list(items), "x", [show("x"), grow(items)], cache_data=True)) == "12"


def test_for_in_for():
    inner = FOR("ab", "y", [show("x"), show("y")])
    assert run(FOR([1, 2], "x", inner), A) == "1a1b2a2bA"


def test_a_pattern_as_the_branch_of_a_loop_is_one_task_of_it():
    assert run(WHILE(turns(2), IF(no, A)), B) == "B"
    assert run(WHILE(turns(2), IF_ELSE(no, A, C)), B) == "CCB"


def test_for_begins_anew_for_each_token_and_each_entry():
    engine = GenericWorkflowEngine()
    engine.callbacks.replace([FOR([1, 2], "x", [show("x"), BREAK()])])
    tokens = [[], []]
    engine.process(tokens)
    assert tokens == [[1], [1]]
    assert run(WHILE(turns(2), [FOR([1, 2], "x", [show("x"), BREAK()])])) == "11"


def test_a_jump_to_the_head_of_a_for_is_its_next_turn():
    assert run(FOR([1, 2, 3], "x", [show("x"), TASK_JUMP_IF(yes, -2), A])) == "123"


def test_for_keeps_its_turn_in_the_engines_data_while_it_runs():
    seen = []
    run(FOR([1, 2], "x", lambda obj, eng: seen.append(dict(eng.extra_data["_Iterators"]))))
    assert list(seen[0]) == ["[0, 0]"]
    assert [turn["[0, 0]"]["current_data"] for turn in seen] == [1, 2]


def test_for_refuses_what_is_not_iterable_and_unknown_orders():
    with pytest.raises(TypeError, match="callable or an iterable"):
        FOR(5, "x", A)
    with pytest.raises(ValueError, match="ASC, DSC"):
        FOR([], "x", A, order="UP")


@pytest.mark.parametrize(
    ("op", "holds"),
    [
        ("eq", "b"),
        ("==", "b"),
        ("ne", "ac"),
        ("!=", "ac"),
        ("gt", "c"),
        (">", "c"),
        ("gte", "bc"),
        (">=", "bc"),
        ("lt", "a"),
        ("<", "a"),
        ("lte", "ab"),
        ("<=", "ab"),
    ],
)
def test_cmp(op, holds):
    assert "".join(x for x in "abc" if CMP(x, "b", op)(None, None)) == holds


def test_cmp_in_asks_whether_b_is_in_a():
    assert CMP([1, 2], 1, "in")(None, None)
    assert not CMP([1, 2], 3, "in")(None, None)


def test_cmp_calls_its_sides_until_they_are_values():
    engine = GenericWorkflowEngine()
    engine.extra_data["x"] = 5
    deep = lambda obj, eng: ENG_GET("x")  # noqa: E731
    assert CMP(deep, lambda obj, eng: obj, "==")(5, engine)


def test_cmp_refuses_an_unknown_operator_when_it_is_called():
    compare = CMP(1, 2, "~")
    with pytest.raises(KeyError):
        compare(None, None)


def pick(obj, eng):
    return eng.extra_data["key"]


@pytest.mark.parametrize(
    ("key", "expected"), [("one", "AD"), ("two", "ABD"), ("three", "BCD"), ("four", "CD")]
)
def test_choice(key, expected):
    choice = CHOICE(pick, ("one", A), ("two", A, B), three=(B, C), four=[C])
    assert run(choice, D, key=key) == expected


def test_choice_is_named_after_its_arbiter_and_refuses_unknown_keys():
    choice = CHOICE(pick, ("one", A))
    assert choice[0].__name__ == "pick"
    with pytest.raises(KeyError, match="pick chose 'five'"):
        run(choice, key="five")


def test_the_branches_of_a_choice_can_be_jumped_to():
    assert run(CHOICE(pick, ("one", A, TASK_JUMP_FWD()), ("two", B)), C, key="one") == "AC"
    assert run([TASK_JUMP_FWD(3), *CHOICE(pick, ("one", A), ("two", B))], key="one") == ""
    assert run([TASK_JUMP_FWD(4), *CHOICE(pick, ("one", A), ("two", B))], key="one") == "B"


@pytest.mark.parametrize("first", [A, [A], (A,)])
def test_simple_merge(first):
    assert run(SIMPLE_MERGE(first, B, C, D), B) == "ADB"


def test_simple_merge_with_longer_branches_and_jumps_between_them():
    assert run(SIMPLE_MERGE((A, B), (B, C), D)) == "ABD"
    assert run([TASK_JUMP_FWD(3), *SIMPLE_MERGE(A, B, D)]) == "BD"
    assert run(SIMPLE_MERGE(A, B)) == "AB"
    with pytest.raises(ValueError, match="at least 2"):
        SIMPLE_MERGE(A)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (IF(yes, A), "IF"),
        (IF_NOT(yes, A), "IF_NOT"),
        (IF_ELSE(yes, A, B), "IF_ELSE"),
        (WHILE(yes, A), "WHILE"),
        (FOR([], "x", A), "FOR"),
        (BREAK(), "BREAK"),
        (STOP(), "STOP"),
        (HALT(), "HALT"),
        (OBJ_NEXT(), "OBJ_NEXT"),
        (OBJ_JUMP_FWD(), "OBJ_JUMP_FWD"),
        (OBJ_JUMP_BWD(), "OBJ_JUMP_BWD"),
        (TASK_JUMP_FWD(), "TASK_JUMP_FWD"),
        (TASK_JUMP_BWD(), "TASK_JUMP_BWD"),
        (TASK_JUMP_IF(yes, 1), "TASK_JUMP_IF"),
    ],
)
def test_patterns_are_named(made, name):
    assert (made[0] if isinstance(made, list) else made).__name__ == name


def test_a_comment_is_the_docstring_and_else_the_arguments_are():
    assert IF(yes, A, comment="only at night")[0].__doc__ == "only at night"
    assert TASK_JUMP_FWD(2, comment="on").__doc__ == "on"
    assert TASK_JUMP_FWD(2).__doc__ == "TASK_JUMP_FWD: args(2); kwargs()."
    assert TASK_JUMP_FWD(step=2).__doc__ == "TASK_JUMP_FWD: args(); kwargs(step<<class 'int'>>)."


def test_all_patterns_are_in_the_package():
    for name in patterns.__all__:
        assert callable(getattr(patterns, name))


def test_breaking_out_of_a_branch_finishes_the_token():
    finished = []

    class Factory(ProcessingFactory):
        @staticmethod
        def after_object(eng, objects, obj):
            finished.append(obj)

    engine = GenericWorkflowEngine()
    engine.processing_factory = Factory
    engine.callbacks.replace([IF(no, A)])
    engine.process(["t"])
    assert finished == ["t"]
