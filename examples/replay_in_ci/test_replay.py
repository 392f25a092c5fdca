"""The test of the example: what CI runs of it, and that it stops the hasty change."""

from pathlib import Path

import pytest

from examples.replay_in_ci import hasty, orders
from flowy.replay.files import histories, history_files
from flowy.replay.judging import judge
from flowy.task import scanner
from flowy.testing import run

FILES = history_files(Path(__file__).parent / "histories")


def judged(file, module):
    (history,) = histories(file)
    return judge(history, scanner.scan_workflows(module))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_open_orders_go_on_with_this_code(file):
    verdict = judged(file, orders)
    assert verdict.status == "ok", verdict.message


def test_the_hasty_change_is_stopped_at_its_line():
    winter, spring = sorted(FILES, key=lambda file: file.stem, reverse=True)
    verdict = judged(winter, hasty)
    assert verdict.status == "mismatch"
    assert verdict.event_id == 5
    assert "hasty.py:13 in Order.run" in verdict.place
    assert judged(spring, hasty).status == "ok", "only those of before are in its way"


def test_new_orders_are_checked():
    assert run(orders.Order, {"item": "tea", "count": 3}) == "tea for 30 EUR"
    assert run(orders.Order, {"item": "tea", "count": 300}) == "sold out"
