"""What importing Flowy brings along: nothing heavy before it is used."""

import json
import subprocess
import sys

import pytest

HEAVY = {"alembic", "boto3", "botocore", "psycopg", "sqlalchemy", "starlette", "uvicorn"}
PROGRAM = "import json, sys; {}; print(json.dumps(sorted(sys.modules)))"


def modules_after(statement: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(statement)],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    "statement",
    [
        "import flowy",
        "from flowy import Activity, ActivityProxy, Workflow, activity, workflow",
        "from flowy.swf.boilerplate import start_activity_worker, start_workflow_worker",
        "from flowy.swf.boilerplate import workflow_starter",
        "import flowy.cli.main",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_used(statement):
    assert not modules_after(statement) & HEAVY


def test_the_package_itself_imports_next_to_nothing():
    extra = modules_after("import flowy") - modules_after("pass")
    assert extra <= {"flowy", "importlib", "typing"} | set(sys.stdlib_module_names)
    assert "asyncio" not in extra
