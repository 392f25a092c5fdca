"""Random trees of actions, one of each kind of thing that a workflow can do.

A tree is plain JSON, so that it travels as a workflow's input and is kept as a file. Every action
has a ``key``, which is its value and names it in failures. Durations are whole seconds and drawn by
hash from the key and a salt: two moments of one story are hardly ever the same, however much
hypothesis simplifies the tree.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """Which kinds of action are drawn."""

    leaves: tuple[str, ...]
    branches: tuple[str, ...]
    cancels: bool = True
    """A cancel request may come."""


SERVED = Kinds(
    leaves=(
        *("act", "act", "child", "sleep", "signal_in", "loop_signal"),
        *("effect", "marker", "version", "fail"),
    ),
    branches=(
        *("seq", "all", "each", "group", "first", "reduce"),
        *("timeout", "guard", "catch", "saga"),
    ),
)
"""What a service does in virtual time."""

EVERY = replace(SERVED, leaves=(*SERVED.leaves, "lambda"))
"""All there is."""


@st.composite
def stories(
    draw: Any, kinds: Kinds = EVERY, longest: int = 86_400, depth: int = 3
) -> dict[str, Any]:
    """Return a story: trees that follow each other by continue-as-new, and a cancel request.

    Args:
        kinds: What is drawn.
        longest: The longest duration, in seconds.
        depth: How deep trees are.
    """
    trees = [draw(tree(depth, kinds)) for _ in range(draw(st.sampled_from([1, 1, 1, 2])))]
    story = {"trees": trees, "salt": draw(st.integers(0, 99)), "cancel": None}
    numbered(story, longest)
    if kinds.cancels and draw(st.booleans()):
        story["cancel"] = moment(story, "cancel", 2 * longest)
    return story


@st.composite
def tree(draw: Any, depth: int, kinds: Kinds) -> dict[str, Any]:
    """Return an action; a branch holds others."""
    chosen = kinds.leaves if depth == 0 else (*kinds.branches, "act", "child")
    op = draw(st.sampled_from(chosen))
    found: dict[str, Any] = {"op": op}
    if op in DETAILS:
        found |= {name: draw(choice) for name, choice in DETAILS[op].items()}
    if op in ("seq", "all", "each", "group", "first", "reduce"):
        found["parts"] = [draw(tree(depth - 1, kinds)) for _ in range(draw(st.integers(1, 3)))]
    elif op in ("timeout", "guard", "catch"):
        found["parts"] = [draw(tree(depth - 1, kinds))]
        if op == "guard":
            found["parts"].append(draw(tree(0, kinds)))
    elif op == "saga":
        count = 2 * draw(st.integers(1, 3))
        found["parts"] = [draw(tree(0, kinds)) for _ in range(count)]
    return found


DETAILS: dict[str, dict[str, Any]] = {
    "act": {
        "fate": st.sampled_from(["ok", "ok", "ok", "fail", "late"]),
        "bad": st.integers(0, 3),
        "attempts": st.integers(1, 3),
        "cancellation": st.sampled_from(["try", "try", "abandon"]),
    },
    "all": {"most": st.sampled_from([None, 1, 2]), "tolerate": st.sampled_from([0, 0, 1])},
    "child": {
        "fate": st.sampled_from(["ok", "ok", "fail"]),
        "started": st.booleans(),
        "told": st.booleans(),
        "cancellation": st.sampled_from(["try", "try", "abandon"]),
    },
    "first": {"successful": st.booleans()},
    "lambda": {"fate": st.sampled_from(["ok", "ok", "fail"])},
}
"""What is drawn for an action: ``bad`` attempts of an activity end as its ``fate`` says."""


def numbered(story: dict[str, Any], longest: int) -> None:
    """Give each action a key and the durations that it needs."""
    for key, action in enumerate(actions(story)):
        action["key"] = key
        for name in DURATIONS.get(action["op"], ()):
            action[name] = moment(story, f"{key} {name}", longest)


DURATIONS = {
    "act": ("delay", "pause", "limit"),
    "child": ("seconds",),
    "fail": ("seconds",),
    "lambda": ("delay",),
    "signal_in": ("at",),
    "sleep": ("seconds",),
    "timeout": ("seconds",),
}


def moment(story: dict[str, Any], name: str, longest: int) -> int:
    """Return a duration of 1 second to ``longest``, by hash."""
    digest = hashlib.blake2b(f"{story['salt']} {name}".encode(), digest_size=8).digest()
    return 1 + int.from_bytes(digest) % longest


def actions(story: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all actions of a story."""
    found: list[dict[str, Any]] = []
    pending = list(story["trees"])
    while pending:
        found.append(pending.pop())
        pending.extend(found[-1].get("parts", ()))
    return found
