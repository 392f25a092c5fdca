"""The image demo as a user runs it: to the end, again, and killed in between."""

import re
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from examples.images.report import executions
from examples.images.serve import PHOTO_FOLDER
from flowy.protocol.events.activity import ActivityTaskCompleted
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.swf.connect import connect

ROOT = Path(__file__).parents[3]
PHOTOS = sorted(path.name for path in PHOTO_FOLDER.glob("*.jpg"))
ACTIONS = {"ResizePhoto": "resize", "PredominantColor": "color", "MovePhoto": "move"}


def test_each_photograph_ends_in_the_folder_of_its_color(tmp_path):
    # When the demo runs
    shown = _run(tmp_path)
    # Then the table has a line for each photograph, and each is where the table says
    rows = _rows(shown)
    assert sorted(rows) == PHOTOS
    for photo, (color, folder, activities, _) in rows.items():
        assert color in folder
        assert activities == "3"
        assert (tmp_path / folder / photo).read_bytes().startswith(b"\xff\xd8")


def test_second_run_shows_the_table_and_does_nothing(tmp_path):
    # Given a demo that ran to its end
    first = _rows(_run(tmp_path))
    # When it runs again on the same database
    second = _rows(_run(tmp_path))
    # Then it shows the same, and no activity ran
    assert second == first
    assert len(_log(tmp_path)) == 3 * len(PHOTOS)


@pytest.mark.slow
def test_killed_demo_goes_on_and_no_completed_activity_runs_again(tmp_path):
    completed, ran = set(), 0
    for runs_before_the_kill in (3, 8, 4):
        # Given a demo that is killed after some activities have begun
        _kill_after(tmp_path, ran + runs_before_the_kill)
        assert completed.isdisjoint(_log(tmp_path)[ran:])
        completed, ran = _completed(tmp_path), len(_log(tmp_path))
    assert completed
    # When it runs to its end
    rows = _rows(_run(tmp_path))
    # Then every photograph is sorted, and nothing that was completed ran once more
    assert sorted(rows) == PHOTOS
    assert completed.isdisjoint(_log(tmp_path)[ran:])
    assert len(_completed(tmp_path)) == 3 * len(PHOTOS)


def _command(work):
    return [sys.executable, "-m", "examples.images.demo", str(work)]


def _run(work):
    ended = subprocess.run(
        _command(work), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def _kill_after(work, runs):
    with subprocess.Popen(_command(work), cwd=ROOT, stdout=subprocess.DEVNULL) as demo:
        while len(_log(work)) < runs and demo.poll() is None:
            threading.Event().wait(0.005)
        demo.kill()
    assert demo.returncode == -signal.SIGKILL


def _log(work):
    log = work / "activity.log"
    return log.read_text().splitlines() if log.exists() else []


def _completed(work):
    """Find the activities that completed, as lines of the log."""
    found = set()
    with closing(connect(f"sqlite:///{work / 'images.db'}")) as client:
        for info in executions(client):
            answer = client.call(
                GetWorkflowExecutionHistory(domain="images", execution=info.execution)
            )
            events = {event.event_id: event for event in answer.events}
            for event in answer.events:
                if isinstance(event, ActivityTaskCompleted):
                    scheduled = events[event.attributes.scheduled_event_id].attributes
                    action = ACTIONS[scheduled.activity_type.name]
                    found.add(f"{action} {info.execution.workflow_id}")
    return found


def _rows(shown):
    """Read the table: photograph to colour, folder, activities and time."""
    rows = (re.split(r"\s*│\s*", line.strip("│ ")) for line in shown.splitlines() if "│" in line)
    return {photo: tuple(rest) for photo, *rest in rows}
