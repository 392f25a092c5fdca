"""The service's speed beside the peers, in one run: each contender in turn, round by round.

Everything is durable before it is acknowledged: SQLite with ``synchronous=FULL``, PostgreSQL with
``fsync``. Ratios are taken within a round, because the disk and the processor of a shared machine
change from minute to minute. A peer that is not there is installed into an environment of its own.

    make bench ARGS='-k beside_peers'
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

import pytest

from flowy.protocol.requests.domains import RegisterDomain
from flowy.swf.connect import connect
from tests.benchmarks import peers
from tests.benchmarks.tables import show
from tests.benchmarks.test_service import commits
from tests.postgresql import Cluster, NoPostgresql

pytestmark = pytest.mark.benchmark

CONTENDERS = Path(__file__).with_name("contenders")
OURS = CONTENDERS / "flowy_e2e.py"
ROUNDS = int(os.environ.get("FLOWY_BENCH_ROUNDS", "3"))
METRICS = {
    "chain": "chain, steps/s",
    "many": "50 executions of 10, steps/s",
    "latency": "1 activity, start to result, p50 ms",
}
SECONDS = 3
CONNECTIONS = 32
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/swf/aws4_request, "
    "SignedHeaders=host, Signature=x"
)
"""Enough of a signature for moto to know the service by."""
WRK = """
wrk.method = "POST"
wrk.body = '{"name":"bench"}'
wrk.headers["Content-Type"] = "application/x-amz-json-1.0"
wrk.headers["X-Amz-Target"] = "SimpleWorkflowService.DescribeDomain"
wrk.headers["Authorization"] = "%s"
"""
STARLETTE = """
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

async def nothing(request):
    return PlainTextResponse("")

app = Starlette(routes=[Route("/", nothing, methods=["POST"])])
"""


def figures(rows):
    return {row["metric"]: row["value"] for row in rows}


def rounds(contenders):
    """Run all contenders in turn, several times; return each one's figures, a round each.

    One that cannot be installed here is left out, with a line that says why.
    """
    found = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name in list(found):
            try:
                found[name].append(figures(contenders[name]()))
            except pytest.skip.Exception as why:
                del found[name]
                sys.stdout.write(f"\n{name} is left out: {why}\n")
    return found


def median(turns, metric):
    return statistics.median(turn[metric] for turn in turns) if metric in turns[0] else None


def show_figures(title, found):
    names = [name for name in METRICS if any(name in turns[0] for turns in found.values())]
    rows = [
        (contender, *(_written(median(turns, name)) for name in names))
        for contender, turns in found.items()
    ]
    show(title, ("contender", *(METRICS[name] for name in names)), rows)


def _written(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def show_ratios(title, found, targets):
    rows = []
    for ours, theirs, metric, target in targets:
        if theirs in found and metric in found[theirs][0]:
            ratios = [
                own[metric] / other[metric]
                for own, other in zip(found[ours], found[theirs], strict=True)
            ]
            spread = (f"{of(ratios):.2f}" for of in (statistics.median, min, max))
            rows.append((f"{ours} / {theirs}, {METRICS[metric]}", *spread, target))
    columns = ("ratio in one round", "median", "lowest", "highest", "target")
    show(title, columns, rows, f"{ROUNDS} rounds; FLOWY_BENCH_ROUNDS changes that.")


def test_in_process_beside_peers(tmp_path):
    turn = iter(range(1_000))

    def dbos():
        url = f"sqlite:///{tmp_path}/dbos{next(turn)}.sqlite"
        return peers.run_json("dbos", CONTENDERS / "e2e_dbos.py", url)

    def bare():
        path = tmp_path / f"bare{next(turn)}.sqlite"
        return [{"metric": "chain", "value": commits(path) / 2}]

    found = rounds(
        {
            "DBOS": dbos,
            "Flowy": lambda: peers.run_here(OURS, "--plain"),
            "bare commits, two a step": bare,
        }
    )
    show_figures("In process, SQLite FULL", found)
    show_ratios(
        "In process, SQLite FULL",
        found,
        (
            ("Flowy", "DBOS", "chain", "2"),
            ("Flowy", "bare commits, two a step", "chain", "0.5"),
            ("Flowy", "DBOS", "many", "8"),
            ("Flowy", "DBOS", "latency", "0.5"),
        ),
    )


@pytest.fixture
def cluster():
    try:
        cluster = Cluster(durable=True).start()
    except NoPostgresql as error:
        pytest.skip(str(error))
    yield cluster
    cluster.remove()


def test_postgresql_beside_peers(cluster):
    turn = iter(range(1_000))

    def fresh():
        name = f"bench{next(turn)}"
        cluster.sql(f"CREATE DATABASE {name}")
        return cluster.url(name)

    found = rounds(
        {
            "DBOS": lambda: peers.run_json("dbos", CONTENDERS / "e2e_dbos.py", fresh()),
            "Flowy": lambda: peers.run_here(OURS, "--plain", "--url", fresh()),
        }
    )
    show_figures("PostgreSQL, fsync on", found)
    show_ratios(
        "PostgreSQL, fsync on",
        found,
        (
            ("Flowy", "DBOS", "many", "3"),
            ("Flowy", "DBOS", "chain", "1.2"),
            ("Flowy", "DBOS", "latency", ""),
        ),
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(command, port, **options):
    """Have a server run, once it listens."""
    server = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            Event().wait(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def flowy_server(folder, turn):
    port = free_port()
    url = f"sqlite:///{folder}/served{turn}.sqlite"
    command = (sys.executable, "-m", "flowy", "server", "--db", url, "--port", port)
    return serving(command, port)


def test_over_http_beside_peers(tmp_path):
    turn = iter(range(1_000))

    def worker():
        with flowy_server(tmp_path, next(turn)) as address:
            return peers.run_here(OURS, "--plain", "--url", address)

    def on_flowy(peer, script):
        def run():
            with flowy_server(tmp_path, next(turn)) as address:
                return peers.run_json(peer, CONTENDERS / script, address)

        return run

    def on_moto(peer, script):
        return lambda: peers.run_json(peer, CONTENDERS / script, "moto")

    found = rounds(
        {
            "Flowy's worker": worker,
            "boto3 loop on Flowy": on_flowy("moto", "e2e_boto3.py"),
            "boto3 loop on moto": on_moto("moto", "e2e_boto3.py"),
            "simpleflow on Flowy": on_flowy("simpleflow", "e2e_simpleflow.py"),
            "simpleflow on moto": on_moto("simpleflow", "e2e_simpleflow.py"),
            "Temporal, on a file": lambda: peers.run_json(
                "temporal", CONTENDERS / "e2e_temporal.py"
            ),
        }
    )
    show_figures("Over HTTP, SQLite FULL", found)
    show_ratios(
        "Over HTTP, SQLite FULL",
        found,
        (
            ("Flowy's worker", "Temporal, on a file", "chain", "5"),
            ("Flowy's worker", "boto3 loop on moto", "chain", "10"),
            ("Flowy's worker", "Temporal, on a file", "many", ""),
            ("boto3 loop on Flowy", "boto3 loop on moto", "chain", "1.6"),
            ("boto3 loop on Flowy", "boto3 loop on moto", "latency", "0.5"),
            ("simpleflow on Flowy", "simpleflow on moto", "chain", "1.5"),
            ("simpleflow on Flowy", "simpleflow on moto", "latency", "0.6"),
        ),
    )


def requests_a_second(address, script):
    """Return what ``wrk`` counts on its 32 connections."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script, address],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    line = next(line for line in done.stdout.splitlines() if line.startswith("Requests/sec:"))
    return float(line.split()[1])


def test_reads_over_http_beside_peers(tmp_path, monkeypatch):
    if shutil.which("wrk") is None:
        pytest.skip("wrk, which asks faster than Python can, is not installed")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    script = tmp_path / "describe.lua"
    script.write_text(WRK % SIGNED)
    (tmp_path / "nothing.py").write_text(STARLETTE)
    moto_port, empty_port = free_port(), free_port()
    moto = Path(peers.python_of("moto")).with_name("moto_server")
    empty = (peers.python_of("starlette"), "-m", "uvicorn", "nothing:app", "--port", empty_port)
    quiet = ("--log-level", "error", "--no-access-log")
    found = {"Flowy": [], "moto": [], "empty Starlette": []}
    with (
        flowy_server(tmp_path, 0) as ours,
        serving((moto, "-H", "127.0.0.1", "-p", moto_port), moto_port) as theirs,
        serving((*empty, *quiet), empty_port, cwd=tmp_path) as nothing,
    ):
        addresses = {"Flowy": ours, "moto": theirs, "empty Starlette": nothing}
        for address in (ours, theirs):
            client = connect(address)
            client.call(
                RegisterDomain(name="bench", workflow_execution_retention_period_in_days="1")
            )
            client.close()
        for _ in range(ROUNDS):
            for name, address in addresses.items():
                found[name].append(requests_a_second(address, script))
    rows = [(name, f"{statistics.median(rates):,.0f}") for name, rates in found.items()]
    show(f"DescribeDomain, {CONNECTIONS} connections", ("server", "requests/s"), rows)
    rows = [
        (f"Flowy / {name}", f"{statistics.median(_over(found['Flowy'], found[name])):.2f}", target)
        for name, target in (("moto", "15"), ("empty Starlette", "0.33"))
    ]
    show("Reads over HTTP", ("ratio in one round", "median", "target"), rows)


def _over(ours, theirs):
    return [own / other for own, other in zip(ours, theirs, strict=True)]
