"""mypy and pyright accept what works and refuse what does not, line by line.

A line of a sample that ends in ``# refused`` must get an error, and no other line may. What a line
gives is said by ``assert_type``. pyright is basedpyright here, which downloads nothing.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = Path(__file__).parent / "samples"
SHOWN = {"guide": ROOT / "docs" / "howto" / "typing.md", "readme": ROOT / "README.md"}
REFUSED = "# refused"
MYPY = """
[mypy]
strict = True
[mypy-flowy.*]
follow_imports = silent
"""


def output(*command, cwd):
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        timeout=150,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def mypy(folder):
    (folder / "mypy.ini").write_text(MYPY)
    command = ["mypy", "--config-file", "mypy.ini", "--output", "json", "samples"]
    for line in output(*command, cwd=folder).splitlines():
        found = json.loads(line)
        if found["severity"] == "error":
            yield Path(found["file"]).name, found["line"], found["message"]


def pyright(folder):
    settings = {
        "typeCheckingMode": "standard",
        "include": ["samples"],
        "extraPaths": [str(ROOT)],
        "pythonVersion": "3.11",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = ["basedpyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(folder)]
    for found in json.loads(output(*command, cwd=folder))["generalDiagnostics"]:
        if found["severity"] == "error":
            line = found["range"]["start"]["line"] + 1
            yield Path(found["file"]).name, line, found["message"]


@pytest.fixture
def folder(tmp_path):
    """The samples, and with them what the guide and the README show."""
    shutil.copytree(SAMPLES, tmp_path / "samples")
    for name, page in SHOWN.items():
        shown = re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
        (tmp_path / "samples" / f"{name}.py").write_text("\n\n".join(shown))
    return tmp_path


def marked():
    return {
        (sample.name, number)
        for sample in SAMPLES.glob("*.py")
        for number, line in enumerate(sample.read_text().splitlines(), 1)
        if line.endswith(REFUSED)
    }


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_a_checker_refuses_what_does_not_work_and_nothing_else(checker, folder):
    refused = list(checker(folder))
    lines = {(name, line) for name, line, _ in refused}
    wanted = marked()
    assert len(wanted) > 20
    assert sorted(wanted - lines) == [], "accepted"
    assert [each for each in refused if each[:2] not in wanted] == [], "refused"
