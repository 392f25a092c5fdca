"""`flowy runs` on a catalogue: what it prints, writes, and returns as its status."""

import json
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowy.catalog.base import GroupObject, WorkflowObject
from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.catalog.workflow.state import StateError, StateSuccess
from flowy.cli.main import main
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.domains import RegisterDomain
from flowy.protocol.requests.executions import TerminateWorkflowExecution
from flowy.protocol.requests.workflow_types import RegisterWorkflowType
from flowy.swf.connect import connect
from flowy.volume.base import IOBuffer
from flowy.volume.manager import open_volume


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A catalogue in the working folder with a successful and a failed run; their ids."""
    monkeypatch.chdir(tmp_path)
    runstore = open_volume(tmp_path / "run")
    runstore.store(IOBuffer(b"{}"), "results/A.json")
    database = DB("sqlite:///flowy-runs.db")
    database.init()
    with database.session() as session:
        group = GroupObject(name="group", workflow=WorkflowObject(name="w"))
        session.add(group)
        session.commit()
        runs = RunManager(session, open_volume("flowy-runs"))
        good, bad = (runs.create_run(group=group).run_id for _ in range(2))
        runs.update_run(good, StateSuccess(files=["results/A.json"]), runstore)
        runs.update_run(bad, StateError(messages=["it broke"]))
    database.close()
    return [good, bad]


def flowy(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["runs", *arguments])


def documents(*arguments: str) -> object:
    result = flowy(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_runs_are_listed(made: list[str]) -> None:
    everything = documents("list")
    assert [run["run_id"] for run in everything] == made
    assert everything[1]["state"]["messages"] == ["it broke"]
    assert [run["run_id"] for run in documents("list", "--state", "error")] == made[1:]
    assert [run["run_id"] for run in documents("list", "--after", made[0])] == made[1:]
    assert documents("list", "--group", "nobody") == []
    printed = flowy("list").output
    assert "SUCCESS" in printed
    assert "it broke" in printed
    assert "no such runs" in flowy("list", "--state", "PENDING").output


def test_a_run_is_shown(made: list[str]) -> None:
    assert documents("show", made[0])["state"]["files"] == ["results/A.json"]
    assert "SUCCESS" in flowy("show", made[0]).output
    refused = flowy("show", "nobody")
    assert (refused.exit_code, refused.output) == (1, "Error: unknown run 'nobody'\n")


def test_files_are_listed_and_taken(made: list[str]) -> None:
    assert [file["key"] for file in documents("files", made[0])] == ["results/A.json"]
    assert "application/json" in flowy("files", made[0]).output
    assert "has no files" in flowy("files", made[1]).output
    assert flowy("files", made[0], "--get", "results/A.json").exit_code == 0
    assert Path("A.json").read_bytes() == b"{}"
    taken = flowy("files", made[0], "--get", "results/A.json", "--output", "-")
    assert taken.stdout == "{}"
    refused = flowy("files", made[0], "--get", "B.json")
    assert (refused.exit_code, refused.output) == (1, "Error: unknown file 'B.json'\n")


def test_an_archive_is_written(made: list[str]) -> None:
    assert documents("archive", made[0]) == {"file": f"run.{made[0]}.tar.gz"}
    with tarfile.open(f"run.{made[0]}.tar.gz") as tar:
        assert tar.getnames() == ["results/A.json"]
    assert flowy("archive", made[1]).exit_code == 1
    refused = flowy("archive", made[0], "--output", "no/such/folder")
    assert "cannot be written" in refused.output


def test_old_runs_are_deleted(made: list[str]) -> None:
    assert documents("delete-obsolete", "2000-01-01") == {"deleted": 0}
    assert documents("delete-obsolete", "2999-01-01", "--dry-run") == made
    assert documents("delete-obsolete", "2999-01-01", "--state", "ERROR") == {"deleted": 1}
    assert flowy("delete-obsolete", "2999-01-01").output == "1 deleted\n"
    assert open_volume("flowy-runs").walk("") == []
    refused = flowy("delete-obsolete", "some day")
    assert (refused.exit_code, "is not a moment" in refused.output) == (1, True)


def test_strays_are_swept(made: list[str]) -> None:
    volume = open_volume("flowy-runs")
    (key, _), *_ = volume.walk("")
    volume.store(IOBuffer(b""), "w/runs/r/stray")
    volume.delete(key)
    assert flowy("sweep").output == "0 folders finished, 0 strays deleted\n"
    swept = flowy("sweep", "--scan").output
    assert swept.splitlines() == [
        "0 folders finished, 1 strays deleted",
        f"run {made[0]} has lost results/A.json",
    ]
    assert documents("sweep", "--scan")["missing"] == [[made[0], "results/A.json"]]


def test_a_catalogue_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = flowy("list")
    assert (refused.exit_code, "there is no catalogue" in refused.output) == (1, True)
    assert list(tmp_path.iterdir()) == []
    Path("empty.db").touch()
    assert "there is no catalogue in" in flowy("list", "--db", "sqlite:///empty.db").output
    assert "is not a database" in flowy("list", "--db", "nonsense").output


def test_what_the_service_has_closed_is_reconciled(made: list[str]) -> None:
    options = ["--address", "sqlite:///service.db", "--domain", "work"]
    with closing(connect("sqlite:///service.db")) as client:
        client.call(RegisterDomain(name="work", workflow_execution_retention_period_in_days="1"))
        client.call(
            RegisterWorkflowType(
                domain="work", name="w", version="1", default_child_policy="TERMINATE",
                default_execution_start_to_close_timeout="60", default_task_list=TaskList(name="l"),
                default_task_start_to_close_timeout="60",
            )
        )  # fmt: skip
        arguments = ["start", "w", "1", "--id", "me", "--catalog", *options, "--json"]
        started = CliRunner().invoke(main, arguments)
        assert started.exit_code == 0, started.output
        client.call(TerminateWorkflowExecution(domain="work", workflow_id="me"))
    (before,) = documents("list", "--state", "PENDING")
    assert before["execution"] == f"work/me/{json.loads(started.stdout)['runId']}"
    found = documents("reconcile", *options)
    assert found == {"closed": [before["execution"].removeprefix("work/")], "unknown": []}
    assert flowy("reconcile", *options).output == ""
    (after,) = documents("list", "--state", "CANCELED")
    assert after["state"]["messages"][0] == "it was terminated"
