"""Executions are runs: they can be listed, and their results downloaded, long afterwards."""

import json
import os
import pickle
import threading
from contextlib import closing
from functools import partial

import pytest

from flowy.catalog.database import DB
from flowy.catalog.executions import ExecutionCatalogue
from flowy.catalog.run import RunManager
from flowy.errors import (
    ConstraintViolationError,
    DatabaseError,
    InvalidKeyError,
    InvalidRunStateError,
    NotCatalogued,
    UnknownFileError,
    UnknownRunError,
    VolumeError,
)
from flowy.protocol.requests.executions import TerminateWorkflowExecution
from flowy.protocol.tasks import ActivityTask
from flowy.swf.connect import connect
from flowy.swf.starter import WorkflowStarter
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.volume.manager import open_volume
from flowy.worker.activities import ActivityPoller
from flowy.worker.cataloguing import Reconciled, Reconciler, reconcile, run_of
from flowy.worker.decisions import DecisionPoller
from tests.acceptance import catalogued, stage


@pytest.fixture
def database(tmp_path):
    made = DB(f"sqlite:///{tmp_path}/runs.db")
    yield made
    made.close()


@pytest.fixture
def catalogue(database, tmp_path):
    return ExecutionCatalogue(database, f"file://{tmp_path}/files")


@pytest.fixture
def played(catalogue, monkeypatch):
    monkeypatch.setattr(stage, "DecisionPoller", partial(DecisionPoller, catalog=catalogue))
    monkeypatch.setattr(stage, "ActivityPoller", partial(ActivityPoller, catalog=catalogue))
    made = stage.Stage(catalogued, catalogued.LIST)
    yield made
    made.close()


def listed(database, tmp_path):
    with database.session() as session:
        runs = RunManager(session, open_volume(tmp_path / "files"))
        found = []
        for run in runs.list_all_runs():
            state = run.state()
            arguments = {one["id"]: one["value"] for one in run.arguments}
            found.append((run.workflow.name, str(state), arguments, state, run.run_id))
        return found


def start(stage_, catalogue, name, *args):
    starter = WorkflowStarter(name, 1, stage_.client, stage_.domain, catalog=catalogue)
    with starter.id(name):
        return starter(*args)


def test_an_execution_is_pending_then_running_then_successful(
    played, catalogue, database, tmp_path
):
    run_id = start(played, catalogue, "well", 21)
    states = [listed(database, tmp_path)[0][1]]
    while played.step():
        states.append(listed(database, tmp_path)[0][1])
    assert list(dict.fromkeys(states)) == ["PENDING", "RUNNING", "SUCCESS"]
    ((name, _, arguments, state, catalogued_id),) = listed(database, tmp_path)
    assert name == "well 1"
    assert arguments == {
        "domain": "acceptance",
        "workflow_id": "well",
        "run_id": run_id,
        "input": "[[21],{}]",
    }
    assert state.files == ["result.json"]
    with database.session() as session:
        runs = RunManager(session, open_volume(tmp_path / "files"))
        with runs.get_runfile(catalogued_id, key="result.json").open() as stream:
            assert json.load(stream) == 42


def test_an_execution_that_fails_says_why(played, catalogue, database, tmp_path):
    start(played, catalogue, "badly", 1)
    while played.step():
        pass
    ((_, state, _, value, _),) = listed(database, tmp_path)
    assert state == "ERROR"
    assert "there is no such photograph" in value.messages[0]


def test_an_execution_that_nobody_announced_is_catalogued_at_its_first_decision(
    played, database, tmp_path
):
    played.play("well", 1)
    ((name, state, arguments, _, _),) = listed(database, tmp_path)
    assert (name, state, arguments["workflow_id"]) == ("well 1", "SUCCESS", "well")


def test_what_is_told_twice_or_late_changes_nothing(catalogue, database, tmp_path):
    place = ("domain", "id", "run", "type 1")
    catalogue.closed(*place, "CANCELED", [], None)
    catalogue.running(*place)
    catalogue.pending(*place, None)
    catalogue.closed(*place, "SUCCESS", [], "7")
    ((_, state, _, value, _),) = listed(database, tmp_path)
    assert state == "CANCELED"
    assert len(value.messages) == 1


def test_a_catalogue_that_is_broken_stops_no_workflow(
    played, catalogue, database, monkeypatch, caplog
):
    def broken(*_):
        raise OSError("the disk is on fire")

    monkeypatch.setattr(catalogue, "running", broken)
    monkeypatch.setattr(catalogue, "closed", broken)
    history = played.play("well", 1)
    assert type(history[-1]).__name__ == "WorkflowExecutionCompleted"
    assert "the catalogue was not told that well" in caplog.text


def contents(database, tmp_path, run_id):
    with database.session() as session:
        runs = RunManager(session, open_volume(tmp_path / "files"))
        found = {}
        for file in runs.get_run(run_id).files:
            with runs.get_runfile(run_id, key=file.key).open() as stream:
                found[file.key] = stream.read().decode()
        return found


def test_an_activity_stores_files_in_its_run_and_others_take_them(played, database, tmp_path):
    (tmp_path / "here").mkdir()
    played.play("painting", str(tmp_path))
    ((_, _, _, state, run_id),) = listed(database, tmp_path)
    result = ["blue.txt", ["blue.txt", ["blue.txt", "pictures/blue.txt"]]]
    assert state.files == ["blue.txt", "pictures/blue.txt", "result.json"]
    assert contents(database, tmp_path, run_id) == {
        "blue.txt": "blue",
        "pictures/blue.txt": "blue",
        "result.json": json.dumps(result, separators=(",", ":")),
    }


@pytest.mark.parametrize("named", ["id", "execution"])
def test_an_activity_takes_files_of_another_run(played, catalogue, database, tmp_path, named):
    played.play("painting", str(tmp_path))
    ((_, _, arguments, _, run_id),) = listed(database, tmp_path)
    name = run_id if named == "id" else "/".join(list(arguments.values())[:3])
    history = played.play("copying", str(tmp_path), name, "pictures/blue.txt")
    keys = ["blue.txt", "pictures/blue.txt", "result.json"]
    assert json.loads(history[-1].attributes.result) == [keys, "blue"]


def test_the_key_of_the_result_is_the_workflows(played, tmp_path):
    history = played.play("claiming", str(tmp_path))
    assert "is for what the workflow returns" in history[-1].attributes.reason


def test_without_a_catalogue_an_activity_is_told_what_it_misses(tmp_path):
    plain = stage.Stage(catalogued, catalogued.LIST)
    history = plain.play("painting", str(tmp_path))
    plain.close()
    assert "catalog=" in history[-1].attributes.reason


def test_what_the_service_closes_is_reconciled(played, catalogue, database, tmp_path):
    start(played, catalogue, "endless")
    with_id = start(played, catalogue, "well", 2)
    terminate = TerminateWorkflowExecution(
        domain=played.domain, workflow_id="well", run_id=with_id, reason="enough", details="of it"
    )
    played.client.call(terminate)
    assert played.decisions.poll() is not None
    assert reconcile(played.client, played.domain, catalogue) == Reconciled(
        closed=[f"well/{with_id}"]
    )
    while played.step():
        pass
    (closed,) = reconcile(played.client, played.domain, catalogue).closed
    assert closed.startswith("endless/")
    found = {name: state for name, _, _, state, _ in listed(database, tmp_path)}
    assert str(found["endless 1"]) == "ERROR"
    assert found["endless 1"].messages == ["it outlived its timeout START_TO_CLOSE"]
    assert str(found["well 1"]) == "CANCELED"
    assert found["well 1"].messages == [
        "it was terminated",
        "enough",
        "of it",
        "OPERATOR_INITIATED",
    ]
    assert reconcile(played.client, played.domain, catalogue) == Reconciled()


def test_what_a_killed_worker_did_not_tell_is_reconciled(
    catalogue, database, tmp_path, monkeypatch
):
    """A plain decider stands for one that is killed between its answer and its telling."""
    silent = stage.Stage(catalogued, catalogued.LIST)
    monkeypatch.setattr(silent.activities, "_catalog", catalogue)
    start(silent, catalogue, "well", 21)
    start(silent, catalogue, "badly", 21)
    start(silent, catalogue, "painting", str(tmp_path))
    while silent.step():
        pass
    assert {state for _, state, *_ in listed(database, tmp_path)} == {"PENDING"}
    assert len(reconcile(silent.client, silent.domain, catalogue).closed) == 3
    found = {name: (str(state), run_id) for name, _, _, state, run_id in listed(database, tmp_path)}
    silent.close()
    assert found["badly 1"][0] == "ERROR"
    assert found["painting 1"][0] == "SUCCESS"
    assert contents(database, tmp_path, found["well 1"][1]) == {"result.json": "42"}
    assert set(contents(database, tmp_path, found["painting 1"][1])) == {
        "blue.txt", "pictures/blue.txt", "result.json",
    }  # fmt: skip


def test_executions_that_the_service_does_not_know_stay_as_they_are(
    played, catalogue, database, tmp_path
):
    catalogue.running(played.domain, "elsewhere", "run", "type 1")
    catalogue.running("another domain", "elsewhere", "run", "type 1")
    found = reconcile(played.client, played.domain, catalogue)
    assert (found.closed, len(found.unknown)) == ([], 1)
    assert {state for _, state, *_ in listed(database, tmp_path)} == {"RUNNING"}


def test_a_worker_reconciles_at_once_and_then_now_and_then(played, catalogue, database, tmp_path):
    run_id = start(played, catalogue, "well", 2)
    source = played.decisions.source
    reconciler = Reconciler(source, catalogue, interval=60)
    reconciler.poll()
    assert [state for _, state, *_ in listed(database, tmp_path)] == ["PENDING"]
    played.client.call(
        TerminateWorkflowExecution(domain=played.domain, workflow_id="well", run_id=run_id)
    )
    threading.Timer(0.05, lambda: played.clock.advance(90)).start()
    reconciler.poll()
    assert [state for _, state, *_ in listed(database, tmp_path)] == ["CANCELED"]


def test_a_run_goes_along_to_another_process(played, catalogue, database, tmp_path):
    """The files are pickled with the run's id, though nobody has told of the execution yet."""
    execution = played.start("well", 1)
    task = ActivityTask(
        task_token="t", activity_id="0", started_event_id=1, workflow_execution=execution
    )
    run = pickle.loads(pickle.dumps(run_of(catalogue, played.decisions.source, task)))
    (tmp_path / "a.txt").write_text("a")
    assert run.store(tmp_path / "a.txt") == "a.txt"
    ((name, state, _, _, run_id),) = listed(database, tmp_path)
    assert (name, state, run_id) == ("well 1", "PENDING", run.id)


def test_an_activity_in_another_process_stores_files_too(catalogue, database, tmp_path):
    with closing(connect(f"sqlite:///{tmp_path}/service.db")) as client:
        plan = WorkerPlan(packages=[catalogued])
        worker = make_worker(client, "acceptance", plan, catalog=catalogue)
        starter = WorkflowStarter("painting elsewhere", 1, client, "acceptance", catalog=catalogue)
        worker.start()
        try:
            starter(str(tmp_path))
            for _ in range(600):
                if catalogue.unfinished("acceptance") == []:
                    break
                threading.Event().wait(0.1)
        finally:
            worker.stop()
            worker.join(timeout=30)
    ((_, state, _, _, run_id),) = listed(database, tmp_path)
    found = contents(database, tmp_path, run_id)
    assert (state, sorted(found)) == ("SUCCESS", ["green.txt", "result.json"])
    assert int(found["green.txt"]) != os.getpid()


def test_a_catalogue_that_cannot_go_along_is_missed_only_where_it_is_used():
    catalogue = ExecutionCatalogue("sqlite://", "memory://catalogue")
    with pytest.raises(DatabaseError, match="cannot be used by another process"):
        pickle.dumps(catalogue)
    run = pickle.loads(pickle.dumps(catalogue.files("domain", "id", "run", lambda: "type 1")))
    run = pickle.loads(pickle.dumps(run))
    catalogue.close()
    for asked in (lambda: run.id, run.keys, lambda: run.store(__file__), lambda: run.open("a")):
        with pytest.raises(NotCatalogued, match="a catalogue in memory"):
            asked()


def test_who_listens_hears_of_each_change(database, tmp_path):
    events = []
    catalogue = ExecutionCatalogue(database, f"{tmp_path}/files", listener=events.append)
    place = ("domain", "id", "run", "type 1")
    catalogue.running(*place)
    catalogue.running(*place)
    catalogue.closed(*place, "SUCCESS", [], "7")
    assert [(event.before, event.after) for event in events] == [
        (None, "PENDING"),
        ("PENDING", "RUNNING"),
        ("RUNNING", "SUCCESS"),
    ]


def test_unknown_runs_and_files_are_named_and_no_part_is_left(catalogue, tmp_path):
    run = catalogue.files("domain", "id", "run", lambda: "type 1")
    (tmp_path / "empty").mkdir()
    for refused, error in (
        (lambda: run.keys("0" * 32), UnknownRunError),
        (lambda: run.keys("domain/nobody/run"), UnknownRunError),
        (lambda: run.open("none"), UnknownFileError),
        (lambda: run.download("none", tmp_path / "empty"), UnknownFileError),
        (lambda: run.store(tmp_path / "none"), UnknownFileError),
        (lambda: run.store(tmp_path / "empty"), UnknownFileError),
        (lambda: run.store(__file__, "../out"), InvalidKeyError),
        (lambda: run.store(__file__, "result.json"), ConstraintViolationError),
    ):
        with pytest.raises(error):
            refused()
    run.store(__file__, "here")
    with pytest.raises(VolumeError, match="gone"):
        run.download("here", tmp_path / "no folder" / "here")
    assert list((tmp_path / "empty").iterdir()) == []
    catalogue.closed("domain", "id", "run", "type 1", "CANCELED", [], None)
    with pytest.raises(InvalidRunStateError):
        run.store(__file__)
