"""What becomes of a story, in plain Python: no event, no decision, no replay.

``outcome`` gives for an action, the moment at which it begins and the moments at which it is asked
to cancel itself, when it ends and how. An action that waits is cancelled by the first request that
comes while it does; a later one finds whatever it does then. What depends on which of two things
of the same moment comes first is ``Unpredicted``.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

Action = dict[str, Any]
Cancels = tuple[float, ...]


class Unpredicted(Exception):
    """The outcome hangs on which of two things of one moment comes first."""


@dataclass(frozen=True)
class Outcome:
    """When and how an action ended: "value", "failure" (its name is the value) or "cancelled".

    ``acts`` says which activities of it began, and when.
    """

    end: float
    kind: str
    value: Any = None
    acts: frozenset[tuple[int, float]] = frozenset()

    def after(self, *others: "Outcome") -> "Outcome":
        """Return the same outcome, with the activities of others as well."""
        return replace(self, acts=self.acts.union(*(other.acts for other in others)))


def play(story: dict[str, Any]) -> Outcome:
    """Return what becomes of a story that begins at 0."""
    cancels = () if story["cancel"] is None else (float(story["cancel"]),)
    found = Outcome(0.0, "value")
    for tree in story["trees"]:
        found = outcome(tree, found.end, cancels).after(found)
        if found.kind != "value":
            break
    return found


def outcome(action: Action, start: float, cancels: Cancels) -> Outcome:
    """Return what becomes of an action."""
    return ACTIONS[action["op"]](action, start, cancels)


def _waiting(start: float, natural: Outcome, cancels: Cancels) -> Outcome:
    """Return what becomes of something that only waits."""
    for cancel in sorted(cancels):
        if cancel == natural.end and natural.end > start:
            raise Unpredicted
        if start < cancel < natural.end:
            return Outcome(cancel, "cancelled")
    return natural


def _act(action: Action, start: float, cancels: Cancels) -> Outcome:
    bad, attempts = action["bad"], action["attempts"]
    if action["fate"] == "ok":
        bad = 0
    failed = min(bad, attempts)
    pause = action["pause"] if action["fate"] == "fail" else 0
    end = start + action["delay"] + pause * min(failed, attempts - 1)
    if action["fate"] == "late":
        end += action["limit"] * failed
    good = bad < attempts
    kind, value = ("value", action["key"]) if good else ("failure", f"act {action['key']}")
    found = _waiting(start, Outcome(end, kind, value), cancels)
    begun = start + action["delay"]
    return replace(found, acts=frozenset({(action["key"], begun)} if begun <= found.end else ()))


def _child(action: Action, start: float, cancels: Cancels) -> Outcome:
    good = action["fate"] == "ok"
    kind, value = ("value", action["key"]) if good else ("failure", f"child {action['key']}")
    return _waiting(start, Outcome(start + action["seconds"], kind, value), cancels)


def _lambda(action: Action, start: float, cancels: Cancels) -> Outcome:
    good = action["fate"] == "ok"
    kind, value = ("value", action["key"]) if good else ("failure", f"lambda {action['key']}")
    return _waiting(start, Outcome(start + action["delay"], kind, value), cancels)


def _sleep(action: Action, start: float, cancels: Cancels) -> Outcome:
    end = start + action["seconds"]
    return _waiting(start, Outcome(end, "value", action["key"]), cancels)


def _signal_in(action: Action, start: float, cancels: Cancels) -> Outcome:
    end = max(start, action["at"])
    if start == action["at"]:
        raise Unpredicted
    return _waiting(start, Outcome(end, "value", action["key"]), cancels)


def _at_once(action: Action, start: float, _cancels: Cancels) -> Outcome:
    return Outcome(start, "value", action["key"])


def _fail(action: Action, start: float, cancels: Cancels) -> Outcome:
    failure = Outcome(start + action["seconds"], "failure", f"fail {action['key']}")
    return _waiting(start, failure, cancels)


def _seq(action: Action, start: float, cancels: Cancels) -> Outcome:
    done: list[Outcome] = []
    for part in action["parts"]:
        found = outcome(part, start, cancels)
        if found.kind != "value":
            return found.after(*done)
        done.append(found)
        start = found.end
    return Outcome(start, "value", [found.value for found in done]).after(*done)


def _all(action: Action, start: float, cancels: Cancels) -> Outcome:
    parts = action["parts"]
    tolerate = action.get("tolerate", 0)
    natural = _scheduled(parts, action.get("most") or len(parts), start, cancels)
    failures = sorted(found.end for _, found in natural if found.kind == "failure")
    enough = failures[tolerate] if len(failures) > tolerate else None
    asked = min((cancel for cancel in cancels if cancel > start), default=None)
    stop = min((moment for moment in (enough, asked) if moment is not None), default=None)
    if stop is None or all(found.end < stop for _, found in natural):
        ended = [found for _, found in natural]
        if action["op"] == "each":
            if len({found.end for found in ended}) < len(ended):
                raise Unpredicted
            ended.sort(key=lambda found: found.end)
        end = max(found.end for found in ended)
        return Outcome(end, "value", [found.value for found in ended]).after(*ended)
    ended = _stopped(parts, natural, cancels, stop, stop == enough)
    end = max([stop, *(found.end for found in ended)])
    if action["op"] in ("each", "group") and any(stop < cancel <= end for cancel in cancels):
        raise Unpredicted  # they pass on one request only
    if sum(found.kind == "failure" for found in ended) > tolerate:
        return Outcome(end, "failure", f"{action['op']} {action['key']}").after(*ended)
    return Outcome(end, "cancelled").after(*ended)


def _scheduled(
    parts: list[Action], most: int, start: float, cancels: Cancels
) -> list[tuple[float, Outcome]]:
    """Return when each part begins, so many at once, and what becomes of it undisturbed."""
    busy: list[float] = []
    found = []
    for part in parts:
        begun = start if len(busy) < most else heapq.heappop(busy)
        ended = outcome(part, begun, cancels)
        if ended.kind == "failure":  # it is no value, where it is tolerated
            ended = replace(ended, value=None)
        heapq.heappush(busy, ended.end)
        found.append((begun, ended))
    return found


def _stopped(
    parts: list[Action],
    natural: list[tuple[float, Outcome]],
    cancels: Cancels,
    stop: float,
    failed: bool,
) -> list[Outcome]:
    """Return what becomes of the parts that have begun when something stops them all."""
    at_once = sum(found.end == stop for _, found in natural if found.kind != "cancelled")
    if at_once > failed:
        raise Unpredicted
    ended = []
    for part, (begun, found) in zip(parts, natural, strict=True):
        if begun >= stop:
            continue
        if found.end > stop and failed:
            found = outcome(part, begun, (*cancels, stop))
        ended.append(found)
    return ended


def _first(action: Action, start: float, cancels: Cancels) -> Outcome:
    parts = action["parts"]
    natural = [outcome(part, start, cancels) for part in parts]
    counts = [
        found
        for found in natural
        if found.kind == "value" or (found.kind == "failure" and not action["successful"])
    ]
    candidates = counts or [max(natural, key=lambda found: found.end)]
    won = min(candidates, key=lambda found: found.end)
    asked = min((cancel for cancel in cancels if cancel > start), default=None)
    if sum(found.end == won.end for found in natural) > 1:
        raise Unpredicted
    if won.end == start and len(parts) > 1:
        raise Unpredicted
    if asked is not None and asked <= won.end:
        ended = [outcome(part, start, cancels) for part in parts]
        end = max(found.end for found in ended)
        if any(asked < cancel <= end for cancel in cancels):
            raise Unpredicted
        return Outcome(end, "cancelled").after(*ended)
    ended = [
        found if found is won else outcome(part, start, (*cancels, won.end))
        for part, found in zip(parts, natural, strict=True)
    ]
    end = max(found.end for found in ended)
    if any(won.end <= cancel <= end for cancel in cancels):
        raise Unpredicted
    return Outcome(end, won.kind, won.value).after(*ended)


def _reduce(action: Action, start: float, cancels: Cancels) -> Outcome:
    return _all(action, start, cancels)


def _timeout(action: Action, start: float, cancels: Cancels) -> Outcome:
    (part,) = action["parts"]
    limit = start + action["seconds"]
    natural = outcome(part, start, cancels)
    if natural.end == limit:
        raise Unpredicted
    if natural.end < limit:
        return natural
    found = outcome(part, start, (*cancels, limit))
    if any(start < cancel <= found.end for cancel in cancels):
        raise Unpredicted
    if found.kind == "cancelled":
        return Outcome(found.end, "failure", f"timeout {action['key']}").after(found)
    return found


def _guard(action: Action, start: float, cancels: Cancels) -> Outcome:
    body, cleanup = action["parts"]
    found = outcome(body, start, cancels)
    cleaned = outcome(cleanup, found.end, cancels)
    if cleaned.kind != "value":
        return cleaned.after(found)
    return Outcome(cleaned.end, found.kind, found.value).after(found, cleaned)


def _catch(action: Action, start: float, cancels: Cancels) -> Outcome:
    found = outcome(action["parts"][0], start, cancels)
    if found.kind == "failure":
        return Outcome(found.end, "value", f"caught {found.value}").after(found)
    return found


def _saga(action: Action, start: float, cancels: Cancels) -> Outcome:
    steps, undos = action["parts"][::2], action["parts"][1::2]
    done: list[Outcome] = []
    for number, step in enumerate(steps):
        found = outcome(step, start, cancels)
        if found.kind != "value":
            return _undone(action, undos[: number + 1], found, cancels).after(*done)
        done.append(found)
        start = found.end
    return Outcome(start, "value", [found.value for found in done]).after(*done)


def _undone(action: Action, undos: list[Action], found: Outcome, cancels: Cancels) -> Outcome:
    now = found.end
    ended: list[Outcome] = []
    for undo in reversed(undos):
        ended.append(outcome(undo, now, ()))
        now = ended[-1].end
    if any(cancel == now for cancel in cancels if now > found.end):
        raise Unpredicted
    result = Outcome(now, found.kind, found.value)
    if any(one.kind == "failure" for one in ended):
        result = Outcome(now, "failure", f"saga {action['key']}")
    elif any(found.end < cancel < now for cancel in cancels):
        result = Outcome(now, "cancelled")
    return result.after(found, *ended)


ACTIONS: dict[str, Callable[[Action, float, Cancels], Outcome]] = {
    "act": _act,
    "all": _all,
    "catch": _catch,
    "child": _child,
    "each": _all,
    "effect": _at_once,
    "fail": _fail,
    "first": _first,
    "group": _all,
    "guard": _guard,
    "lambda": _lambda,
    "loop_signal": _at_once,
    "marker": _at_once,
    "reduce": _reduce,
    "saga": _saga,
    "seq": _seq,
    "signal_in": _signal_in,
    "sleep": _sleep,
    "timeout": _timeout,
    "version": _at_once,
}
