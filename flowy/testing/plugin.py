"""The pytest plugin: fixtures ``swf`` and ``flowy_environment``; histories replayed as tests.

pytest finds it wherever Flowy is installed.
"""

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flowy.testing.aws import Swf
    from flowy.testing.environment import Environment

MARKER = "swf"
ENVIRONMENT_MARKER = "flowy"
HISTORIES = "flowy_histories"
WORKFLOWS = "flowy_workflows"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that say which histories are replayed, and with which code."""
    group = parser.getgroup("flowy")
    group.addoption(
        "--flowy-histories",
        metavar="DIR",
        action="append",
        help="replay each history in this folder as a test; may be repeated",
    )
    group.addoption(
        "--flowy-workflows",
        metavar="MODULE",
        action="append",
        help="a module or package that holds the workflows for --flowy-histories",
    )
    group.addoption(
        "--flowy-save-histories",
        metavar="DIR",
        help="write the history of each execution in a flowy.testing.Environment to this folder",
    )
    parser.addini(HISTORIES, "folders with histories to replay", type="paths", default=[])
    parser.addini(WORKFLOWS, "modules that hold their workflows", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known that gives the fixture its arguments."""
    arguments = "auto_advance, start, limits, rates, functions"
    config.addinivalue_line("markers", f"{MARKER}({arguments}): how the fixture swf is made")
    config.addinivalue_line(
        "markers",
        f"{ENVIRONMENT_MARKER}(*packages, activities, start): "
        "how the fixture flowy_environment is made",
    )
    save_to = config.getoption("flowy_save_histories")
    if save_to:
        os.environ["FLOWY_SAVE_HISTORIES"] = str(Path(save_to).resolve())
    for folder in config.getoption(HISTORIES) or ():
        if not Path(folder).is_dir():
            raise pytest.UsageError(f"--flowy-histories: there is no folder {folder}")
        if folder not in config.args:
            config.args.append(folder)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the histories of the folders that are to be replayed."""
    folders = [Path(each).resolve() for each in parent.config.getoption(HISTORIES) or ()]
    folders += parent.config.getini(HISTORIES)
    if not any(folder in file_path.parents for folder in folders):
        return None
    # Imported when it is used: pytest loads this plugin in every run of every project.
    collecting = importlib.import_module("flowy.testing.histories")
    if file_path.suffix not in collecting.SUFFIXES:
        return None
    names = parent.config.getoption(WORKFLOWS) or parent.config.getini(WORKFLOWS)
    made: pytest.Collector = collecting.HistoryFile.from_parent(
        parent, path=file_path, modules=tuple(names)
    )
    return made


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
