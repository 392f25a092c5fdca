"""pytest finds the fixture, with and without xdist."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

TESTS = """
import boto3
import pytest


@pytest.mark.parametrize("number", range(4))
def test_each_test_has_a_service_of_its_own(swf, number):
    client = boto3.client("swf")
    client.register_domain(name="same", workflowExecutionRetentionPeriodInDays="1")
    swf.advance(10)


@pytest.mark.swf(start=5.0)
def test_a_marker_gives_arguments(swf):
    assert swf.now() == 5.0
"""


@pytest.mark.parametrize("arguments", [[], ["-p", "xdist", "-n", "2"]], ids=["plain", "xdist"])
def test_the_fixture_of_the_plugin(tmp_path, arguments):
    (tmp_path / "test_shop.py").write_text(TESTS)
    run = subprocess.run(
        [
            sys.executable,
            *["-W", "error"],
            *["-m", "pytest", "-q", "--strict-markers", "-p", "flowy.testing.plugin", *arguments],
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "5 passed" in run.stdout


def test_the_plugin_brings_nothing_with_it(tmp_path):
    heavy = ["boto3", "botocore", "moto", "sqlalchemy"]
    code = f"import sys, flowy.testing.plugin; print([n for n in {heavy} if n in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stdout.strip() == "[]"
