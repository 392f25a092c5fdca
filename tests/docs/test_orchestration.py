"""The samples of the guides to children, cancellation, failures and limits run."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDES = ("cancellation", "children", "failures", "limits")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_samples_of_the_guides_pass(tmp_path):
    for guide in GUIDES:
        text = (ROOT / "docs" / "howto" / f"{guide}.md").read_text(encoding="utf-8")
        (tmp_path / f"test_{guide}.py").write_text("\n\n".join(BLOCK.findall(text)), "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "flowy.testing.plugin"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(GUIDES) + 1} passed" in run.stdout
