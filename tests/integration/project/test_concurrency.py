"""Several processes on one project at once. ``FLOWY_LONG=1`` makes each test take a minute."""

import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from flowy.project import Monitor, MonitorOptions, Project
from tests.integration.project.conftest import CHECKOUT

LONG = bool(os.environ.get("FLOWY_LONG"))
CONTENDERS = 8 if LONG else 3


def contenders(what, *arguments):
    """Run several processes and return the lines that each printed."""
    module = [sys.executable, "-m", "tests.integration.project.contender", "--", what]
    running = [
        subprocess.Popen(
            [*module, str(number), *map(str, arguments)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        )
        for number in range(CONTENDERS)
    ]
    outputs = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0] * CONTENDERS
    return [output.splitlines() for output in outputs]


def test_no_process_is_claimed_twice(chain):
    count = 300 if LONG else 15
    for _ in range(count):
        chain.run_script("first")
    claimed = [line for lines in contenders("serve") for line in lines]
    assert Counter(Counter(claimed).values()) == {1: 3 * count}
    assert {each.status for each in chain.list_processes()} == {"Success"}
    assert {len(each.history()) for each in chain.list_processes()} == {1}


def test_no_number_is_given_twice_and_no_change_is_lost(chain):
    count = 200 if LONG else 8
    chain.run_script("third")
    lines = [line for lines in contenders("write", count) for line in lines]
    assert Counter(Counter(lines).values()) == {1: 2 * count * CONTENDERS}
    notes = chain.process(1).data["notes"]
    assert Counter(notes) == {str(number): count for number in range(CONTENDERS)}
    assert len(chain.process(1).get_workspaces()) == 1
    assert len(chain.workspaces()) == count * CONTENDERS + 1
    folders = list(Path(chain.workspaces_dir).iterdir())
    assert len(folders) == len(chain.workspaces())


def test_records_stay_whole_while_all_fight_over_them(chain):
    chain.run_script("first")
    seconds = 60 if LONG else 2
    done = threading.Event()
    torn = []

    def watch():
        with Project("lab") as lab:
            while not done.is_set():
                data = [process.data for process in lab.list_processes()]
                torn.extend(each for each in data if is_torn(each))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        won = contenders("fight", seconds)
    finally:
        done.set()
        watcher.join()
    assert all(int(lines[0]) > 0 for lines in won)
    assert torn == []
    assert [each.id for each in chain.list_processes()] == [3, 2, 1]


def is_torn(data):
    """Tell whether a state has another one's message."""
    says = {"pending": ("", "[Killed]"), "Success": ("",), "Failure": ("Killed",)}
    return data["message"] not in says.get(data["status"], ("",))


@pytest.mark.parametrize("monitors", [CONTENDERS])
def test_several_monitors_run_each_script_once_and_all_messages_are_kept(home, script, monitors):
    script(
        "count",
        "with open(process.get_workspace('runs').path('n'), 'a') as file: file.write('x')\n"
        "process.completed(True, f'done {process.id}')",
        declares="",
    )
    script("after", "process.completed(True, f'done {process.id}')", depends_on=["count"])
    count = 60 if LONG else 4
    for _ in range(count):
        home.run_script("count")
    code = (
        "from flowy.project import *; import sys\n"
        "options = MonitorOptions(cores=2, sleep=0.1)\n"
        "Monitor(Project('lab'), options, host=sys.argv[1]).run(300, drain=True)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, f"host {number}"])
        for number in range(monitors)
    ]
    assert [each.wait() for each in running] == [0] * monitors
    found = home.list_processes()
    assert [(each.status, each.message) for each in found] == [
        ("Success", f"done {each.id}") for each in found
    ]
    for process in home.processes("count"):
        with process.get_workspace("runs", create=False).open_file("n") as file:
            assert file.read() == "x"
    assert {len(each.history()) for each in found} == {1}


def test_a_process_killed_again_and_again_is_never_left_behind(home, script):
    script("slow", "import time; time.sleep(60)")
    monitor = Monitor(home, MonitorOptions(cores=4, sleep=0.05))
    thread = threading.Thread(target=monitor.run)
    thread.start()
    try:
        for _ in range(40 if LONG else 6):
            process = home.run_script("slow")
            while process.status == "pending":
                pass
            process.kill()
            assert process.message == "Killed"
    finally:
        monitor.stop()
        thread.join()
    left = subprocess.run(["pgrep", "-f", home.scripts_dir], capture_output=True, text=True)
    waiting = threading.Event()
    for _ in range(100):
        if not left.stdout:
            break
        waiting.wait(0.1)
        left = subprocess.run(["pgrep", "-f", home.scripts_dir], capture_output=True, text=True)
    assert left.stdout == ""
