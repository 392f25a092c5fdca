"""The short form of the chaos: nothing acknowledged is lost, everything ends as it should."""

import random
import signal
import sys
from pathlib import Path

import pytest

from tests.chaos import workers
from tests.chaos.play import Plan, on_postgresql, on_sqlite
from tests.postgresql import Cluster


@pytest.mark.slow
def test_a_server_that_is_killed_loses_nothing_on_sqlite(tmp_path: Path):
    found = on_sqlite(tmp_path, Plan(kills=6))
    assert found["executions"] > 10
    assert found["acknowledged calls"] > 100


@pytest.mark.slow
def test_servers_and_a_postgresql_that_are_killed_lose_nothing(postgresql: Cluster, tmp_path: Path):
    cluster = Cluster(durable=True).start().make_template()
    try:
        found = on_postgresql(tmp_path, Plan(kills=5, restarts=2), cluster)
    finally:
        cluster.remove()
    assert found["executions"] > 10
    assert found["acknowledged calls"] > 100


@pytest.mark.slow
@pytest.mark.first
@pytest.mark.timeout(1_200)
def test_workers_and_their_server_may_be_killed_stopped_and_asked_to_leave(tmp_path: Path):
    """Every execution ends right; at most once is at most once, and a key's effect exactly once."""
    plan = workers.Plan(executions=1_000, seconds=120, seed=random.randrange(1_000_000))
    sys.stdout.write(f"{plan}\n")
    found = workers.play(tmp_path, plan)
    assert found["effects"] == sum(workers.work.STEPS[kind] for kind, _ in workers.named(plan))
    assert {"SIGKILL", "SIGSTOP", "SIGTERM"} <= found["signals"].keys(), found


@pytest.mark.slow
def test_asking_to_leave_never_makes_a_task_time_out(tmp_path: Path):
    """Timeouts are so long that only a task which somebody took along comes to its own."""
    asked = (signal.SIGTERM,)
    plan = workers.Plan(
        executions=30, seconds=5, pause=0.4, times=10, signals=asked, server_signals=asked
    )
    found = workers.play(tmp_path, plan)
    assert not [name for name in found if "TimedOut" in name], found
