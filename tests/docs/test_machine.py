"""The machine's page: its samples run in order and print what it says; its names are documented."""

import re
import sys
import types
from pathlib import Path

import pytest

from flowy.machine import patterns

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "machine.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "machine.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_samples_print_what_the_page_says(capsys, monkeypatch):
    module = types.ModuleType("machine_page")
    monkeypatch.setitem(sys.modules, module.__name__, module)  # what it pickles is found there
    for kind, text in BLOCK.findall(PAGE):
        if kind == "python":
            exec(compile(text, "docs/machine.md", "exec"), vars(module))
        else:
            assert capsys.readouterr().out == text
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", patterns.__all__)
def test_each_pattern_is_on_the_page_and_in_the_reference(name):
    assert f"`{name}`" in PAGE
    assert getattr(patterns, name).__module__ in REFERENCE
