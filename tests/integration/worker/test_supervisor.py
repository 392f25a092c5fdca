"""Several processes under one: the dead are replaced, all leave together, code is reloaded."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60

SUPERVISES = """
import logging, sys
from pathlib import Path
from flowy.worker.supervisor import Plan, Supervisor
logging.basicConfig(level=logging.INFO, format="%(message)s")
changes = Path({changes!r})
seen = [changes.exists()]
def changed():
    before, seen[0] = seen[0], changes.exists()
    return before != seen[0]
plan = Plan(command=[sys.executable, "-c", {child!r}], processes={processes}, patience={patience},
            changed=changed if {reloads} else None, look_every=0.02)
sys.exit(Supervisor(plan).run())
"""

SERVES = """
import os, signal, sys, threading
from flowy.worker.supervisor import Lifeline
line = Lifeline()
left = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: left.set())
line.hold()
place = line.name.rpartition(" ")[2]
os.write(1, b"%s %d\\n" % (place.encode(), os.getpid()))  # in one piece: others write too
line.serves()
left.wait()
os.write(1, b"left\\n")
sys.exit({status})
"""


class Supervised:
    """A supervisor in a process of its own, and the lines that all print."""

    def __init__(self, tmp_path, child, processes=2, reloads=False, patience=30.0):
        self.changes = tmp_path / "changed"
        program = SUPERVISES.format(
            child=textwrap.dedent(child),
            processes=processes,
            reloads=reloads,
            changes=str(self.changes),
            patience=patience,
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def lines(self, count):
        return [self.process.stdout.readline().split() for _ in range(count)]

    def children(self, count):
        """Wait until so many children print that they serve; return their ids by their place."""
        return {place: int(process_id) for place, process_id in self.lines(count)}

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def supervised(tmp_path):
    made = []

    def make(child, **options):
        made.append(Supervised(tmp_path, child, **options))
        return made[-1]

    yield make
    for each in made:
        each.end()


def gone(process_id):
    waiting = threading.Event()
    for _ in range(PATIENCE * 100):
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        waiting.wait(0.01)
    return False


def test_a_dead_child_is_replaced_in_its_place_and_all_leave_in_order(supervised):
    running = supervised(SERVES.format(status=0))
    children = running.children(2)
    assert set(children) == {"0", "1"}
    os.kill(children["1"], signal.SIGKILL)
    ((place, process_id),) = running.lines(1)
    assert place == "1"
    assert int(process_id) != children["1"]
    running.process.send_signal(signal.SIGTERM)
    assert running.lines(2) == [["left"], ["left"]]
    assert running.process.wait(PATIENCE) == 0
    assert gone(children["0"])


def test_the_exit_status_is_the_highest_of_the_childrens(supervised):
    running = supervised(SERVES.format(status=3), processes=1)
    running.children(1)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(PATIENCE) == 3


def test_children_leave_when_their_supervisor_is_killed(supervised):
    running = supervised(SERVES.format(status=0), processes=1)
    (child,) = running.children(1).values()
    running.process.kill()
    assert running.lines(1) == [["left"]]
    assert gone(child)


def test_a_second_signal_ends_at_once(supervised):
    running = supervised(SERVES.format(status=0).replace("left.set()", "None"), processes=1)
    (child,) = running.children(1).values()
    running.process.send_signal(signal.SIGTERM)
    while running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
    # A third one may come when the supervisor has given back what signals do.
    assert running.process.wait(PATIENCE) in (128 + signal.SIGKILL, -signal.SIGTERM)
    assert gone(child)


def test_a_child_that_does_not_leave_is_killed(supervised):
    child = SERVES.format(status=0).replace("left.set()", "None")
    running = supervised(child, processes=1, patience=0.1)
    running.children(1)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(PATIENCE) == 128 + signal.SIGKILL


def test_children_that_never_serve_are_given_up(supervised):
    running = supervised("import sys; sys.exit('no such module')", processes=1)
    assert running.process.wait(PATIENCE) == 1


@pytest.mark.parametrize("status", [1, 2])
def test_a_child_that_cannot_begin_ends_all_at_once_with_its_status(supervised, tmp_path, status):
    child = f"import os, sys; os.write(1, b'begun\\n'); sys.exit({status})"
    running = supervised(child, processes=1)
    assert running.process.wait(PATIENCE) == status
    assert running.process.stdout.read() == "begun\n"


@pytest.mark.parametrize("status", [1, 2])
def test_a_place_that_has_been_served_is_filled_again_whatever_the_status(supervised, status):
    running = supervised(SERVES.format(status=status), processes=1)
    (first,) = running.children(1).values()
    os.kill(first, signal.SIGTERM)
    left, (place, second) = running.lines(2)
    assert (left, place) == (["left"], "0")
    assert int(second) != first


BROKEN = """
import os, sys
if not os.path.exists({changes!r}):
    os.write(1, b"broken\\n")
    sys.exit({status})
"""


def test_where_code_is_reloaded_broken_code_is_tried_again_when_it_changes(supervised, tmp_path):
    broken = BROKEN.format(changes=str(tmp_path / "changed"), status=1)
    running = supervised(broken + SERVES.format(status=0), processes=1, reloads=True)
    assert running.lines(1) == [["broken"]]
    with pytest.raises(subprocess.TimeoutExpired):  # it would come again after half a second
        running.process.wait(1.5)
    running.changes.write_text("mended")
    ((place, _),) = running.lines(1)
    assert place == "0"


def test_what_no_code_can_mend_ends_all_where_code_is_reloaded_too(supervised, tmp_path):
    broken = BROKEN.format(changes=str(tmp_path / "changed"), status=2)
    assert supervised(broken, processes=1, reloads=True).process.wait(PATIENCE) == 2


def test_changed_code_is_loaded_by_new_children(supervised):
    running = supervised(SERVES.format(status=0), processes=1, reloads=True)
    (first,) = running.children(1).values()
    running.changes.write_text("now")
    left, (place, second) = running.lines(2)
    assert (left, place) == (["left"], "0")
    assert int(second) != first
