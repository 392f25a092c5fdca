"""What all tests share: settings, and a PostgreSQL server, started when the first test wants it."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Machines are shared: how long an example takes says nothing about the code.
settings.register_profile("flowy", deadline=None, print_blob=True)
# HYPOTHESIS_PROFILE=chaos: tests that look at the profile's name play many more examples.
settings.register_profile("chaos", parent=settings.get_profile("flowy"))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "flowy"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that the other tests run beside it."""
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


@pytest.fixture(scope="session")
def postgresql() -> Iterator["object"]:
    """A running PostgreSQL; without one, a test is skipped here and fails in CI."""
    try:
        from tests.postgresql import Cluster, NoPostgresql
    except ImportError as error:
        _without(f"psycopg is not installed: {error}")
    try:
        cluster = Cluster()
        cluster.start().make_template()
    except NoPostgresql as error:
        _without(str(error))
    yield cluster
    cluster.remove()


@pytest.fixture
def postgresql_url(postgresql) -> Iterator[str]:
    """A database of its own with Flowy's tables."""
    url = postgresql.fresh_database()
    yield url
    postgresql.drop(url)


@pytest.fixture
def empty_postgresql_url(postgresql) -> Iterator[str]:
    """A database of its own without tables, as SQLAlchemy names its driver."""
    url = postgresql.empty_database()
    yield url.replace("postgresql://", "postgresql+psycopg://", 1)
    postgresql.drop(url)


def _without(reason: str) -> None:
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(reason)
    pytest.skip(reason)
