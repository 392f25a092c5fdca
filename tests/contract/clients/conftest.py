"""A server as users start it, and the environment in which a client finds it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def surroundings() -> dict[str, str]:
    """The environment variables of a client that knows nothing of this project."""
    ours = ("AWS_", "FLOWY_", "PYTHONPATH", "COVERAGE", "PYTEST")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@pytest.fixture
def endpoint(tmp_path: Path, surroundings: dict[str, str]) -> Iterator[str]:
    """The address of a `flowy server`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flowy", "server", "--db", "sqlite:///swf.db", "--port", "0"],
        cwd=tmp_path,
        env={**surroundings, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    announcement = process.stdout.readline()
    yield announcement.rpartition("=")[2].strip()
    process.terminate()
    assert process.wait(30) == 0
    process.stdout.close()


@pytest.fixture
def client_variables(endpoint: str, surroundings: dict[str, str]) -> dict[str, str]:
    """The environment variables that bring an AWS SDK to the server."""
    return {
        **surroundings,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_SWF": endpoint,
        "AWS_MAX_ATTEMPTS": "1",
    }
