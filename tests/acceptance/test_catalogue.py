"""Executions are runs: they can be listed, and their results downloaded, long afterwards."""

import json
from functools import partial

import pytest

from flowy.catalog.database import DB
from flowy.catalog.executions import ExecutionCatalogue
from flowy.catalog.run import RunManager
from flowy.swf.starter import WorkflowStarter
from flowy.volume.manager import open_volume
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
