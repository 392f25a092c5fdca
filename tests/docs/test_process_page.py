"""The samples of docs/process.md run, and print what the page says."""

import contextlib
import io
import re
import sys
import types
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "process.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_samples_print_what_the_page_says(monkeypatch):
    module = types.ModuleType("process_page")
    monkeypatch.setitem(sys.modules, "process_page", module)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) >= 10
    printed = io.StringIO()
    for kind, text in blocks:
        if kind == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(text, str(PAGE), "exec"), module.__dict__)
        else:
            assert printed.getvalue() == text


def test_the_page_names_every_public_name():
    import flowy.process

    page = PAGE.read_text(encoding="utf-8")
    spoken_of = {name for name in flowy.process.__all__ if name in page}
    assert set(flowy.process.__all__) - spoken_of == set()
