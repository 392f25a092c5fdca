"""Histories as lines that people read."""

from flowy.cli.timeline import LONGEST, lines
from flowy.swf.task import ActivityProxy
from flowy.task import Workflow
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
