"""Whatever was acknowledged before a SIGKILL is in the history afterwards."""

import random
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowy.protocol.ids import ExecutionId
from flowy.service.server import Service
from tests.integration.service.driving import Driver

KILLS = 8
MODULE = "tests.integration.service.crashing"


def acknowledged(url: str, prefix: str, lines: int) -> Iterator[tuple[str, ExecutionId, int]]:
    """Run the child until it has acknowledged so many calls, kill it, and give what it said."""
    command = [sys.executable, "-m", MODULE, url, prefix]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        said = [child.stdout.readline() for _ in range(lines)]
    finally:
        child.kill()
    said += child.stdout.readlines()
    child.stdout.close()
    child.wait(30)
    assert all(said[:lines]), "the child ended by itself"
    for line in said:
        if line.endswith("\n"):
            event, workflow_id, run_id, event_id = line.split()
            yield event, ExecutionId(workflow_id=workflow_id, run_id=run_id), int(event_id)


@pytest.mark.parametrize("seed", [1])
def test_nothing_acknowledged_is_lost_to_sigkill(tmp_path: Path, seed: int):
    chance = random.Random(seed)
    path = tmp_path / "flowy.db"
    url = f"sqlite:///{path}"
    expected: Counter[tuple[ExecutionId, str]] = Counter()
    numbered: set[tuple[ExecutionId, str, int]] = set()
    for kill in range(KILLS):
        for event, execution, event_id in acknowledged(url, str(kill), chance.randint(1, 120)):
            expected[execution, event] += 1
            if event_id:
                numbered.add((execution, event, event_id))
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()

    service = Service(url)
    driver = Driver(service)
    for execution in {execution for execution, _ in expected}:
        history = driver.history(execution)
        assert [event.event_id for event in history] == list(range(1, len(history) + 1))
        found = Counter(type(event).__name__ for event in history)
        for (of, event), count in expected.items():
            if of == execution:
                assert found[event] >= count, (execution, event)
    for execution, event, event_id in numbered:
        assert type(driver.history(execution)[event_id - 1]).__name__ == event
    service.close()
