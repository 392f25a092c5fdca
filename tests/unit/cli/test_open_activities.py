"""How an open activity is shown."""

import msgspec
import pytest

from flowy.cli import tables
from flowy.cli.open_activities import OpenActivity, find, row
from flowy.cli.progress import percent, shown
from flowy.cli.reading import ENCODED, Reader
from flowy.errors import ServiceUnavailable
from flowy.protocol.faults import UnknownOperationException
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.requests.extensions import (
    OpenActivityTask,
    OpenActivityTasks,
)
from flowy.worker.heartbeat import Progress


@pytest.mark.parametrize(
    ("progress", "text", "share"),
    [
        (None, "", None),
        (Progress(done=3), "3", None),
        (Progress(done=3, total=12), "3/12 (25 %)", 25),
        (Progress(done=2.5, total=5), "2.5/5 (50 %)", 50),
        (Progress(done=0, total=0), "0/0", None),
        (Progress(done=9, total=4), "9/4 (225 %)", 225),
        (Progress(done=1_000_000, total=4_000_000), "1,000,000/4,000,000 (25 %)", 25),
        (Progress(done=1e308, total=1e308), "1e+308/1e+308 (100 %)", 100),
    ],
)
def test_progress_is_written_as_people_read_it(progress, text, share):
    assert shown(progress) == text
    assert percent(progress) == share


TASK = OpenActivityTask(
    activity_id="7~3.2",
    activity_type=TypeId(name="resize", version="1"),
    task_list=TaskList(name="images"),
    scheduled_event_id=5,
    scheduled_timestamp=1_000.0,
    cancel_requested=False,
)


class Told:
    def __init__(self, task):
        self._task = task

    def call(self, _request):
        return OpenActivityTasks(activity_tasks=(self._task,))


def found(**members):
    task = msgspec.structs.replace(TASK, **members)
    (activity,) = find(Told(task), "d", EXECUTION, ()).activities
    return activity


EXECUTION = ExecutionId(workflow_id="w", run_id="r")


def test_the_attempt_and_the_number_are_read_from_the_id():
    activity = found()
    assert (activity.number, activity.attempt) == ("7", 2)
    assert row(activity)[:3] == ("resize 1 #7", "2", "waits")


def test_details_without_progress_are_shown_as_they_are():
    activity = found(heartbeat_details='{"progress": "no envelope"}', heartbeat_timestamp=1_060.0)
    assert activity.progress is None
    assert row(activity)[5:] == ("1970-01-01 00:17:40", "", '{"progress": "no envelope"}')


def test_details_that_a_codec_has_encoded_are_not_shown():
    packed = '{"flowy.payload":"fernet","size":9,"data":"Z0FB"}'
    (activity,) = find(
        Told(msgspec.structs.replace(TASK, heartbeat_details=packed)), "d", EXECUTION, (), Reader()
    ).activities
    assert (activity.details, activity.progress) == (ENCODED, None)


def test_a_terminal_is_told_nothing_by_what_workers_say(capsys):
    said = "\x1b[2Jdone\u202e \x9b31m\ttwo\nlines \u00e9"
    tables.show(tables.activities([row(found(identity="me\x07", heartbeat_details=said))]))
    shown = capsys.readouterr().out
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\u202e"}
    assert r"\x1b[2Jdone\u202e \x9b31m" in shown
    assert r"me\x07" in shown
    assert "lines \u00e9" in shown


class Failing:
    def __init__(self, error):
        self._error = error

    def call(self, _request):
        raise self._error


@pytest.mark.parametrize("error", [UnknownOperationException("no"), ServiceUnavailable("500")])
def test_a_service_that_fails_what_it_does_not_know_is_one_that_does_not_tell(error):
    known = find(Failing(error), "d", EXECUTION, ())
    assert (known.activities, known.beats) == ((), False)


def test_an_activity_that_is_to_be_cancelled_says_so():
    activity = found(cancel_requested=True, started_event_id=6, started_timestamp=1_010.0)
    assert isinstance(activity, OpenActivity)
    assert row(activity)[2] == "runs, is to be cancelled"
