"""The file: opened again, of a newer version, not writable, shared, migrated."""

import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from flowy.clock import ManualClock
from flowy.db import migrate, sqlite_engine
from flowy.db.migrate import run_scripts
from flowy.db.open import open_database
from flowy.errors import DatabaseError
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.requests.activity_tasks import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCompleted,
)
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.requests.executions import SignalWorkflowExecution
from flowy.service.client import EmbeddedClient
from flowy.service.operations.quotas import Quotas
from flowy.service.server import Service
from flowy.service.store.schema import SCHEMA
from tests.integration.service.driving import DECISIONS, DOMAIN, Driver, complete, schedule, timer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flowy.db"


def open_service(path: Path, clock: ManualClock, options: str = "") -> Service:
    return Service(f"sqlite:///{path}{options}", clock=clock)


def test_an_execution_goes_on_when_the_file_is_opened_again(path: Path, clock: ManualClock):
    service = open_service(path, clock)
    driver = Driver(service).register()
    execution = driver.start()
    driver.decide(schedule("1", heartbeat_timeout="10"), timer("t", 50))
    task = driver.poll_activity()
    clock.advance(5)
    service.call(RecordActivityTaskHeartbeat(task_token=task.task_token, details="half"))
    before = driver.history(execution)
    service.close()

    service = open_service(path, clock)
    driver = Driver(service)
    assert driver.history(execution) == before
    clock.advance(9)
    service.run_due()
    assert driver.names(execution)[-1] == "ActivityTaskStarted"
    service.call(RespondActivityTaskCompleted(task_token=task.task_token, result="r"))
    clock.advance(40)
    service.run_due()
    assert driver.names(execution).count("TimerFired") == 1
    driver.decide(complete())
    service.close()


def test_a_token_of_another_database_is_refused(path: Path, clock: ManualClock, tmp_path: Path):
    service = open_service(path, clock)
    driver = Driver(service).register()
    driver.start()
    driver.decide(schedule())
    token = driver.poll_activity().task_token
    service.close()
    other = open_service(tmp_path / "other.db", clock)
    driver = Driver(other).register()
    driver.start()
    driver.decide(schedule())
    driver.poll_activity()
    with pytest.raises(UnknownResourceFault):
        other.call(RespondActivityTaskCompleted(task_token=token))
    other.close()


def test_a_database_of_a_newer_version_is_refused(path: Path, clock: ManualClock):
    open_service(path, clock).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE flowy_service_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(DatabaseError, match=r"flowy\.db.*9999.*newer"):
        open_service(path, clock)


@pytest.mark.parametrize("name", ["missing/flowy.db", "folder", "file/flowy.db"])
def test_a_path_that_cannot_be_written_is_named(tmp_path: Path, clock: ManualClock, name: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match=name):
        open_service(tmp_path / name, clock)


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path, clock: ManualClock):
    path.write_text("Dear diary, " * 1000)
    with pytest.raises(DatabaseError, match=r"flowy\.db"):
        open_service(path, clock)
    assert path.read_text().startswith("Dear diary")


@pytest.mark.parametrize(
    "url", ["rubbish", "mysql://host/db", "sqlite://?synchronous=maybe", "sqlite://?colour=red"]
)
def test_a_url_that_is_not_taken_says_what_is(url: str):
    with pytest.raises(DatabaseError, match=r"(?i)sqlite"):
        Service(url)


@pytest.mark.parametrize(("options", "level"), [("", 2), ("?synchronous=normal", 1)])
def test_durability_is_full_unless_asked_otherwise(
    path: Path, clock: ManualClock, options: str, level: int
):
    service = open_service(path, clock, options)
    raw = service._database._session._raw
    assert raw.execute("PRAGMA synchronous").fetchone() == (level,)
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    service.close()


def test_the_migrations_make_the_schema_of_the_code(tmp_path: Path):
    by_scripts = create_engine(f"sqlite:///{tmp_path / 'scripts.db'}")
    with by_scripts.begin() as connection:
        run_scripts(connection, SCHEMA)
    by_code = create_engine(f"sqlite:///{tmp_path / 'code.db'}")
    open_database(str(by_code.url), SCHEMA).close()
    assert _schema(by_scripts) == _schema(by_code)
    revision = "SELECT version_num FROM flowy_service_version"
    with by_scripts.connect() as connection:
        assert connection.exec_driver_sql(revision).scalar() == SCHEMA.revisions[-1]
    by_scripts.dispose()
    by_code.dispose()


def test_an_older_file_keeps_its_events(tmp_path: Path, caplog):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = create_engine(url)
    insert = "INSERT INTO events (execution, event_id, body) VALUES (?, ?, ?)"
    rows = [(execution, event_id, b"{}") for event_id in range(1, 40) for execution in (2, 1)]
    with engine.begin() as connection:
        run_scripts(connection, SCHEMA, to="0002")
        connection.exec_driver_sql(insert, rows)
    open_database(url, SCHEMA).close()
    assert "from schema version 0002 to 0003" in caplog.text
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT execution, event_id, body FROM events")
        assert sorted(found.all()) == sorted(rows)
        tables = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master").all()
    engine.dispose()
    assert "WITHOUT ROWID" not in dict(tables)["events"]
    assert "events_by_execution" not in dict(tables)


def _schema(engine) -> dict[str, object]:
    found = inspect(engine)
    return {
        table: (
            [{**column, "type": str(column["type"])} for column in found.get_columns(table)],
            found.get_pk_constraint(table)["constrained_columns"],
            sorted(found.get_unique_constraints(table), key=str),
            [
                (index["name"], index["column_names"], index["unique"])
                for index in sorted(found.get_indexes(table), key=lambda index: index["name"])
            ],
        )
        for table in sorted(found.get_table_names())
    }


def test_two_processes_may_make_the_file_at_once(path: Path):
    script = f"from flowy.service.server import Service; Service('sqlite:///{path}').close()"
    makers = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(4)]
    assert [maker.wait(60) for maker in makers] == [0, 0, 0, 0]


def test_a_file_that_somebody_else_migrates_is_waited_for(
    path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
):
    open_service(path, clock).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(sqlite_engine, "BUSY_TIMEOUT", 0.01)

    def waits(text: str, *_: object) -> None:
        if "waited for" in text:
            other.execute("COMMIT")

    monkeypatch.setattr(migrate.logger, "warning", waits)
    open_service(path, clock).close()
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(migrate.logger, "warning", lambda *_: None)
    with pytest.raises(DatabaseError, match="locked"):
        open_service(path, clock)
    other.close()


def test_two_services_on_one_file_see_each_others_changes(path: Path, clock: ManualClock):
    """Each keeps states of its own; both work on the same execution in turns."""
    one, two = open_service(path, clock), open_service(path, clock)
    first, second = Driver(one).register(), Driver(two)
    execution = first.start()
    second.decide(schedule("1", heartbeat_timeout="10"))
    task = first.poll_activity()
    two.call(RecordActivityTaskHeartbeat(task_token=task.task_token))
    clock.advance(8)
    one.call(RecordActivityTaskHeartbeat(task_token=task.task_token, details="alive"))
    clock.advance(8)
    two.run_due()
    assert first.names(execution)[-1] == "ActivityTaskStarted"
    two.call(RespondActivityTaskCompleted(task_token=task.task_token))
    first.decide(complete())
    history = second.history(execution)
    assert [event.event_id for event in history] == list(range(1, len(history) + 1))
    assert type(history[-1]).__name__ == "WorkflowExecutionCompleted"
    one.close()
    two.close()


def test_a_deadline_that_one_service_made_is_kept_by_the_other(path: Path, clock: ManualClock):
    one, two = open_service(path, clock), open_service(path, clock)
    first, second = Driver(one).register(), Driver(two)
    execution = first.start()
    first.decide(timer("far", 1000))
    second.names(execution)
    clock.advance(61)
    two.run_due()
    one.call(SignalWorkflowExecution(domain=DOMAIN, workflow_id="soup", signal_name="s"))
    first.decide(timer("near", 10))
    clock.advance(10)
    two.run_due()
    assert "TimerFired" in second.names(execution)
    one.close()
    two.close()


def test_a_worker_in_another_process_is_woken(path: Path):
    """The other process polls before there is a task, and this one commits it."""
    script = textwrap.dedent(f"""
        from flowy.service.client import EmbeddedClient
        from flowy.service.server import Service
        from tests.integration.service.driving import Driver
        with Service("sqlite:///{path}") as service:
            driver = Driver(EmbeddedClient(service))
            print("polling", flush=True)
            task = driver.poll_activity()
            print(task.input, flush=True)
            from flowy.protocol.requests.activity_tasks import RespondActivityTaskCompleted
            service.call(RespondActivityTaskCompleted(task_token=task.task_token, result="cut"))
    """)
    with Service(f"sqlite:///{path}") as service:
        driver = Driver(EmbeddedClient(service)).register()
        worker = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "polling\n"
        threading.Event().wait(0.2)
        execution = driver.start()
        driver.decide(schedule(input="leek"))
        assert worker.stdout.readline() == "leek\n"
        task = driver.decide(complete())
        assert "ActivityTaskCompleted" in [type(event).__name__ for event in task.events]
        worker.stdout.close()
        assert worker.wait(30) == 0
        assert driver.names(execution)[-1] == "WorkflowExecutionCompleted"


def test_alembic_is_imported_only_for_a_migration(path: Path):
    script = (
        "import sys; from flowy.service.server import Service; "
        f"Service('sqlite:///{path}').close(); Service('sqlite:///{path}').close(); "
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_thousands_of_parked_polls_cost_memory_only(path: Path, clock: ManualClock):
    """Ten thousand watches at one list: a task wakes one of them."""
    service = Service(f"sqlite:///{path}", clock=clock, limits=Quotas(pollers=20_000))
    driver = Driver(service).register()
    woken: list[int] = []
    watches = [
        service.watch(
            PollForDecisionTask(domain=DOMAIN, task_list=DECISIONS),
            lambda number=number: woken.append(number),
        )
        for number in range(10_000)
    ]
    driver.start("a")
    driver.start("b")
    assert woken == [0, 1]
    for watch in watches:
        watch.cancel()
    assert service.notifier.watched() == []
    service.close()


def test_a_full_disk_refuses_loses_nothing_and_goes_on_when_there_is_room(
    path: Path, clock: ManualClock
):
    service = open_service(path, clock)
    driver = Driver(service).register()
    execution = driver.start()
    raw = service._database._session._raw
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count={pages + 20}")
    signal = SignalWorkflowExecution(
        domain=DOMAIN, workflow_id="soup", signal_name="s", input="x" * 30_000
    )
    acknowledged = 0

    def signal_often() -> None:
        nonlocal acknowledged
        for _ in range(100):
            service.call(signal)
            acknowledged += 1

    with pytest.raises(DatabaseError, match=r"flowy\.db.*full"):
        signal_often()
    assert acknowledged > 0
    assert driver.names(execution).count("WorkflowExecutionSignaled") == acknowledged
    raw.execute("PRAGMA max_page_count=1000000")
    service.call(signal)
    assert driver.names(execution).count("WorkflowExecutionSignaled") == acknowledged + 1
    driver.decide(complete())
    service.close()
