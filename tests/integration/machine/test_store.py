"""The ready-made tables, on SQLite and on PostgreSQL."""

import subprocess
import textwrap

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from flowy.db.migrate import run_scripts
from flowy.errors import DatabaseError
from flowy.machine.engine_db import DbWorkflowEngine, ObjectStatus, WorkflowStatus
from flowy.machine.errors import HaltProcessing, WorkflowError
from flowy.machine.patterns import FOR, PARALLEL_SPLIT
from flowy.machine.store import MachineObject, MachineStore, MachineTables
from flowy.machine.store.opened import SCHEMA


@pytest.fixture
def store(url):
    opened = MachineStore(url)
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(url):
    """Another process's connection to the same database."""
    opened = MachineStore(url)
    yield opened
    opened.close()


def append(key):
    return lambda obj, eng: obj.data.append(eng.extra_data[key])


def halt_unless_allowed(obj, eng):
    if not eng.extra_data.pop("allowed", False):
        eng.halt("may it go on?")


FLOW = [
    FOR(["x", "y"], "item", [append("item"), halt_unless_allowed]),
    lambda obj, eng: obj.data.append("end"),
]


def start(store, flow=FLOW, tokens=2):
    engine = DbWorkflowEngine.with_name("letters", records=store)
    engine.callbacks.replace(flow)
    with pytest.raises(HaltProcessing):
        engine.process([MachineObject(data=[]) for _ in range(tokens)])
    return engine.uuid


def revive(store, uuid, flow=FLOW, **data):
    engine = DbWorkflowEngine.from_uuid(uuid, records=store, **data)
    engine.callbacks.replace(flow)
    return engine


def test_a_new_workflow_is_stored_as_new(store, elsewhere):
    uuid = DbWorkflowEngine.with_name("letters", records=store).uuid
    found = DbWorkflowEngine.from_uuid(uuid, records=elsewhere)
    assert (found.name, found.status, found.database_objects) == ("letters", WorkflowStatus.NEW, [])
    assert uuid in [one.uuid for one in store.find("letters")]


def test_an_unknown_uuid_is_an_error_that_names_it(store):
    with pytest.raises(WorkflowError, match="no-such-uuid"):
        DbWorkflowEngine.from_uuid("no-such-uuid", records=store)


def test_a_halted_workflow_is_resumed_elsewhere_with_its_position_and_data(store, elsewhere):
    uuid = start(store)
    for done in range(4):
        engine = revive(elsewhere, uuid, allowed=True)
        assert engine.status is WorkflowStatus.HALTED
        assert engine.state.callback_pos == [0, 2]
        assert [token.data for token in engine.final_objects] == [["x", "y", "end"]] * (done // 2)
        assert len(engine.halted_objects) == 1
        if done < 3:
            with pytest.raises(HaltProcessing):
                engine.resume()
        else:
            engine.resume()
    assert engine.status is WorkflowStatus.COMPLETED
    again = revive(store, uuid)
    assert [token.data for token in again.database_objects] == [["x", "y", "end"]] * 2
    assert [token.status for token in again.database_objects] == [ObjectStatus.COMPLETED] * 2
    assert again.has_completed is False  # its engine has no tokens before it is resumed
    again.resume()
    assert again.has_completed


def test_an_error_is_stored_with_its_traceback_and_can_be_mended(store, elsewhere):
    engine = DbWorkflowEngine.with_name("letters", records=store)
    engine.callbacks.replace([lambda obj, eng: obj.data.append("a"), lambda obj, eng: 1 / 0])
    with pytest.raises(WorkflowError, match="ZeroDivisionError"):
        engine.process([MachineObject(data=[])])
    mended = [lambda obj, eng: obj.data.append("a"), lambda obj, eng: obj.data.append("b")]
    engine = revive(elsewhere, engine.uuid, mended)
    token = engine.database_objects[0]
    assert (engine.status, token.status) == (WorkflowStatus.ERROR, ObjectStatus.ERROR)
    assert token.callback_pos == [1]
    assert "ZeroDivisionError" in token.error_message
    engine.resume()
    assert token.data == ["a", "b"]
    assert (token.status, token.error_message) == (ObjectStatus.COMPLETED, None)


def test_of_two_that_resume_the_same_workflow_one_is_told(store, elsewhere):
    uuid = start(store)
    one, other = revive(store, uuid), revive(elsewhere, uuid)
    with pytest.raises(HaltProcessing):
        one.resume()
    with pytest.raises(WorkflowError, match="changed elsewhere"):
        other.resume()


def test_what_is_of_one_process_only_is_not_stored(store, elsewhere):
    uuid = start(store, [PARALLEL_SPLIT(lambda obj, eng: None), lambda obj, eng: eng.halt()])
    assert revive(elsewhere, uuid).extra_data == {}


def test_data_that_json_cannot_write_is_an_error_that_says_so(store):
    engine = DbWorkflowEngine.with_name("letters", records=store, bad=object)
    engine.callbacks.replace([lambda obj, eng: None])
    with pytest.raises(WorkflowError, match="kept as JSON"):
        engine.process([MachineObject(data=[])])


CRASH = """
    import os, sys
    from flowy.machine.engine_db import DbWorkflowEngine
    from flowy.machine.store import MachineObject, MachineStore

    store = MachineStore(sys.argv[1])
    if sys.argv[2] == "new":
        engine = DbWorkflowEngine.with_name("crash", records=store)
        tokens = [MachineObject(data=[]) for _ in range(4)]
    else:
        engine = DbWorkflowEngine.from_uuid(sys.argv[2], records=store)
    print(engine.uuid, flush=True)

    def crash(obj, eng):
        eng.extra_data["count"] = eng.extra_data.get("count", 0) + 1
        obj.data.append(eng.extra_data["count"])
        if eng.state.token_pos == int(sys.argv[3]):
            os.kill(os.getpid(), 9)

    engine.callbacks.replace([crash])
    engine.process(tokens) if sys.argv[2] == "new" else engine.resume()
"""


def test_after_a_kill_the_next_process_goes_on_with_the_token_that_was_cut_off(store, url, python):
    uuid = "new"
    for crash_at in ("2", "3", "-1"):
        command = [python, "-c", textwrap.dedent(CRASH), url, uuid, crash_at]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=60)
        assert done.returncode == (-9 if crash_at != "-1" else 0)
        uuid = done.stdout.strip()
    engine = revive(store, uuid)
    assert engine.status is WorkflowStatus.COMPLETED
    assert [token.data for token in engine.database_objects] == [[1], [2], [3], [4]]
    assert engine.extra_data == {"count": 4}


def test_the_scripts_of_alembic_give_the_tables_of_the_code(url):
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in (*MachineTables.metadata.tables, SCHEMA.version_table):
            connection.execute(
                text(
                    f"DROP TABLE IF EXISTS {table} CASCADE"
                    if engine.dialect.name == "postgresql"
                    else f"DROP TABLE IF EXISTS {table}"
                )
            )
        run_scripts(connection, SCHEMA)
        context = MigrationContext.configure(
            connection, opts={"version_table": SCHEMA.version_table, "compare_type": True}
        )
        mine = {*MachineTables.metadata.tables}
        differences = [
            one for one in compare_metadata(context, MachineTables.metadata) if _table(one) in mine
        ]
    engine.dispose()
    assert differences == []


def _table(difference):
    """Return the table of one of Alembic's differences: an operation, then its subject."""
    operation = difference[0] if isinstance(difference, list) else difference
    subject = operation[2] if len(operation) > 2 else operation[1]
    table = getattr(subject, "table", subject)
    return getattr(table, "name", table)


def test_what_is_no_database_is_an_error_that_says_so(tmp_path):
    with pytest.raises(DatabaseError, match="is not a database URL"):
        MachineStore("no url")
    with pytest.raises(DatabaseError, match="no-such-folder"):
        MachineStore(f"sqlite:///{tmp_path}/no-such-folder/a.db")


def test_tokens_that_are_let_go_are_not_deleted(store):
    engine = DbWorkflowEngine.with_name("letters", records=store)
    engine.callbacks.replace([lambda obj, eng: None])
    first, second = MachineObject(1), MachineObject(2)
    engine.process([first])
    engine.process([second])
    assert engine.database_objects == [second]
    assert (first.id_workflow, first.status) == (None, ObjectStatus.COMPLETED)
