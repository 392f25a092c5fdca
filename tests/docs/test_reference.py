"""Every name that user code imports is in the reference."""

from pathlib import Path

import pytest

import flowy.errors
import flowy.exception
import flowy.swf.boilerplate
import flowy.swf.scanner
import flowy.swf.task
import flowy.task

BOILERPLATE = (
    "async_scheduler",
    "start_activity_worker",
    "start_workflow_worker",
    "workflow_starter",
)
REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
MODULES = (flowy.exception, flowy.task, flowy.swf.scanner, flowy.swf.task)
DIRECTIVES = ("autoclass", "autofunction", "automodule")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_public_names_are_in_the_reference(module):
    documented = _documented()
    names = module.__all__ if hasattr(module, "__all__") else ["ActivityProxy", "WorkflowProxy"]
    missing = [
        name
        for name in names
        if f"{module.__name__}.{name}" not in documented
        and not (hasattr(flowy.errors, name) and "flowy.errors" in documented)
    ]
    assert missing == []


def _documented():
    pages = [page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md")]
    lines = [line.split() for page in pages for line in page.splitlines()]
    return {
        words[2]
        for words in lines
        if len(words) == 3 and words[0] == ".." and words[1].removesuffix("::") in DIRECTIVES
    }


def test_programs_are_in_the_reference_with_their_documented_names():
    assert "flowy.swf.boilerplate" in _documented()
    for name in BOILERPLATE:
        assert callable(getattr(flowy.swf.boilerplate, name))
        assert getattr(flowy.swf.boilerplate, name).__doc__
