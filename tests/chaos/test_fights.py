"""The short form of the fights; ``make chaos`` has the long one, a minute each."""

import pytest

from tests.chaos import fights

SECONDS = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return f"sqlite:///{tmp_path}/fight.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("empty_postgresql_url")
    return f"sqlite:///{tmp_path}/fight.db"


@pytest.mark.slow
def test_of_eight_that_change_a_run_each_change_is_made_once_and_none_is_lost(empty_url, tmp_path):
    found = fights.over_a_run(empty_url, tmp_path, SECONDS)
    assert found["changes"] > 1
    assert found["runs"] > 1


@pytest.mark.slow
def test_eight_that_serve_a_queue_run_no_process_twice_and_lose_no_end(url, tmp_path):
    found = fights.over_a_queue(url, tmp_path, SECONDS)
    assert found["claims"] > 2


@pytest.mark.slow
def test_the_work_of_killed_monitors_is_taken_over_after_the_lease(url, tmp_path):
    found = fights.with_killed_monitors(url, tmp_path, 2.5, 6)
    assert found["killed monitors"] >= 1


@pytest.mark.slow
def test_killing_a_tree_leaves_no_child_alive(url, tmp_path):
    assert fights.kill_a_tree(url, tmp_path) == {"trees": 3}
