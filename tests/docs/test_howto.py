"""What the guides show works, and what they list is all there is."""

import importlib
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from flowy.errors import PayloadMismatch
from flowy.service.figures import KINDS, Figures
from flowy.service.http.metrics import Requests, write
from flowy.service.http.signatures import read_keys
from flowy.service.operations.quotas import Quotas
from flowy.swf.task import ActivityProxy
from flowy.testing import Environment

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SERVER = (DOCS / "howto" / "server.md").read_text(encoding="utf-8")
TESTING = (DOCS / "howto" / "testing.md").read_text(encoding="utf-8")
TYPING = (DOCS / "howto" / "typing.md").read_text(encoding="utf-8")
QUOTAS = (DOCS / "reference" / "quotas.md").read_text(encoding="utf-8")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_guide_to_testing_pass(tmp_path):
    (tmp_path / "test_guide.py").write_text("\n\n".join(blocks(TESTING, "python")), "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "flowy.testing.plugin"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "5 passed" in run.stdout


def test_the_examples_of_the_guide_to_typing_work(tmp_path, monkeypatch):
    (tmp_path / "invoices.py").write_text("\n\n".join(blocks(TYPING, "python")), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    invoices = importlib.import_module("invoices")
    with Environment(invoices) as environment:
        invoice = environment.run(invoices.Bill, "ann", Decimal("9.90"))
        assert invoice == invoices.Invoice(1, date(2030, 1, 31), Decimal("9.90"))
        execution = environment.start(invoices.send, invoice)
        environment.signal(execution, "approved", True)
        assert environment.result(execution) == "stamped for 4.5 g"
        execution = environment.start(invoices.Reminder)
        environment.signal(execution, "stop", invoice)
        environment.signal(execution, "paid", invoice.total)
        assert environment.result(execution) == invoice.total
        (line,) = [line for line in TYPING.splitlines() if line.startswith("    argument total")]
        write = ActivityProxy(invoices.Write)
        with pytest.raises(PayloadMismatch, match=re.escape(line.strip())):
            write._serialize_arguments("ann", "much")


def test_the_file_of_keys_is_as_documented(tmp_path):
    (example,) = [block for block in blocks(SERVER, "ini") if "aws_access_key_id" in block]
    (tmp_path / "keys").write_text(example)
    assert list(read_keys(tmp_path / "keys")) == ["AKIDWORKERS", "AKIDOPERATORS"]


def test_every_metric_is_documented():
    figures = Figures(
        parked_polls=dict.fromkeys(KINDS, 0),
        tasks_waiting=dict.fromkeys(KINDS, 0),
        open_executions=0,
        commits=0,
        commands=0,
        state_hits=0,
        state_misses=0,
    )
    names = re.findall(r"^# TYPE (\w+)", write(Requests(), figures).decode(), re.MULTILINE)
    assert len(names) >= 9
    assert [name for name in names if name not in SERVER] == []


def test_every_quota_is_documented_with_its_default():
    documented = re.findall(r"^\| `(\w+)` \| (\d+) \|", QUOTAS, re.MULTILINE)
    defaults = Quotas()
    assert dict(documented) == {
        name: str(getattr(defaults, name)) for name in Quotas.__struct_fields__
    }
