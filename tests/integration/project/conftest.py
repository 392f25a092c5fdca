"""A project in a folder of its own, and scripts to put into it."""

import os
import textwrap
from pathlib import Path

import pytest

from flowy.clock import ManualClock
from flowy.project import Monitor, MonitorOptions, Project, create_project
from flowy.project.places import URL_VARIABLE

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Return the URL of an empty database, of each kind in turn."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return f"sqlite:///{tmp_path}/projects.db?synchronous=off"


@pytest.fixture
def importable(monkeypatch, database_url):
    """Let child interpreters import Flowy from here, and keep this user's own projects apart."""
    path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv(URL_VARIABLE, database_url)


@pytest.fixture
def home(importable, tmp_path):
    """A project."""
    with create_project("lab", tmp_path / "lab") as project:
        yield project


@pytest.fixture
def clock():
    """A clock that the test moves."""
    return ManualClock()


@pytest.fixture
def timed(home, clock):
    """The same project, on that clock."""
    with Project("lab", clock=clock) as project:
        yield project


@pytest.fixture
def write(tmp_path):
    """Write a script's file and return its path."""
    folder = tmp_path / "sources"
    folder.mkdir()

    def write(name, text=""):
        path = folder / f"{name}.py"
        path.write_text(textwrap.dedent(text))
        return path

    return write


@pytest.fixture
def script(home, write):
    """Add a script: its declaration, and what it does with ``process``."""

    def script(label, does="process.completed()", declares="", **names):
        declared = "\n".join(f"{name} = {value!r}" for name, value in names.items())
        body = textwrap.indent(textwrap.dedent(does).strip(), "    ")
        text = (
            f"script_id = {label!r}\n{declared}\n{textwrap.dedent(declares)}\n"
            "if __name__ == '__main__':\n"
            "    import flowy.project as wm\n"
            f"    process = wm.get_project_process()\n{body}\n"
        )
        return home.import_script(write(label, text))

    return script


@pytest.fixture
def chain(home):
    """Three scripts without files, each of which depends on the one before."""
    for label in ("first", "second", "third"):
        home.new_script(label).set_filename("none.py")
    home.script("second").add_dependency("first")
    home.script("third").add_dependency("second")
    return home


@pytest.fixture
def drain(home):
    """Serve the queue until all is done."""

    def drain(cores=2):
        Monitor(home, MonitorOptions(cores=cores, sleep=0.1)).run(60, drain=True)

    return drain


def states(project):
    """Return label and state of all processes, the oldest first."""
    return [(each.label, each.status) for each in reversed(project.list_processes())]
