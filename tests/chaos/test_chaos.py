"""The short form of the chaos: nothing acknowledged is lost, everything ends as it should."""

from pathlib import Path

import pytest

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
