"""The guides to repeatable code and to replays say what is true."""

import configparser
import re
from pathlib import Path

import pytest

from examples.replay_in_ci import hasty, orders
from flowy.check.checking import check
from flowy.decider.run import WorkflowRun
from flowy.determinism.guards import guard
from flowy.determinism.rules import RULES
from flowy.errors import ForbiddenCallError
from tests.unit.decider.simulator import EXECUTION, Simulator

DOCS = Path(__file__).parents[2] / "docs"
DETERMINISM = (DOCS / "howto" / "determinism.md").read_text(encoding="utf-8")
REPLAY = (DOCS / "howto" / "replay.md").read_text(encoding="utf-8")


def blocks(page, language="python"):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """Run the guide's samples as modules of a shop."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "guide_shop.py").write_text("\n\n".join(blocks(DETERMINISM)[:2]), "utf-8")
    import guide_shop

    return guide_shop


def decided(cls):
    s = Simulator(cls)
    s.start_decision()
    guard([s.definition])
    return WorkflowRun(s.definition, EXECUTION).feed(s.events)


def test_the_guard_says_what_the_guide_says(shop):
    with pytest.raises(ForbiddenCallError) as caught:
        decided(shop.Careless)
    said = str(caught.value).replace(str(Path(shop.__file__).parent) + "/guide_", "")
    assert " ".join(DETERMINISM.split()).find(said.partition(" (or")[0]) > 0, said
    assert decided(shop.Measured).closes


def test_the_versioned_sample_breaks_no_rule(tmp_path):
    (tmp_path / "order.py").write_text(blocks(DETERMINISM)[2], "utf-8")
    report = check([str(tmp_path / "order.py")])
    assert (report.functions, report.findings) == (1, [])


def test_every_rule_without_a_guard_is_said_to_have_none():
    unguarded = {code for code in RULES if code[3] in "34" or code == "FLW105"}
    pages = DOCS / "reference" / "rules"
    silent = {
        code
        for code in unguarded
        if code[3] != "4"
        and "no guard at run time" not in " ".join((pages / f"{code}.md").read_text().split())
        and "no guard" not in (pages / f"{code}.md").read_text().replace("\n", " ")
    }
    assert silent == set()


def test_the_function_of_the_guide_to_replays_finds_what_parts():
    space = {}
    exec(blocks(REPLAY)[0], space)
    folder = Path(orders.__file__).parent / "histories"
    assert space["parted"](folder, orders) == []
    (message,) = space["parted"](folder, hasty)
    assert message.startswith("event 5: history has ScheduleActivityTask")


def test_the_ini_file_of_the_guide_has_the_plugins_names():
    parser = configparser.ConfigParser()
    parser.read_string(blocks(REPLAY, "ini")[0])
    assert set(parser["pytest"]) == {"flowy_histories", "flowy_workflows"}
