"""Celery on Redis, as a contender of the workers: prints JSON, a line each.

Arguments: the path of a redis-server, how many tasks a fan has, how many round trips are timed.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from celery import Celery, group

URL = os.environ.get("CONTENDER_REDIS", "")
app = Celery("workers_celery", broker=URL, backend=URL)
app.conf.update(worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)


@app.task(name="nothing")
def nothing(number):
    return number


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def measure(pool, count, trips):
    """Print the figures of one kind of worker pool."""
    worker = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "-A", "workers_celery", "worker", "--pool", pool),
            *("-c", "4", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"),
        ],
        cwd=Path(__file__).resolve().parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        nothing.delay(0).get(timeout=60)
        before = time.perf_counter()
        sum(group(nothing.s(number) for number in range(count))().get(timeout=300))
        rate = count / (time.perf_counter() - before)
        taken = []
        for number in range(trips):
            before = time.perf_counter()
            nothing.delay(number).get(timeout=60)
            taken.append((time.perf_counter() - before) * 1e3)
        taken.sort()
        figures = {"rate": rate, "p50": taken[trips // 2], "p99": taken[int(trips * 0.99)]}
        print(json.dumps({"name": f"Celery, Redis, {pool}", **figures}), flush=True)
    finally:
        worker.terminate()
        worker.wait()


def main():
    redis, count, trips = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [redis, "--port", str(port), "--dir", folder, "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        try:
            os.environ["CONTENDER_REDIS"] = url = f"redis://127.0.0.1:{port}/0"
            app.conf.update(broker_url=url, result_backend=url)
            for pool in ("threads", "prefork"):
                measure(pool, count, trips)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
