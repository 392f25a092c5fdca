"""Tasks per second of the engine, beside the `workflow` release from PyPI in the same run.

The release is installed into an environment of its own, or found by FLOWY_WORKFLOW_PYTHON. It
needs Python before 3.10; `machine_work` puts back what it misses, and a package that it asks for
and that breaks later Pythons (enum34) is taken out again. The two take turns, so that a busy
machine slows both; the ratio is the median over the turns.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORK = Path(__file__).with_name("machine_work.py")
RELEASE = "workflow==2.1.6"
TURNS = 7
TARGET = 5


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """An interpreter that has the release."""
    if given := os.environ.get("FLOWY_WORKFLOW_PYTHON"):
        return given
    home = tmp_path_factory.mktemp("release")
    python = home / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", home],
        [python, "-m", "pip", "install", "--quiet", RELEASE],
        [python, "-m", "pip", "uninstall", "--quiet", "--yes", "enum34"],
    ):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"{RELEASE} cannot be installed here: {done.stderr[-300:]}")
    return str(python)


def measure(python, package):
    command = [python, str(WORK), package, "5"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout)


@pytest.mark.benchmark
def test_tasks_per_second(release):
    turns = [
        (measure(sys.executable, "flowy.machine"), measure(release, "workflow"))
        for _ in range(TURNS)
    ]
    ratios = {}
    sys.stdout.write(f"\n{'definition':12}{'flowy.machine':>16}{RELEASE:>18}{'ratio':>8}\n")
    for shape in turns[0][0]:
        ours = statistics.median(turn[0][shape] for turn in turns)
        theirs = statistics.median(turn[1][shape] for turn in turns)
        ratios[shape] = statistics.median(turn[0][shape] / turn[1][shape] for turn in turns)
        sys.stdout.write(f"{shape:12}{ours:14,.0f}/s{theirs:16,.0f}/s{ratios[shape]:8.1f}\n")
    assert ratios["flat"] >= TARGET
    assert min(ratios.values()) > 1
