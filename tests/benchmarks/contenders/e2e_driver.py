"""The loads of the end-to-end comparison, the same for every contender; prints JSON, a line each.

``one(steps)`` runs an execution of so many activities, one after the other, to its durable end;
``many(executions, steps)`` starts several together and returns when all have ended.
"""

import json
import statistics
import time

LATENCIES = 100


def emit(metric, value):
    """Print a figure."""
    print(json.dumps({"metric": metric, "value": value}), flush=True)


def timed(work, *args):
    """Return the seconds that a call takes."""
    before = time.perf_counter()
    work(*args)
    return time.perf_counter() - before


def run(one, many=None, chain=1_000, latencies=LATENCIES):
    """Print the figures of a contender."""
    one(5)
    emit("latency", statistics.median(timed(one, 1) for _ in range(latencies)) * 1e3)
    emit("chain", chain / timed(one, chain))
    if many is not None:
        many(5, 2)
        emit("many", 500 / timed(many, 50, 10))
