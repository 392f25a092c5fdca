"""The same user code with a server, workers and commands as processes of their own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from flowy.worker.together import MOST

ROOT = Path(__file__).resolve().parents[3]

SHOP = """
from pathlib import Path
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy
from flowy.task import Activity, Workflow


@activity("pack", 1, "shop")
class Pack(Activity):
    def run(self, what):
        with Path("packed.log").open("a") as log:
            log.write(f"{what}\\n")
        return f"{what} in a box"


@workflow("order", 1, "shop", decision_duration=2)
class Order(Workflow):
    pack = ActivityProxy("pack", 1, start_to_close=2)

    def run(self, *parts):
        return [self.pack(part).result() for part in parts]
"""


class Shell:
    """Runs `flowy` in a folder; kills at the end what was left running."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("FLOWY_", "AWS_"))},
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        self.processes = []

    def popen(self, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "flowy", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def run(self, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "flowy", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def closed(self, *arguments):
        """Ask until the execution is closed, and return how."""
        pause = threading.Event()
        while True:
            answer = self.run("list", "--closed", "--id", "hats", "--json", *arguments)
            assert answer.returncode == 0, answer.stderr
            found = json.loads(answer.stdout)
            if found:
                return found[0]["closeStatus"]
            pause.wait(0.1)


@pytest.fixture
def shell(tmp_path):
    (tmp_path / "shop.py").write_text(SHOP)
    shell = Shell(tmp_path)
    yield shell
    for process in shell.processes:
        kill(process)


def kill(process):
    if process.returncode is None:
        process.kill()
        process.communicate()


def leave(process, number=signal.SIGTERM):
    process.send_signal(number)
    output, _ = process.communicate(timeout=30)
    return process.returncode, output


@pytest.mark.slow
def test_server_worker_and_commands_over_http(shell):
    server = shell.popen("server", "--port", "0")
    shell.environment["FLOWY_ENDPOINT"] = server.stdout.readline().rstrip().rpartition("=")[2]
    worker = shell.popen("worker", "shop")
    assert "serving shop" in worker.stdout.readline()
    started = shell.run("start", "order", "1", "hat", "coat", "--id", "hats", "--json")
    assert json.loads(started.stdout)["workflowId"] == "hats"
    assert shell.closed() == "COMPLETED"
    shown = shell.run("show", "hats")
    assert '["hat in a box","coat in a box"]' in shown.stdout
    assert "pack 1 #4" in shown.stdout
    assert leave(worker)[0] == 0
    assert leave(server, signal.SIGHUP)[0] == 0, "its terminal may be closed"


@pytest.mark.slow
def test_a_worker_killed_on_the_database_file_is_replaced_and_nothing_is_lost(shell):
    first = shell.popen("worker", "shop")
    assert "serving shop" in first.stdout.readline()
    parts = [str(number) for number in range(20)]
    assert shell.run("start", "order", "1", *parts, "--id", "hats").returncode == 0
    kill(first)
    second = shell.popen("worker", "shop")
    assert "serving shop" in second.stdout.readline()
    assert shell.closed() == "COMPLETED"
    assert leave(second)[0] == 0
    packed = (shell.folder / "packed.log").read_text().split()
    assert sorted(set(packed), key=int) == parts
    assert len(packed) <= len(parts) + MOST, "only activities in hand may run again"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////proc/flowy.db", "/proc/flowy.db"),
        ("sqlite:///no/such/folder/flowy.db", "no/such/folder"),
        ("carrier-pigeon://", "carrier-pigeon"),
    ],
)
@pytest.mark.parametrize(
    "command", [("worker", "shop", "--address"), ("server", "--port", "0", "--db")]
)
def test_a_database_that_cannot_be_used_is_one_clear_line(shell, url, said, command):
    answer = shell.run(*command, url)
    assert answer.returncode == 1
    assert answer.stderr.startswith("Error: ")
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_type_registered_differently_is_told_and_the_status_is_1(shell):
    assert leave_after_first_line(shell) == 0
    (shell.folder / "shop.py").write_text(
        SHOP.replace("decision_duration=2", "decision_duration=3")
    )
    answer = shell.run("worker", "shop")
    assert answer.returncode == 1
    assert (
        "workflow order 1 in domain default: decision_duration: ours 3, theirs 2" in answer.stderr
    )
    assert "Traceback" not in answer.stderr


def leave_after_first_line(shell):
    worker = shell.popen("worker", "shop")
    worker.stdout.readline()
    return leave(worker)[0]


def test_a_database_of_a_newer_version_is_told_and_left_alone(shell):
    assert leave_after_first_line(shell) == 0
    with sqlite3.connect(shell.folder / "flowy.db") as database:
        database.execute("UPDATE flowy_service_version SET version_num = '9999'")
    database.close()
    for command in (["worker", "shop"], ["list"], ["server", "--port", "0"]):
        answer = shell.run(*command)
        assert answer.returncode == 1
        assert "newer Flowy" in answer.stderr
        assert "Traceback" not in answer.stderr
