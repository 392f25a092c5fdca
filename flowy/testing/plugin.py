"""The pytest plugin: the fixtures ``swf`` and ``flowy_environment``, where Flowy is installed."""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flowy.testing.aws import Swf
    from flowy.testing.environment import Environment

MARKER = "swf"
ENVIRONMENT_MARKER = "flowy"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known that gives the fixture its arguments."""
    arguments = "auto_advance, start, limits, rates, functions"
    config.addinivalue_line("markers", f"{MARKER}({arguments}): how the fixture swf is made")
    config.addinivalue_line(
        "markers",
        f"{ENVIRONMENT_MARKER}(*packages, activities, start): "
        "how the fixture flowy_environment is made",
    )


@pytest.fixture
def swf(request: pytest.FixtureRequest) -> "Iterator[Swf]":
    """Let boto3 clients of SWF answer from a service in memory; see ``flowy.testing.swf``.

    ``@pytest.mark.swf(auto_advance=True)`` gives it arguments.
    """
    marker = request.node.get_closest_marker(MARKER)
    # Imported when it is used: pytest loads this plugin in every run of every project.
    make = importlib.import_module("flowy.testing.aws").swf
    with make(**(marker.kwargs if marker else {})) as block:
        yield block


@pytest.fixture
def flowy_environment(request: pytest.FixtureRequest) -> "Iterator[Environment]":
    """Run workflows in virtual time; see ``flowy.testing.Environment``.

    It begins empty and takes in what is run. ``@pytest.mark.flowy(shop, activities={...})`` gives
    it the arguments of an ``Environment``.
    """
    marker = request.node.get_closest_marker(ENVIRONMENT_MARKER)
    make = importlib.import_module("flowy.testing.environment").Environment
    with make(*(marker.args if marker else ()), **(marker.kwargs if marker else {})) as environment:
        yield environment
