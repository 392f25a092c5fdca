from collections.abc import Iterator
from pathlib import Path

import pytest

from flowy.clock import ManualClock
from flowy.service.server import Service
from tests.integration.service.driving import Driver


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["file", "memory", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return f"sqlite:///{tmp_path / 'flowy.db'}" if request.param == "file" else "sqlite://"


@pytest.fixture
def service(url: str, clock: ManualClock) -> Iterator[Service]:
    """A service without threads, on a clock that stands still."""
    service = Service(url, clock=clock)
    yield service
    service.close()


@pytest.fixture
def driver(service: Service) -> Driver:
    return Driver(service).register()
