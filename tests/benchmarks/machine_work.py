"""Measure one engine: prints, as JSON, the tasks per second of each shape of definition.

Run as ``python machine_work.py PACKAGE ROUNDS``, with PACKAGE ``flowy.machine`` or ``workflow``,
by an interpreter that has it. The released ``workflow`` takes names from ``collections`` that
Python 3.10 has removed; they are put back here, so that it can run at all.
"""

import collections
import collections.abc
import importlib
import json
import logging
import sys
import time

for name in ("Callable", "Iterable"):
    setattr(collections, name, getattr(collections.abc, name))

PACKAGE, ROUNDS = sys.argv[1], int(sys.argv[2])
engines = importlib.import_module(f"{PACKAGE}.engine")
controlflow = importlib.import_module(f"{PACKAGE}.patterns.controlflow")


class Token:
    """Counts the tasks that it went through."""

    def __init__(self):
        self.count = 0


def work(obj, eng):
    obj.count += 1


def always(obj, eng):
    obj.count += 1
    return True


def some_turns(obj, eng):
    obj.count += 1
    return obj.count % 40


SHAPES = {
    "flat": [work] * 100,
    "nested": [[work, [work, [work, work], work], work]] * 12,
    "branches": [controlflow.IF_ELSE(always, [work, work], [work])] * 30,
    "loop": [controlflow.WHILE(some_turns, [work, work])],
}


def measure(definition, tokens):
    """Return the tasks per second of one pass."""
    engine = engines.GenericWorkflowEngine()
    engine.log.setLevel(logging.WARNING)
    engine.callbacks.replace(definition)
    objects = [Token() for _ in range(tokens)]
    start = time.perf_counter()
    engine.process(objects)
    seconds = time.perf_counter() - start
    return sum(token.count for token in objects) / seconds


figures = {
    name: sorted(measure(definition, 300) for _ in range(ROUNDS))[ROUNDS // 2]
    for name, definition in SHAPES.items()
}
sys.stdout.write(json.dumps(figures))
