"""The examples of the machine's documentation, in Python 3, with what they print to the letter."""
# ruff: noqa: T201 - the examples print

import os
import subprocess
import sys
import textwrap
import threading
from functools import wraps

import pytest

from flowy.machine.engine import GenericWorkflowEngine, ProcessingFactory, TransitionActions
from flowy.machine.engine_db import DbWorkflowEngine
from flowy.machine.errors import HaltProcessing
from flowy.machine.patterns import PARALLEL_SPLIT, SYNCHRONIZE
from flowy.machine.patterns.controlflow import CMP, FOR, HALT, IF, IF_ELSE
from flowy.machine.utils import staticproperty

# ------------------------------------------------------------------------------ basic use


class MyObject:
    def __init__(self, data):
        self.data = data


def print_data(obj, eng):
    """Print the data found in the token."""
    print(obj.data)


def add_data(number_to_add):
    """Add number_to_add to obj.data."""

    @wraps(add_data)
    def _add_data(obj, eng):
        obj.data += number_to_add

    return _add_data


def test_basic_use(capsys):
    my_engine = GenericWorkflowEngine()
    my_object0, my_object1 = MyObject(0), MyObject(1)
    my_engine.callbacks.replace([add_data(1), print_data])

    my_engine.process([my_object0, my_object1])
    assert capsys.readouterr().out == "1\n2\n"
    assert (my_object0.data, my_object1.data) == (1, 2)

    my_engine.process([my_object0, my_object1])
    assert capsys.readouterr().out == "2\n3\n"
    assert (my_object0.data, my_object1.data) == (2, 3)


# -------------------------------------------------------------------- loops and interrupts


def append_from(key):
    def _append_from(obj, eng):
        obj.append(eng.extra_data[key])
        print("new data:", obj)

    return _append_from


def interrupt_workflow(obj, eng):
    print("Raising HaltProcessing")
    eng.halt("interrupting this workflow.")


def restart_workflow(obj, eng):
    print("Restarting the engine")
    eng.restart("current", "first")


LOOP_TRANSCRIPT = """\
new data: [0]
new data: [0, 1]
Restarting the engine
new data: [0, 1, 0]
new data: [0, 1, 0, 1]
new data: [0, 1, 0, 1, 1]
Raising HaltProcessing
new data: [0, 1, 0]
new data: [0, 1, 0, 1]
new data: [0, 1, 0, 1, 1]
Raising HaltProcessing
new data: [0, 1, 0, 1, 0]
new data: [0, 1, 0, 1, 0, 1]
new data: [0, 1, 0, 1, 0, 1, 1]
Raising HaltProcessing
Done! [[0, 1, 0, 1, 1], [0, 1, 0, 1, 1], [0, 1, 0, 1, 0, 1, 1]]
"""


def test_loops_and_interrupts(capsys):
    my_workflow = [
        FOR(range(2), "my_current_value", [append_from("my_current_value")]),
        IF_ELSE(
            CMP((lambda o, e: o), [0, 1, 0, 1], "<"),
            [restart_workflow],
            [append_from("my_current_value"), interrupt_workflow],
        ),
    ]
    my_engine = GenericWorkflowEngine()
    my_engine.callbacks.replace(my_workflow)
    try:
        my_engine.process([[], [0, 1], [0, 1, 0, 1]])
    except HaltProcessing:
        while True:
            try:
                my_engine.restart("next", "first")
            except HaltProcessing:
                continue
            else:
                print("Done!", my_engine.objects)
                break
    assert capsys.readouterr().out == LOOP_TRANSCRIPT


# ------------------------------------------------------------------------- storage: the grades


def grades_schema(url):
    """The document's models, as SQLAlchemy 2 wants them."""
    from sqlalchemy import Column, ForeignKey, Integer, create_engine
    from sqlalchemy.orm import declarative_base, relationship, sessionmaker

    engine = create_engine(url)
    Base = declarative_base()
    session = sessionmaker(bind=engine)()

    class Workflow(Base):
        __tablename__ = "workflow"
        id = Column(Integer, primary_key=True)
        state_token_pos = Column(Integer, default=-1)
        grades = relationship(
            "Grade", backref="workflow", cascade="all, delete, delete-orphan", order_by="Grade.id"
        )

        def save(self, token_pos):
            self.state_token_pos = token_pos
            try:
                session.add(self)
                session.commit()
            except Exception:
                session.rollback()
                raise

    class Grade(Base):
        __tablename__ = "grade"
        id = Column(Integer, primary_key=True)
        data = Column(Integer, nullable=False, default=0)
        user_id = Column(Integer, ForeignKey("workflow.id"))

        def __init__(self, grade):
            self.data = grade
            session.add(self)

    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    return engine, session, Workflow, Grade


class MyTransitionActions(TransitionActions):
    @staticmethod
    def HaltProcessing(obj, eng, callbacks, e):
        eng.save()
        raise e


class MyProcessingFactory(ProcessingFactory):
    @staticproperty
    def transition_exception_mapper():
        return MyTransitionActions

    @staticmethod
    def before_processing(eng, objects):
        if not eng.db_obj.grades:
            for obj in objects:
                eng.db_obj.grades.append(obj)
            eng.save()  # SQLAlchemy 2 does not follow a backref into the session

    @staticmethod
    def after_processing(eng, objects):
        eng.save()


class MyDbWorkflowEngine(DbWorkflowEngine):
    def __init__(self, db_obj):
        token_pos = db_obj.state_token_pos
        self.db_obj = db_obj
        super(DbWorkflowEngine, self).__init__()
        if token_pos is not None:
            self.state.token_pos = token_pos
            self.save()

    def save(self, token_pos=None):
        if token_pos is not None:
            self.state.token_pos = token_pos
        self.db_obj.save(self.state.token_pos)

    @staticproperty
    def processing_factory():
        return MyProcessingFactory


def grade_is_not_passing(obj, eng):
    print(f"Testing grade #{obj.id}, with data {obj.data}")
    return obj.data < 5


def amend_grade(obj, eng):
    print("Amending this grade..")
    obj.data = 5


FIRST_DAY = """\
Testing grade #1, with data 6
Testing grade #2, with data 5
Testing grade #3, with data 4
The student has failed this test!
"""

SECOND_DAY = """\

What Zak sees: [6, 5, 4, 5, 2, 6]
Note how the engine resumes from the last failing test:
Testing grade #3, with data 4
Amending this grade..
Testing grade #4, with data 5
Testing grade #5, with data 2
Amending this grade..
Testing grade #6, with data 6
"""


@pytest.mark.parametrize("style", ["as a property", "as the page prints it"])
def test_the_grades(url, capsys, style, monkeypatch):
    if style == "as the page prints it":
        monkeypatch.setattr(
            MyProcessingFactory,
            "transition_exception_mapper",
            staticmethod(lambda: MyTransitionActions),
        )
        monkeypatch.setattr(
            MyDbWorkflowEngine, "processing_factory", staticmethod(lambda: MyProcessingFactory)
        )
    database, session, Workflow, Grade = grades_schema(url)

    my_db_engine = MyDbWorkflowEngine(Workflow())
    my_db_engine.callbacks.replace([IF(grade_is_not_passing, [HALT()])])
    try:
        my_db_engine.process([Grade(6), Grade(5), Grade(4), Grade(5), Grade(2), Grade(6)])
    except HaltProcessing:
        print("The student has failed this test!")
    assert capsys.readouterr().out == FIRST_DAY

    revived_workflow = session.query(Workflow).one()
    my_db_engine = MyDbWorkflowEngine(revived_workflow)
    print("\nWhat Zak sees:", [grade.data for grade in revived_workflow.grades])
    my_db_engine.callbacks.replace([IF(grade_is_not_passing, [amend_grade])])
    print("Note how the engine resumes from the last failing test:")
    my_db_engine.restart("current", "first", objects=revived_workflow.grades)
    assert capsys.readouterr().out == SECOND_DAY

    revived_workflow = session.query(Workflow).one()
    print("\nWhat the professor sees:", [grade.data for grade in revived_workflow.grades])
    assert capsys.readouterr().out == "\nWhat the professor sees: [6, 5, 5, 5, 5, 6]\n"
    session.close()
    database.dispose()


# -------------------------------------------------------------------- methods and patterns


def if_else(call):
    def inner_call(obj, eng):
        if call(obj, eng):  # if True, continue processing..
            eng.jump_call(1)
        else:  # ..else, skip the next step
            eng.jump_call(2)

    return inner_call


def note(text):
    return lambda obj, eng: obj["done"].append(text)


def test_the_definition_with_if_else():
    flow = [
        if_else(lambda obj, eng: obj["submission"]),
        [
            [
                if_else(lambda obj, eng: obj["fulltext"]),
                [note("extract"), note("populate")],
                [],
            ],
            [
                if_else(lambda obj, eng: obj["duplicate"]),
                [lambda obj, eng: eng.stop()],
                [note("synchronize"), note("replace")],
            ],
            note("mandatory"),
        ],
        [note("check"), note("preferred"), note("save")],
    ]
    engine = GenericWorkflowEngine()
    engine.callbacks.replace(flow)

    def run(**token):
        engine.process([token | {"done": (done := [])}])
        return done

    last = ["check", "preferred", "save"]
    assert run(submission=False) == last
    assert run(submission=True, fulltext=True, duplicate=False) == [
        "extract",
        "populate",
        "synchronize",
        "replace",
        "mandatory",
        *last,
    ]
    assert run(submission=True, fulltext=False, duplicate=True) == []


def test_parallel_split_starts_b_c_and_d_after_a():
    order, started = [], threading.Barrier(3)

    def task(name):
        def run(obj, eng):
            started.wait(timeout=10)  # only passes when all three run at once
            with eng.extra_data["lock"]:
                order.append(name)

        return run

    engine = GenericWorkflowEngine()
    engine.callbacks.replace(
        [lambda obj, eng: order.append("a"), PARALLEL_SPLIT(task("b"), task("c"), task("d"))]
    )
    engine.process([[]])
    engine.branches.join(timeout=10)
    assert order[0] == "a"
    assert sorted(order) == ["a", "b", "c", "d"]


def test_synchronize_runs_a_after_b_c_and_d():
    order, started = [], threading.Barrier(3)

    def task(name):
        def run(obj, eng):
            started.wait(timeout=10)
            order.append(name)

        return run

    engine = GenericWorkflowEngine()
    engine.callbacks.replace(
        [SYNCHRONIZE(task("b"), [task("c")], task("d"), lambda obj, eng: order.append("a"))]
    )
    engine.process([[]])
    assert order[-1] == "a"
    assert sorted(order[:-1]) == ["b", "c", "d"]


# ------------------------------------------------------------------------------------ signals


def test_signals_are_sent_by_the_engine():
    from flowy.machine.signals import workflow_finished, workflow_halted, workflow_started

    got = []
    engine = GenericWorkflowEngine()
    receivers = {
        signal: (lambda name: lambda sender: got.append((name, sender)))(signal.name)
        for signal in (workflow_started, workflow_finished, workflow_halted)
    }
    for signal, receiver in receivers.items():
        signal.connect(receiver, sender=engine)
    engine.callbacks.replace([lambda obj, eng: eng.halt()])
    with pytest.raises(HaltProcessing):
        engine.process([[]])
    engine.restart("next", "first")
    assert got == [
        ("workflow_started", engine),
        ("workflow_halted", engine),
        ("workflow_started", engine),
        ("workflow_finished", engine),
    ]


NO_BLINKER = """
    import logging, sys
    sys.modules["blinker"] = None
    logging.basicConfig(format="%(message)s", stream=sys.stdout)
    from flowy.machine.engine import GenericWorkflowEngine
    for _ in range(2):
        engine = GenericWorkflowEngine()
        engine.callbacks.replace([lambda obj, eng: print("ran")])
        engine.process([1, 2])
"""


def test_without_blinker_there_is_one_warning_in_the_life_of_the_process():
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(NO_BLINKER)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    warning = "Could not import signals lib; ignoring all future signal calls.\n"
    assert done.stdout == warning + "ran\n" * 4
