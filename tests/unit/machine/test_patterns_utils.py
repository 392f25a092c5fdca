"""Every pattern that is not control flow, row by row."""

import importlib
import sys

import pytest

from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.errors import BreakFromThisLoop, HaltProcessing, WorkflowError
from flowy.machine.patterns.utils import (
    CALLFUNC,
    DEBUG_CYCLE,
    EMPTY_CALL,
    ENG_GET,
    ENG_SET,
    ERROR,
    OBJ_GET,
    OBJ_SET,
    PROFILE,
    RUN_WF,
    TRY,
    with_nice_docs,
)


@pytest.fixture
def engine():
    return GenericWorkflowEngine()


def test_empty_call_does_nothing(engine):
    assert EMPTY_CALL(None, engine) is None


def test_eng_set_and_eng_get(engine):
    ENG_SET("k", 5)(None, engine)
    assert ENG_GET("k")(None, engine) == 5
    assert ENG_GET("other")(None, engine) is None


def test_obj_set(engine):
    token = {}
    OBJ_SET("k", 5)(token, engine)
    assert token == {"k": 5}


@pytest.mark.parametrize(
    ("something", "cond", "expected"),
    [
        ("a", "all", 1),
        ("empty", "all", 0),
        ("missing", "all", False),
        (["a", "b"], "all", {"a": 1, "b": 2}),
        (["a", "missing"], "all", False),
        (["a", "empty"], "all", False),
        (["missing", "b"], "any", 2),
        (["missing", "empty"], "any", None),
        (["a", "missing", "b"], "many", {"a": 1, "b": 2}),
        (["missing"], "MANY", {}),
    ],
)
def test_obj_get(engine, something, cond, expected):
    assert OBJ_GET(something, cond)({"a": 1, "b": 2, "empty": 0}, engine) == expected


def test_error_names_the_file_of_the_definition(engine):
    with pytest.raises(Exception, match="no stock") as caught:
        ERROR("no stock")(None, engine)
    assert str(caught.value) == f"in {__file__} : no stock"


class Flaky:
    """Fails so many times."""

    def __init__(self, failures, error=None):
        self.failures, self.calls, self.error = failures, 0, error or ValueError("flaky")

    def __call__(self, obj, eng):
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error


@pytest.mark.parametrize(("failures", "retry", "calls"), [(0, 1, 1), (1, 1, 2), (2, 5, 3)])
def test_try_tries_again(engine, failures, retry, calls):
    task = Flaky(failures)
    TRY(task, retry=retry)(None, engine)
    assert task.calls == calls


def test_try_raises_an_exception_in_the_end_by_default(engine):
    task = Flaky(9)
    with pytest.raises(Exception, match="Error after attempting to run") as caught:
        TRY(task)(None, engine)
    assert task.calls == 2
    assert caught.value.__cause__ is task.error


def test_try_raises_what_it_was_given_or_calls_it(engine):
    with pytest.raises(KeyError):
        TRY(Flaky(9), onfailure=KeyError("k"))(None, engine)
    with pytest.raises(LookupError, match="attempting"):
        TRY(Flaky(9), onfailure=LookupError)(None, engine)
    called = []
    TRY(Flaky(9), onfailure=lambda obj, eng: called.append((obj, eng)))("t", engine)
    assert called == [("t", engine)]
    with pytest.raises(Exception, match="Error after attempting"):
        TRY(Flaky(9), onfailure=None)(None, engine)


def test_try_lets_transitions_through(engine):
    task = Flaky(9, BreakFromThisLoop())
    with pytest.raises(BreakFromThisLoop):
        TRY(task, retry=5)(None, engine)
    assert task.calls == 1


def test_try_logs_failures_when_it_is_to(engine, caplog):
    TRY(Flaky(1), verbose=True)(None, engine)
    assert "Error reported from the call" in caplog.text
    caplog.clear()
    TRY(Flaky(1), verbose=False)(None, engine)
    assert caplog.text == ""


def test_try_wraps_one_callable():
    with pytest.raises(TypeError, match="only one callable"):
        TRY([EMPTY_CALL])


def test_try_waits_for_async_tasks(engine):
    calls = []

    async def task(obj, eng):
        calls.append(obj)
        if len(calls) < 2:
            raise ValueError("once")

    TRY(task)("t", engine)
    assert calls == ["t", "t"]


def note(obj, eng):
    eng.extra_data.setdefault("seen", []).append(obj)


def test_run_wf_runs_a_definition_on_the_token_and_keeps_the_engine(engine):
    task = RUN_WF([note])
    task({"k": 1}, engine)
    inner = engine.extra_data["RUN_WF"]
    assert type(inner) is GenericWorkflowEngine
    assert inner.extra_data["seen"] == [{"k": 1}]
    task([1, 2], engine)
    assert engine.extra_data["RUN_WF"] is inner
    assert inner.extra_data["seen"] == [{"k": 1}, 1, 2]


def test_run_wf_takes_tokens_from_the_connector_and_an_engine_class(engine):
    class Other(GenericWorkflowEngine):
        pass

    RUN_WF([note], engine=Other, data_connector=lambda obj, eng: [obj, eng], outkey="in")(1, engine)
    assert type(engine.extra_data["in"]) is Other
    assert engine.extra_data["in"].extra_data["seen"] == [1, engine]


def test_run_wf_makes_a_new_engine_each_time_when_it_is_to(engine):
    task = RUN_WF([note], reinit=True)
    task(1, engine)
    first = engine.extra_data["RUN_WF"]
    task(2, engine)
    assert engine.extra_data["RUN_WF"] is not first
    assert engine.extra_data["RUN_WF"].extra_data["seen"] == [2]
    RUN_WF([note], outkey=None)(3, engine)
    with pytest.raises(AssertionError, match="Cannot use `reinit` without `outkey`"):
        RUN_WF([note], outkey=None, reinit=True)(1, engine)


@pytest.mark.parametrize(("options", "expected"), [({}, [1, 1]), ({"pass_always": True}, [1, 2])])
def test_run_wf_hands_data_over(engine, options, expected):
    got = []
    task = RUN_WF([lambda obj, eng: got.append(eng.extra_data["k"])], pass_eng=["k"], **options)
    for engine.extra_data["k"] in (1, 2):
        task(0, engine)
    assert got == expected


def test_a_halt_inside_run_wf_halts_the_caller(engine):
    engine.callbacks.replace([RUN_WF([lambda obj, eng: eng.halt("inner")])])
    with pytest.raises(HaltProcessing, match="inner"):
        engine.process([0])


def test_callfunc_calls_with_arguments_from_everywhere(engine):
    def function(*args, **kwargs):
        return args, kwargs

    engine.extra_data.update(x=1, both="engine", only="e")
    token = {"y": 2, "both": "token"}
    task = CALLFUNC(
        function,
        outkey="out",
        args=[0],
        oeargs=["Oy", "Ex", "both", "only"],
        ekeys={"e": "x"},
        okeys={"o": "y"},
        z=9,
    )
    for _ in range(2):
        task(token, engine)
        assert token.pop("out") == ((0, 2, 1, "token", "e"), {"e": 1, "o": 2, "z": 9})


def test_callfunc_takes_the_name_of_a_function(engine):
    token = {}
    CALLFUNC("posixpath.join", outkey="path", args=["a", "b"])(token, engine)
    assert token == {"path": "a/b"}
    with pytest.raises(WorkflowError, match="full name"):
        CALLFUNC("join")


@pytest.mark.parametrize(
    "options", [{"oeargs": ["Ono"]}, {"oeargs": ["no"]}, {"ekeys": {"a": "no"}}]
)
def test_callfunc_names_a_missing_key(engine, options):
    with pytest.raises(WorkflowError, match="no"):
        CALLFUNC(print, **options)({}, engine)


BREAKS_ONCE = """
import pathlib

def work():
    pathlib.Path(__file__).write_text("def work():\\n    return 7\\n")
    raise ValueError
"""


def test_callfunc_loads_the_module_anew_after_an_error(engine, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    source = tmp_path / "reloaded_for_a_test.py"
    source.write_text(BREAKS_ONCE)
    importlib.invalidate_caches()
    token = {}
    CALLFUNC("reloaded_for_a_test.work", outkey="out", debug=True)(token, engine)
    assert token == {"out": 7}


def test_callfunc_repeats_until_the_stopper_stops_it(engine):
    calls = []
    stopper = lambda obj, eng: len(calls) == 3  # noqa: E731
    CALLFUNC(calls.append, debug=True, stopper=stopper, args=[1])({}, engine)
    assert calls == [1, 1, 1]


@pytest.mark.parametrize("call", [note, [note, EMPTY_CALL]])
def test_profile_writes_its_statistics(engine, tmp_path, call):
    output = tmp_path / "profile"
    PROFILE(call, output=str(output))([], engine)
    assert output.exists()
    for order in ("time", "calls", "cumulative", "pcalls"):
        assert "function calls" in (tmp_path / f"profile.stats-{order}").read_text()


def test_profile_prints_without_an_output(engine, capsys):
    PROFILE(note)("t", engine)
    assert "function calls" in capsys.readouterr().out
    assert engine.extra_data["seen"] == ["t"]


def test_debug_cycle_repeats_until_the_stopper_stops_it(engine, capsys):
    DEBUG_CYCLE(
        "eng.extra_data.setdefault('n', []).append(obj + value)",
        setup="value = start",
        debug_stopper=lambda obj, eng: len(eng.extra_data["n"]) == 3,
        start=4,
    )(1, engine)
    assert engine.extra_data["n"] == [5, 5, 5]
    assert capsys.readouterr().out.count("Execution time: ") == 3


def test_debug_cycle_runs_its_repair_after_an_error(engine, capsys):
    DEBUG_CYCLE(
        "eng.extra_data['done'] = tool",
        onerror="tool = 1",
        debug_stopper=lambda obj, eng: "done" in eng.extra_data,
    )(1, engine)
    assert engine.extra_data["done"] == 1
    assert "NameError" in capsys.readouterr().err


def test_debug_cycle_ends_when_the_stopper_fails(engine, capsys):
    DEBUG_CYCLE("pass", debug_stopper=lambda obj, eng: 1 / 0)(1, engine)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_with_nice_docs_serves_patterns_of_ones_own():
    @with_nice_docs
    def TWICE(task):
        return [EMPTY_CALL, task] if task else lambda obj, eng: None

    assert TWICE(None, comment="mine").__doc__ == "mine"
    assert TWICE.__name__ == "TWICE"
