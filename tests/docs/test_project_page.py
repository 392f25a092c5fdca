"""The samples of docs/project.md run, and print what the page says."""

import contextlib
import io
import os
import re
import sys
import types
from pathlib import Path

import flowy.project

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "project.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_samples_print_what_the_page_says(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("FLOWY_PROJECTS", f"sqlite:///{tmp_path}/projects.db")
    module = types.ModuleType("project_page")
    monkeypatch.setitem(sys.modules, "project_page", module)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) >= 9
    printed = io.StringIO()
    for kind, text in blocks:
        if kind == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(text, str(PAGE), "exec"), module.__dict__)
        else:
            assert printed.getvalue() == text
    module.project.close()


def test_the_page_names_every_public_name():
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in flowy.project.__all__ if name not in page] == []
