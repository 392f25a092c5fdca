"""Check a student's grades until one fails, and go on when the student has taken it again.

``python grades.py check sqlite:///grades.db`` begins and prints the workflow's uuid;
``python grades.py again URL UUID GRADE`` is the next day, with the new grade of the failed test;
``python grades.py show URL UUID`` draws where the check stands.
"""

import sys

from flowy.machine.draw import draw_mermaid
from flowy.machine.engine_db import DbWorkflowEngine
from flowy.machine.errors import HaltProcessing
from flowy.machine.patterns import IF
from flowy.machine.store import MachineObject, MachineStore

GRADES = (6, 5, 4, 5, 2, 6)


def grade_is_not_passing(obj, eng):
    print(f"Testing grade #{obj.position + 1}, with data {obj.data}")
    return obj.data < 5


def ask_for_another_try(obj, eng):
    eng.halt("the test is to be taken again", action="take it", payload=obj.position)


def count_as_passed(obj, eng):
    eng.extra_data["passed"] = eng.extra_data.get("passed", 0) + 1


FLOW = [IF(grade_is_not_passing, [ask_for_another_try]), count_as_passed]


def check(store):
    engine = DbWorkflowEngine.with_name("Zack", records=store)
    print(engine.uuid)
    engine.callbacks.replace(FLOW)
    report(engine, lambda: engine.process([MachineObject(grade) for grade in GRADES]))


def again(store, uuid, grade):
    engine = DbWorkflowEngine.from_uuid(uuid, records=store)
    engine.callbacks.replace(FLOW)
    [failed] = engine.halted_objects
    failed.data = int(grade)
    tokens = list(engine.database_objects)
    report(engine, lambda: engine.restart("current", "first", objects=tokens))


def report(engine, go_on):
    try:
        go_on()
    except HaltProcessing as halt:
        print(f"The student has failed this test: {halt.message}")
    else:
        print(f"{engine.status.label}: {engine.extra_data['passed']} passed")


def show(store, uuid):
    engine = DbWorkflowEngine.from_uuid(uuid, records=store)
    print(draw_mermaid(FLOW, engine.state.callback_pos), end="")


COMMANDS = {"again": again, "check": check, "show": show}


def main(command, url, *arguments):
    store = MachineStore(url)
    try:
        COMMANDS[command](store, *arguments)
    finally:
        store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
