"""Times a decider on recorded histories; runs in a peer's environment, so it needs Python alone.

Called with a folder of histories, JSON lists of events named SHAPE-DONE-ALL.json: in a workflow of
ALL activities, DONE are done. Prints one line a history: the best time of three, in seconds.
"""

import datetime as dt
import gc
import json
import sys
import time
from pathlib import Path


def run(prepare, replay, rounds=3):
    """Time ``replay(prepare(shape, events))`` on each history; it returns how many decisions."""
    for path in sorted(Path(sys.argv[1]).glob("*.json")):
        shape, done, wanted = path.stem.split("-")
        events = json.loads(path.read_text())
        prepared = prepare(shape, events)
        expected = 1 if done == wanted else int(wanted)
        found = replay(prepared)
        if found != expected:
            raise RuntimeError(f"{path.name}: {found} decisions, not {expected}")
        taken = best(lambda prepared=prepared: replay(prepared), rounds)
        row = {"shape": shape, "done": int(done), "all": int(wanted)}
        print(json.dumps({**row, "events": len(events), "seconds": taken}), flush=True)


def best(work, rounds):
    """Return the shortest of some times: what else runs on the machine only ever adds."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        before = time.perf_counter()
        work()
        taken.append(time.perf_counter() - before)
    return min(taken)


def adapted(events, texts):
    """Return events as boto3 gives them, with another framework's texts for some attributes.

    Args:
        events: The events as JSON says them.
        texts: Event type to a function that gives the attributes to change; it takes the number of
            the event among those of its type.
    """
    counts = {}
    found = []
    for event in events:
        kind = event["eventType"]
        number = counts[kind] = counts.get(kind, -1) + 1
        moment = dt.datetime.fromtimestamp(event["eventTimestamp"], dt.UTC)
        event = {**event, "eventTimestamp": moment}
        if kind in texts:
            key = f"{kind[0].lower()}{kind[1:]}EventAttributes"
            event[key] = {**event[key], **texts[kind](number)}
        found.append(event)
    return found
