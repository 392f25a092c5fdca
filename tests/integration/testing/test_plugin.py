"""pytest finds the fixture, with and without xdist."""

import os
import shutil
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


SHOP = """
from flowy import Activity, ActivityProxy, Workflow, activity, workflow


@activity("Pack", 1, "shop")
class Pack(Activity):
    def run(self, order):
        return order


@workflow("Order", 1, "shop")
class Order(Workflow):
    pack = ActivityProxy("Pack", 1)

    def run(self, order):
        return self.pack(order).result()
"""
SHOP_TESTS = """
import shop


def test_an_order(flowy_environment):
    assert flowy_environment.run(shop.Order, 7) == 7
"""


def run_pytest(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{folder}"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a project with a history that its tests have saved."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "shop.py").write_text(SHOP)
    (folder / "test_shop.py").write_text(SHOP_TESTS)
    run = run_pytest(folder, "--flowy-save-histories", "histories")
    assert run.returncode == 0, run.stdout + run.stderr
    (file,) = (folder / "histories").iterdir()
    assert file.name == "Order-1-test_an_order-1.json"
    return folder


@pytest.fixture
def shop(project, tmp_path):
    """Return a copy of that project."""
    return Path(shutil.copytree(project, tmp_path / "shop"))


REPLAYED = ("--flowy-histories", "histories", "--flowy-workflows", "shop")


def test_histories_are_replayed_as_tests_beside_the_others_and_by_xdist(shop):
    run = run_pytest(shop, "test_shop.py", *REPLAYED, "-n", "2")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 passed" in run.stdout


def test_a_history_that_the_code_does_not_follow_fails_and_says_where(shop):
    changed = SHOP.replace("self.pack(order)", "self.pack([order])")
    (shop / "shop.py").write_text(changed)
    (shop / "histories" / "odd.json").write_text("{")
    (shop / "pytest.ini").write_text(
        "[pytest]\nflowy_histories = histories\nflowy_workflows = shop\n"
    )
    run = run_pytest(shop, "--continue-on-collection-errors")
    line = 1 + changed.splitlines().index("        return self.pack([order]).result()")
    assert run.returncode == 1
    assert "mismatch: Order 1, Order-1" in run.stdout
    assert "event 5: history has ScheduleActivityTask" in run.stdout
    assert f"{shop}/shop.py:{line} in Order.run" in run.stdout
    assert "odd.json" in run.stdout, "what is no history is named"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--flowy-histories", "nowhere"), "there is no folder nowhere"),
        (("--flowy-histories", "histories"), "name them with --flowy-workflows"),
    ],
)
def test_what_is_missing_is_named(project, arguments, words):
    run = run_pytest(project, "histories", *arguments)
    assert run.returncode != 0
    assert words in run.stdout + run.stderr
