"""Flowy, everything in one process, as a contender for the end-to-end drivers of the peers' suite.

Prints one row a figure, ``@@`` and JSON: the same loads, names and units as the suite's own driver,
so that ``bench.py run e2e --add "flowy=PYTHON THIS_FILE"`` puts it beside the peers in one run.

    --normal    SQLite with synchronous=NORMAL
    --url URL   another database, such as postgresql://user@host/name, brought up to date first
    --threads N pollers of each kind
    --plain     only what ``e2e_driver`` prints, for the comparison of this repository
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import e2e_driver
import noop

from flowy.service.upgrade import upgrade
from flowy.swf.connect import connect


def emit(peer, metric, value, unit, **params):
    """Print a figure."""
    row = {"bench": "e2e", "peer": peer, "metric": metric, "value": value, "unit": unit}
    sys.stdout.write("@@" + json.dumps({**row, "params": params}) + "\n")
    sys.stdout.flush()


def timed(work, *args):
    """Return the seconds that a call takes."""
    before = time.perf_counter()
    work(*args)
    return time.perf_counter() - before


def run(peer, stage, sizes=(200, 1000), runs=100):
    """Print all figures."""
    stage.one("seq", 5)
    stage.one("par", 5)
    ways = sorted(timed(stage.one, "seq", 1) * 1e3 for _ in range(runs))
    for name, value in (("latency_p50", statistics.median(ways)), ("latency_p99", ways[-2])):
        emit(peer, name, value, "ms", steps=1, runs=runs)
    for kind, metric in (("seq", "seq_steps"), ("par", "fan_steps")):
        for size in sizes:
            emit(peer, metric, size / timed(stage.one, kind, size), "steps/s", n=size)
    taken = timed(stage.many, 50, 10)
    emit(peer, "many_steps", 500 / taken, "steps/s", workflows=50, steps=10)


def main():
    """Run in a scratch folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--normal", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--url")
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        suffix = "?synchronous=normal" if options.normal else ""
        url = options.url or f"sqlite:///{folder}/flowy.sqlite{suffix}"
        if url.startswith("postgresql"):
            upgrade(url)
        client = connect(url)
        stage = noop.Stage(client, options.threads)
        if options.plain:
            e2e_driver.run(lambda steps: stage.one("seq", steps), stage.many)
        else:
            name = url.partition(":")[0]
            run(f"flowy {name}" + (" normal" if options.normal else ""), stage)
        stage.close()
        client.close()


if __name__ == "__main__":
    main()
