"""`flowy replay`, `flowy debug` and `flowy check`, as people and CI call them."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from flowy.cli import replay as replaying
from flowy.cli.main import main
from flowy.protocol.ids import TypeId
from flowy.replay.files import History, saved
from flowy.worker.settings import DeciderSettings
from tests.integration.replay import held
from tests.unit.decider.simulator import EXECUTION, Simulator

FLOWS = "tests.integration.replay.flows"
CHANGED = "tests.integration.replay.changed"


def flowy(*arguments):
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_histories_of_a_folder_are_replayed(folder):
    done = flowy("replay", FLOWS, "--history", folder)
    assert done.exit_code == 0
    assert done.stdout.count("ok ") == 2
    assert "ok: 2" in done.stderr


def test_a_mismatch_fails_the_command_and_says_where(folder):
    done = flowy("replay", CHANGED, "--history", folder)
    assert done.exit_code == 1
    assert "mismatch Plain 1" in done.stdout
    assert "event 11: history has ScheduleActivityTask" in done.stdout
    assert "changed.py:" in done.stdout


def test_machines_get_json(folder):
    done = flowy("replay", CHANGED, "--history", folder, "--json")
    assert done.exit_code == 1
    rows = {row["workflow_id"]: row for row in json.loads(done.stdout)}
    assert rows["Async"]["status"] == "ok"
    assert rows["Plain"]["status"] == "mismatch"
    assert rows["Plain"]["event_id"] == 11
    assert rows["Plain"]["place"].endswith(" in Plain.run")


def test_a_live_domain_is_replayed_and_its_executions_chosen(database):
    live = ("replay", FLOWS, "--address", database[0], "--domain", "acceptance", "--json")
    rows = json.loads(flowy(*live).stdout)
    assert {row["status"] for row in rows} == {"ok"}
    # A run, the one with a child, the child, and the one that is open.
    assert len(rows) == 4
    assert len(json.loads(flowy(*live, "--open").stdout)) == 1
    assert len(json.loads(flowy(*live, "--closed").stdout)) == 3
    assert len(json.loads(flowy(*live, "--closed", "--type", "Async").stdout)) == 1
    assert len(json.loads(flowy(*live, "--id", "Plain").stdout)) == 2
    assert len(json.loads(flowy(*live, "--closed", "--limit", 2).stdout)) == 2
    assert json.loads(flowy(*live, "--tag", "nobody has it").stdout) == []


def test_histories_of_a_live_domain_are_saved_and_replayed_from_there(database, tmp_path):
    done = flowy(
        "replay", FLOWS, "--address", database[0], "--domain", "acceptance", "--closed",
        "--type", "Async", "--save", tmp_path / "kept",
    )  # fmt: skip
    assert done.exit_code == 0
    (file,) = (tmp_path / "kept").iterdir()
    assert file.name == "Async-1-Async.json"
    assert flowy("replay", FLOWS, "--history", file).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--history", "no such file"), "does not exist"),
        (("--id", "x", "--tag", "y"), "one of --id, --type and --tag"),
        (("--history", ".", "--open"), "--history is of files"),
    ],
)
def test_what_cannot_be_is_refused(arguments, words):
    done = flowy("replay", FLOWS, *arguments)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_file_that_cannot_be_read_is_told_from_a_mismatch(tmp_path):
    (tmp_path / "odd.json").write_text("{")
    done = flowy("replay", FLOWS, "--history", tmp_path)
    assert done.exit_code == 2
    assert "odd.json" in done.stderr


def debug(commands, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "flowy", "debug", FLOWS, *map(str, arguments)],
        input="\n".join([*commands, ""]),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": "."},
    )


def test_pdb_stops_in_a_plain_run_where_it_sees_the_event(folder):
    done = debug(["p value", "s", "c"], "--history", folder / "Plain.json", "--at-event", 4)
    assert "about to see event 7 ActivityTaskCompleted" in done.stdout
    assert "(Pdb) 7\n" in done.stdout
    assert "flows.py" in done.stdout
    assert done.returncode == 0


def test_pdb_stops_in_an_async_run_and_steps_on(folder):
    commands = ["p first", "n", "p lucky in range(1, 7)", "w", "q"]
    done = debug(commands, "--history", folder / "Async.json", "--at-event", 12)
    assert "TimerFired" in done.stdout
    assert "click" not in done.stdout, "only the workflow's own frames are shown"
    assert "StopIteration" not in done.stdout
    assert "part" not in done.stderr, "leaving is no mismatch"
    assert "14" in done.stdout
    assert "True" in done.stdout
    assert done.returncode == 0


def test_pdb_stops_at_the_first_line_of_a_live_execution(database):
    where = ("--address", database[0], "--domain", "acceptance", "--id", "Async")
    done = debug(["p value", "c"], *where)
    assert "event 1 WorkflowExecutionStarted" in done.stdout
    assert "first = await self.double(value)" in done.stdout
    assert done.returncode == 0


def test_an_event_after_the_last_one_is_told(folder):
    done = debug([], "--history", folder / "Plain.json", "--at-event", 500)
    assert done.returncode == 1
    assert "sees no event from 500 on" in done.stderr


def test_a_check_prints_a_line_a_finding_and_fails(tmp_path, monkeypatch):
    (tmp_path / "flows.py").write_text(
        "import time\nfrom flowy import Workflow\n\n\nclass Order(Workflow):\n"
        "    def run(self):\n        return time.time()\n"
    )
    monkeypatch.chdir(tmp_path)
    done = flowy("check", "flows.py")
    assert done.exit_code == 1
    assert done.stdout == (
        "flows.py:7:16: FLW101 clock: time.time(); a replay reads another time: use self.now() "
        "(in Order.run)\n"
    )
    assert flowy("check", "flows.py", "--github").stdout.startswith(
        "::error file=flows.py,line=7,col=16,title=FLW101::clock: "
    )
    (row,) = json.loads(flowy("check", "flows.py", "--json").stdout)["findings"]
    assert (row["path"], row["line"], row["code"]) == ("flows.py", 7, "FLW101")
    assert flowy("check", "flows.py", "--ignore", "FLW101,FLW3").exit_code == 0
    assert flowy("check", "flows.py", "--select", "FLW2").exit_code == 0
    assert flowy("check", "flows.py", "--select", "XYZ").exit_code == 2
    (tmp_path / "broken.py").write_text("def (")
    assert flowy("check", ".").exit_code == 2


def test_our_own_workflows_have_no_findings():
    done = flowy("check", "examples", "flowy", "tests/acceptance", "tests/integration")
    assert done.stdout == ""
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("version", "status", "words"),
    [
        ("clock", "mismatch", "FLW101 clock: time.time() is called at"),
        ("endless", "error", "its code held up the decision for"),
    ],
)
def test_an_execution_that_is_held_is_found_by_its_open_decision(
    tmp_path, monkeypatch, version, status, words
):
    monkeypatch.setattr(replaying, "PATIENCE", DeciderSettings(warn_after=0, fail_after=0.2))
    s = Simulator({"clock": held.Clock, "endless": held.Endless}[version], 5)
    s.decide()
    s.complete("0", 10)
    s.start_decision()
    type_id = TypeId(name="Plain", version=version)
    first = s.events[0]
    begun = replace(first, attributes=replace(first.attributes, workflow_type=type_id))
    recorded = History(
        source="test", execution=EXECUTION, type=type_id, events=(begun, *s.events[1:])
    )
    (tmp_path / "held.json").write_bytes(saved(recorded))
    done = flowy("replay", held.__name__, "--history", tmp_path, "--json")
    assert done.exit_code == 1
    (row,) = json.loads(done.stdout)
    assert row["status"] == status
    assert words in row["message"]
