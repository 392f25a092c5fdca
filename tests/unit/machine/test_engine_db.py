"""The storing engine with the plainest of objects: what is saved when."""

import pickle

import pytest

from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.engine_db import DbWorkflowEngine, ObjectStatus, WorkflowStatus
from flowy.machine.errors import HaltProcessing, WorkflowAPIError, WorkflowError


class Record:
    """A duck-typed db_obj."""

    def __init__(self, log):
        self.uuid, self.name, self.status, self.objects = "u1", "grades", WorkflowStatus.NEW, []
        self.log = log

    def save(self, status):
        self.status = status if status is not None else self.status
        self.log.append(("engine", status))


class Token:
    known_statuses = ObjectStatus

    def __init__(self, log, name):
        self.log, self.name, self.status, self.error = log, name, ObjectStatus.INITIAL, None

    def save(self, status, id_workflow, callback_pos=None):
        self.status = status
        self.log.append((self.name, status, id_workflow, callback_pos))

    def set_error_message(self, text):
        self.error = text


@pytest.fixture
def log():
    return []


@pytest.fixture
def engine(log):
    return DbWorkflowEngine(Record(log), extra=1)


def test_statuses_have_numbers_and_labels():
    assert [(one.name, one.value, one.label) for one in WorkflowStatus] == [
        ("NEW", 0, "New"),
        ("RUNNING", 1, "Running"),
        ("HALTED", 2, "Halted"),
        ("ERROR", 3, "Error"),
        ("COMPLETED", 4, "Completed"),
    ]
    assert [(one.name, one.value, one.label) for one in ObjectStatus] == [
        ("INITIAL", 0, "New"),
        ("COMPLETED", 1, "Done"),
        ("HALTED", 2, "Need action"),
        ("RUNNING", 3, "In process"),
        ("ERROR", 4, "Error"),
    ]
    assert WorkflowStatus(4) is WorkflowStatus.COMPLETED
    assert pickle.loads(pickle.dumps(ObjectStatus.HALTED)) is ObjectStatus.HALTED


def test_the_engine_mirrors_its_record(engine):
    assert (engine.name, engine.uuid, engine.status) == ("grades", "u1", WorkflowStatus.NEW)
    assert engine.extra_data == {"extra": 1}
    assert engine.known_statuses is WorkflowStatus
    assert repr(engine) == "<DbWorkflow_engine(grades)>"


def test_a_pass_to_the_end_is_stored_as_completed(engine, log):
    tokens = [Token(log, "a"), Token(log, "b")]
    engine.callbacks.replace([lambda obj, eng: None])
    engine.process(tokens)
    assert log == [
        ("engine", WorkflowStatus.RUNNING),
        ("a", ObjectStatus.RUNNING, "u1", None),
        ("a", ObjectStatus.COMPLETED, "u1", None),
        ("b", ObjectStatus.RUNNING, "u1", None),
        ("b", ObjectStatus.COMPLETED, "u1", None),
        ("engine", WorkflowStatus.COMPLETED),
    ]
    assert engine.status is WorkflowStatus.COMPLETED


def test_a_pass_that_was_stopped_is_stored_as_halted(engine, log):
    engine.callbacks.replace([lambda obj, eng: eng.stop()])
    engine.process([Token(log, "a"), Token(log, "b")])
    assert log[-1] == ("engine", WorkflowStatus.HALTED)
    assert [entry for entry in log if entry[0] == "b"] == []


def test_a_halt_is_stored_and_raised(engine, log):
    engine.callbacks.replace([[lambda obj, eng: eng.halt("wait")]])
    with pytest.raises(HaltProcessing, match="wait"):
        engine.process([Token(log, "a")])
    assert log[-2:] == [
        ("a", ObjectStatus.HALTED, "u1", [0, 0]),
        ("engine", WorkflowStatus.HALTED),
    ]


def test_an_error_is_stored_and_raised_as_a_workflow_error(engine, log):
    token = Token(log, "a")
    engine.callbacks.replace([lambda obj, eng: 1 / 0])
    with pytest.raises(WorkflowError, match="ZeroDivisionError") as caught:
        engine.process([token])
    assert (caught.value.id_workflow, caught.value.id_object) == ("u1", 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert "Traceback" in token.error
    assert log[-2:] == [("a", ObjectStatus.ERROR, "u1", [0]), ("engine", WorkflowStatus.ERROR)]


def test_skipped_and_aborted_tokens_are_not_saved_as_completed(engine, log):
    def leave(obj, eng):
        eng.skip_token() if obj.name == "a" else eng.abort()

    engine.callbacks.replace([leave])
    engine.process([Token(log, name) for name in "abc"])
    assert [entry[:2] for entry in log] == [
        ("engine", WorkflowStatus.RUNNING),
        ("a", ObjectStatus.RUNNING),
        ("b", ObjectStatus.RUNNING),
        ("engine", WorkflowStatus.HALTED),
    ]


def test_tokens_are_listed_by_status(engine, log):
    tokens = [Token(log, str(number)) for number in range(4)]
    for token, status in zip(tokens, ["COMPLETED", "HALTED", "RUNNING", "INITIAL"], strict=True):
        token.status = ObjectStatus[status]
    engine.db_obj.objects = tokens
    assert engine.database_objects == tokens
    assert engine.final_objects == tokens[:1]
    assert engine.halted_objects == tokens[1:2]
    assert engine.running_objects == tokens[2:3]


def test_save_without_a_status_keeps_it(engine, log):
    engine.save()
    assert log == [("engine", None)]


def test_branches_do_not_run_on_the_storing_engine(engine):
    assert type(engine.spawn()) is GenericWorkflowEngine


def test_an_engine_without_a_store_says_what_it_needs():
    with pytest.raises(WorkflowAPIError, match="MachineStore"):
        DbWorkflowEngine.with_name("x")
