"""The samples of the guides to payloads and to observability run."""

import importlib
import logging
import re
from pathlib import Path

import pytest

from flowy.telemetry import Work

WORK = Work(kind="decision", domain="d", workflow_id="order-7", run_id="r", type="order 1")
HOWTO = Path(__file__).parents[2] / "docs" / "howto"


def sample(page):
    text = (HOWTO / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert blocks
    return "\n\n".join(blocks)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the samples of a page in order, as one module."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    monkeypatch.syspath_prepend(tmp_path)

    def imported(page):
        name = f"guide_to_{page.removesuffix('.md')}"
        (tmp_path / f"{name}.py").write_text(sample(page), "utf-8")
        return importlib.import_module(name)

    yield imported
    for handler in [each for each in root.handlers if each not in handlers]:
        root.removeHandler(handler)
    root.setLevel(level)


def test_the_samples_of_the_guide_to_payloads_work(run):
    run("payloads.md").test_a_large_drawing_is_counted()


def test_the_samples_of_the_guide_to_observability_work(run, capsys):
    guide = run("observability.md")
    held = guide.DecisionEnded(
        work=WORK, outcome="held", ended_at=0.0, seconds=0.0, reason="it has changed"
    )
    guide.telemetry.tell(held)
    assert capsys.readouterr().out == "order-7 is held: it has changed\n"
    assert guide.tracer is not None
    logging.getLogger("shop").info("reserved")
    assert '"message":"reserved"' in guide.stream.getvalue()
