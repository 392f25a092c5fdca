"""Today's code follows every history that was ever kept."""

import importlib
from functools import cache
from pathlib import Path

import pytest

from flowy.decider.run import WorkflowRun
from flowy.replay.files import histories, history_files
from flowy.replay.judging import judge
from flowy.task import scanner
from tests.histories.golden import GOLDEN
from tests.histories.record import record

HERE = Path(__file__).parent
FILES = [file for folder in GOLDEN for file in history_files(HERE / folder)]


@cache
def registry(folder):
    return scanner.scan_workflows(importlib.import_module(GOLDEN[folder].module))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_golden_history_is_followed(file):
    (history,) = histories(file)
    verdict = judge(history, registry(file.parent.name))
    assert verdict.status == "ok", verdict.message


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_golden_history_is_followed_decision_by_decision(file):
    (history,) = histories(file)
    definition = registry(file.parent.name).get(history.type)
    run = WorkflowRun(definition, history.execution)
    for index, event in enumerate(history.events, 1):
        if type(event).__name__ == "DecisionTaskStarted":
            run.feed(history.events[:index])
    run.feed(history.events)
    run.check_echoes()
    run.close()


def test_every_golden_execution_has_its_history():
    missing = [
        f"{folder}/{name}"
        for folder, golden in GOLDEN.items()
        for name in golden.executions
        if not list((HERE / folder).glob(f"{name}-*.json"))
    ]
    assert missing == [], "python -m tests.histories.record"


def test_what_is_recorded_now_is_followed_too(tmp_path):
    written = record(tmp_path / "scenarios", GOLDEN["scenarios"])
    assert len(written) >= len(GOLDEN["scenarios"].executions)
    for file in written:
        (history,) = histories(file)
        assert judge(history, registry("scenarios")).status == "ok"
