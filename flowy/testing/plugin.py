"""The pytest plugin: the fixture ``swf``. pytest finds it wherever Flowy is installed."""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flowy.testing.aws import Swf

MARKER = "swf"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known that gives the fixture its arguments."""
    arguments = "auto_advance, start, limits, rates, functions"
    config.addinivalue_line("markers", f"{MARKER}({arguments}): how the fixture swf is made")


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
