"""Histories as lines that people read."""

import pytest

from flowy.cli.reading import Reader
from flowy.cli.timeline import LONGEST, lines
from flowy.protocol.events.activity import (
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskTimedOut,
)
from flowy.swf.task import ActivityProxy
from flowy.task import Workflow
from flowy.transport import sealed
from flowy.transport.packing import PACKING as PACKING_OF_NOTHING
from flowy.transport.payloads import Payloads
from tests.unit.decider.simulator import Simulator


class Packs(Workflow):
    pack = ActivityProxy("pack", 1)

    def run(self, what):
        with self.options(delay=5):
            return self.pack(what)


def shown(simulator):
    return [f"{line.what}|{line.subject}|{line.says}" for line in lines(simulator.events)]


def test_events_say_what_they_are_about_and_outcomes_say_whose_they_are():
    simulator = Simulator(Packs, "hat")
    simulator.decide()
    simulator.fire("0")
    simulator.decide()
    simulator.complete("1", "hat in a box")
    simulator.decide()
    found = "\n".join(shown(simulator))
    assert "Workflow execution started|Workflow 1|" in found
    assert "Timer started|#0|start_to_fire_timeout 5" in found
    assert "Timer fired|#0|" in found
    assert 'Activity task scheduled|pack 1 #1|input [["hat"],{}]' in found
    assert 'Activity task completed|pack 1 #1|result "hat in a box"' in found
    assert "Workflow execution completed" in found


def test_seconds_count_from_the_first_event():
    simulator = Simulator(Packs, "hat")
    simulator.decide()
    found = list(lines(simulator.events))
    assert found[0].seconds == 0.0
    assert [line.event_id for line in found] == list(range(1, len(found) + 1))
    assert all(line.seconds >= 0 for line in found)


def test_long_payloads_are_cut_and_say_how_long_they_are():
    simulator = Simulator(Packs, "x" * 5_000)
    line = next(iter(lines(simulator.events)))
    assert len(line.says) < LONGEST + 100
    assert "5,010 characters" in line.says


def test_payloads_stay_on_one_line():
    simulator = Simulator(Packs, raw="a\nb\r\n  c")
    assert "input a b c" in next(iter(lines(simulator.events))).says


class Sealed:
    name, secret = "sealed", b""

    def encode(self, data):
        return data[::-1]

    def decode(self, data):
        return data[::-1]


PACKING = Payloads(codec=Sealed()).packing("photos")


def says(read, cls, **attributes):
    event = Simulator(Packs, "hat").add(cls, scheduled_event_id=1, started_event_id=2, **attributes)
    (line,) = lines([event], read)
    return line.says


def test_a_failure_that_a_codec_has_encoded_is_told_where_the_codec_is():
    reason, details = sealed.describe(PACKING, ValueError("not for ann"))
    failed = {"reason": reason, "details": details}
    assert says(Reader(PACKING), ActivityTaskFailed, **failed) == "reason not for ann"
    hidden = "reason builtins.ValueError, details (encoded)"
    assert says(Reader(), ActivityTaskFailed, **failed) == hidden


def test_the_traceback_of_a_failure_is_no_line():
    reason, details = sealed.describe(PACKING_OF_NOTHING, ValueError("not for ann"))
    failed = {"reason": reason, "details": details}
    assert says(Reader(), ActivityTaskFailed, **failed) == f"reason {reason}"


def test_somebody_elses_details_are_shown_as_they_are():
    failed = {"reason": "no", "details": '{"code": 7}'}
    assert says(Reader(), ActivityTaskFailed, **failed) == 'reason no, details {"code": 7}'


@pytest.mark.parametrize("packing", [PACKING, PACKING_OF_NOTHING])
def test_what_a_lost_activity_said_last_is_told_with_its_progress(packing):
    beat = '{"progress":{"done":3,"total":12,"details":"reading"}}'
    details = sealed.note(packing, beat, "it", 2_048)
    timed_out = {"timeout_type": "HEARTBEAT", "details": details}
    assert says(Reader(packing), ActivityTaskTimedOut, **timed_out) == (
        "details 3/12 (25 %) reading, timeout_type HEARTBEAT"
    )


def test_a_damaged_text_is_said_to_be_one_and_the_first_reason_is_kept():
    read = Reader()
    cut = '{"flowy.payload":"zstd","size":9,"da'
    assert says(read, ActivityTaskCompleted, result=cut) == "result (damaged)"
    first = read.problem
    gone = '{"flowy.payload":"volume","size":12345,"sha256":"9f"}'
    assert says(read, ActivityTaskCompleted, result=gone) == "result (on the volume, 12,345 bytes)"
    assert read.problem == first
