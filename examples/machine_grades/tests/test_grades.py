"""The example, each day in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[1] / "grades.py"
ROOT = PROGRAM.parents[2]


def run(*arguments):
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_student_passes_on_the_third_day(tmp_path):
    url = f"sqlite:///{tmp_path / 'grades.db'}"
    failed = "The student has failed this test: the test is to be taken again"
    uuid, *first_day = run("check", url)
    assert first_day == [
        "Testing grade #1, with data 6",
        "Testing grade #2, with data 5",
        "Testing grade #3, with data 4",
        failed,
    ]
    assert run("show", url, uuid)[-1] == "    class n1 current"
    assert run("again", url, uuid, "5") == [
        "Testing grade #3, with data 5",
        "Testing grade #4, with data 5",
        "Testing grade #5, with data 2",
        failed,
    ]
    assert run("again", url, uuid, "6") == [
        "Testing grade #5, with data 6",
        "Testing grade #6, with data 6",
        "Completed: 6 passed",
    ]
