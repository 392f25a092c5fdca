"""The samples of the guides to orchestration pass as tests."""

import re
import subprocess
import sys
from pathlib import Path

from flowy.decider.refused import FUNCTIONS, REFUSED

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "howto"
NAMES = ("asyncio", "composition", "continue-as-new", "sagas", "signals", "timers")


def sample(name):
    page = (GUIDES / f"{name}.md").read_text(encoding="utf-8")
    return "\n\n".join(re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))


def test_the_samples_of_the_guides_pass(tmp_path):
    tests = 0
    for name in NAMES:
        code = sample(name)
        tests += code.count("\ndef test_")
        (tmp_path / f"test_{name.replace('-', '_')}_guide.py").write_text(code, "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "flowy.testing.plugin"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{tests} passed" in run.stdout


def test_what_asyncio_cannot_do_is_in_its_guide():
    page = (GUIDES / "asyncio.md").read_text(encoding="utf-8")
    groups = (
        "sock_",
        "remove_",
        "connect_",
        "create_unix",
        "create_",
        "subprocess_",
        "get",
        "set_",
    )
    for name in (*REFUSED, *FUNCTIONS):
        assert name in page or name.startswith(groups) or name == "shutdown_default_executor", name
