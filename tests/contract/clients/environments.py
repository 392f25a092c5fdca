"""Virtual environments of their own for clients that the tests run as users would."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn
from zipfile import ZipFile

import pytest

CACHE = Path(__file__).resolve().parents[3] / ".cache" / "clients"
INSTALLING = 300


def environment(requirement: str, python: str = sys.executable) -> Path:
    """Return the folder of the programs of an environment that has a package from PyPI.

    It is made once and kept; processes that want it at once wait for the first.
    """
    version = subprocess.check_output([python, "--version"], text=True).strip()
    digest = hashlib.sha256(f"{requirement} {version}".encode()).hexdigest()[:12]
    folder = CACHE / f"{requirement.partition('=')[0]}-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _install(folder, requirement, python)
            (folder / "complete").touch()
    return folder / "bin"


def files_of(programs: Path, requirement: str, inside: str) -> Path:
    """Return a folder that has one folder of a package's wheel from PyPI, and nothing else of it.

    Args:
        programs: Those of an environment; its pip fetches the wheel.
        requirement: The package and its version.
        inside: The folder's name in the wheel.
    """
    folder = CACHE / f"{requirement.replace('==', '-')}-{inside}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            pip = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check", "download"]
            fetch = ["-q", "--no-deps", "--only-binary", ":all:", "-d", str(folder), requirement]
            _run([*pip, *fetch], requirement)
            with ZipFile(next(folder.glob("*.whl"))) as wheel:
                wheel.extractall(
                    folder, [n for n in wheel.namelist() if n.startswith(f"{inside}/")]
                )
            (folder / "complete").touch()
    return folder


def python_of(version: str) -> str:
    """Return an interpreter of a version such as ``3.11``."""
    if sys.version.startswith(version):
        return sys.executable
    found = shutil.which(f"python{version}")
    return found or missing(f"there is no Python {version} here")


def missing(reason: str) -> NoReturn:
    """Skip a test that lacks something here; in CI that is a failure."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(reason)
    pytest.skip(reason)


def _install(folder: Path, requirement: str, python: str) -> None:
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    for command in ([python, "-m", "venv", str(folder)], [*pip, "install", "-q", requirement]):
        _run(command, requirement)


def _run(command: list[str], requirement: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALLING)
    except subprocess.TimeoutExpired:
        missing(f"{requirement} could not be installed in {INSTALLING} s")
    if done.returncode:
        missing(f"{requirement} could not be installed: {done.stderr[-500:]}")
