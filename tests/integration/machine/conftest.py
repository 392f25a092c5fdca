"""Databases to run against: SQLite always, PostgreSQL where its programs are installed."""

import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys

import pytest


def missing(service):
    """Skip on a laptop, fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{service} is not installed, and CI must have it")
    pytest.skip(f"{service} is not installed")


def programs_of_postgresql():
    found = shutil.which("initdb")
    candidates = [pathlib.Path(found).resolve().parent] if found else []
    candidates += sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def as_user(command, home):
    """PostgreSQL refuses to run as root."""
    if os.geteuid():
        return command
    names = [one.pw_name for one in pwd.getpwall() if one.pw_name in ("postgres", "nobody")]
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(home, user)
    return ["runuser", "-u", user, "--", *command]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory):
    if given := os.environ.get("FLOWY_TEST_POSTGRESQL_URL"):
        return (yield given)
    programs = programs_of_postgresql()
    if programs is None:
        missing("PostgreSQL")
    home = pathlib.Path("/tmp") / f"flowy-pg-{os.getpid()}"  # a path that its user may enter
    home.mkdir(mode=0o755)
    data = home / "data"
    port = free_port()
    run = {"cwd": home, "check": True, "capture_output": True}
    initdb = [programs / "initdb", "-D", data, "-A", "trust", "-U", "flowy", "-N"]
    subprocess.run(as_user(list(map(str, initdb)), home), **run)
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={home}"
    control = [programs / "pg_ctl", "-D", data, "-w", "-l", home / "log"]
    subprocess.run(as_user([*map(str, control), "-o", options, "start"], home), **run)
    try:
        yield f"postgresql+psycopg://flowy@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(as_user([*map(str, control), "-m", "immediate", "stop"], home), **run)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return f"sqlite:///{tmp_path / 'machine.db'}"


@pytest.fixture(scope="session")
def python():
    return sys.executable
