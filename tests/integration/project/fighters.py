"""What the processes do that are killed between the files and rows of a project."""

import multiprocessing
import os
import signal
from pathlib import Path

from flowy.project import Project

CONTEXT = multiprocessing.get_context("forkserver")
"""Starts processes that have imported this module already: they begin at once."""

CONTEXT.set_forkserver_preload([__name__])


def killed_at(wanted):
    """Return a step hook that kills the process at one step."""

    def step(name):
        if name == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def make_workspace(project, _source):
    project.process(1).get_workspace("made")


def delete_workspace(project, _source):
    project.delete_workspace(1)


def import_script(project, source):
    project.import_script(Path(source, "taken.py"))


def delete_script(project, _source):
    project.delete_script("kept")


def delete_process(project, _source):
    project.delete_process(1)


def make_version(project, _source):
    project.workspace(1).create_version("final", overwrite=True)


def sweep(project, _source):
    project.sweep()


def work(url, what, at, source):
    """Do something and be killed at a step."""
    with Project("lab", url=url, step=killed_at(at)) as project:
        globals()[what](project, source)
