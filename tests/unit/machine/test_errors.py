"""The errors: their tree, their texts, and that they survive a pickle."""

import pickle
import warnings

import pytest

from flowy.machine import errors
from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.errors import (
    HaltProcessing,
    JumpCallBack,
    JumpCallForward,
    WorkflowDefinitionError,
    WorkflowError,
    WorkflowObjectStatusError,
    WorkflowTransition,
)

TRANSITIONS = [
    "AbortProcessing",
    "BreakFromThisLoop",
    "ContinueNextToken",
    "HaltProcessing",
    "JumpCall",
    "JumpCallBack",
    "JumpCallForward",
    "JumpToken",
    "JumpTokenBack",
    "JumpTokenForward",
    "SkipToken",
    "StopProcessing",
]

SAMPLES = [
    (HaltProcessing("m", action="a", payload=1), "HaltProcessing(m, action=a, payload=1)"),
    (
        WorkflowError("m", id_workflow=1, id_object=2, payload=3),
        "WorkflowError(m, id_workflow=1, id_object=2, payload=3)",
    ),
    (
        WorkflowDefinitionError("m", "name", payload=3),
        "WorkflowDefinitionError(m, workflow_name=name, payload=3)",
    ),
    (
        WorkflowObjectStatusError("m", id_object=1, obj_status="s"),
        "WorkflowObjectStatusError(m, obj_status=s, id_object=1)",
    ),
]


@pytest.mark.parametrize("name", TRANSITIONS)
def test_transitions(name):
    kind = getattr(errors, name)
    assert issubclass(kind, WorkflowTransition)
    assert type(pickle.loads(pickle.dumps(kind()))) is kind


@pytest.mark.parametrize("name", sorted(set(errors.__all__) - {*TRANSITIONS, "WorkflowTransition"}))
def test_the_others_are_no_transitions(name):
    assert not issubclass(getattr(errors, name), WorkflowTransition)


@pytest.mark.parametrize(("error", "text"), SAMPLES)
def test_texts_and_pickles(error, text):
    twin = pickle.loads(pickle.dumps(error))
    assert str(error) == str(twin) == text
    assert vars(twin) == vars(error)


@pytest.mark.parametrize(
    ("jump", "expected"), [(JumpCallForward(2), "ac"), (JumpCallBack(-1), "aac")]
)
def test_directed_jumps_are_jumps(jump, expected):
    jumps = [jump]

    def leave(obj, eng):
        if jumps:
            raise jumps.pop()
        eng.jump_call(2)

    token = []
    engine = GenericWorkflowEngine()
    engine.callbacks.replace(
        [
            lambda obj, eng: obj.append("a"),
            leave,
            lambda obj, eng: obj.append("b"),
            lambda obj, eng: obj.append("c"),
        ]
    )
    engine.process([token])
    assert "".join(token) == expected


# --------------------------------------------------------------------------- deprecated names


def task(obj, eng):
    pass


ALIASES = {
    "addCallback": (lambda eng: eng.addCallback("k", task), {"k": [task]}),
    "addManyCallbacks": (lambda eng: eng.addManyCallbacks("k", [task, None]), {"k": [task]}),
    "replaceCallbacks": (lambda eng: eng.replaceCallbacks("k", [task]), {"k": [task]}),
    "setWorkflow": (lambda eng: eng.setWorkflow([task]), {"*": [task]}),
}
LEAVING = {
    "abortProcessing": ((), "AbortProcessing"),
    "breakFromThisLoop": ((), "BreakFromThisLoop"),
    "continueNextToken": ((), "ContinueNextToken"),
    "haltProcessing": (("m",), "HaltProcessing"),
    "jumpCall": ((1,), "JumpCall"),
    "jumpCallBack": ((-1,), "JumpCall"),
    "jumpCallForward": ((1,), "JumpCall"),
    "jumpToken": ((1,), "JumpToken"),
    "jumpTokenBack": ((-1,), "JumpTokenBack"),
    "jumpTokenForward": ((1,), "JumpTokenForward"),
    "skipToken": ((), "SkipToken"),
    "stopProcessing": ((), "StopProcessing"),
}


@pytest.mark.parametrize("name", ALIASES)
def test_older_names_of_definitions(name):
    engine = GenericWorkflowEngine()
    call, expected = ALIASES[name]
    with pytest.warns(DeprecationWarning, match=name):
        call(engine)
    assert engine.callbacks.get(None) == expected


@pytest.mark.parametrize("name", LEAVING)
def test_older_names_of_control(name):
    arguments, transition = LEAVING[name]
    with (
        pytest.warns(DeprecationWarning, match=name),
        pytest.raises(getattr(errors, transition)),
    ):
        getattr(GenericWorkflowEngine(), name)(*arguments)


@pytest.mark.parametrize(("name", "offset"), [("jumpCallForward", -1), ("jumpCallBack", 1)])
def test_jumps_in_the_wrong_direction(name, offset):
    with pytest.warns(DeprecationWarning, match=name), pytest.raises(WorkflowError):
        getattr(GenericWorkflowEngine(), name)(offset)


@pytest.mark.parametrize(
    ("name", "offset", "expected"),
    [("jumpTokenForward", 2, "0134"), ("jumpTokenBack", -1, "0101234")],
)
def test_older_token_jumps_work(name, offset, expected):
    seen = []

    def jump_once(obj, eng):
        seen.append(obj)
        if obj == 1 and seen.count(1) == 1:
            getattr(eng, name)(offset)

    engine = GenericWorkflowEngine()
    engine.callbacks.replace([jump_once])
    with pytest.warns(DeprecationWarning, match=name):
        engine.process(list(range(5)))
    assert "".join(map(str, seen)) == expected


def test_older_token_jumps_in_the_wrong_direction():
    engine = GenericWorkflowEngine()
    engine.callbacks.replace([lambda obj, eng: eng.jumpTokenForward(-1)])
    warned = pytest.warns(DeprecationWarning, match="jumpTokenForward")
    with warned, pytest.raises(WorkflowError, match="negative"):
        engine.process([0])


def test_older_names_of_data():
    engine = GenericWorkflowEngine()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        engine.setVar("a", 1)
        assert (engine.getVar("a"), engine.getVar("b"), engine.hasVar("b")) == (1, None, False)
        assert (engine.getVar("b", 2), engine.hasVar("b")) == (2, True)
        engine.delVar("b")
        engine.delVar("b")
        assert engine.store is engine.extra_data
        assert engine.store == {"a": 1}
        engine.setPosition(3, [1, 2])
        assert (engine.getCurrObjId(), engine.getCurrTaskId()) == (3, [1, 2])
        engine.setWorkflow([task])
        assert engine.getCallbacks() == [task]
        twin = engine.duplicate()
        assert (type(twin), twin.callbacks.empty()) == (GenericWorkflowEngine, True)
        engine.removeCallbacks("*")
        engine.addCallback("k", task)
        engine.removeAllCallbacks()
        assert engine.callbacks.empty()
