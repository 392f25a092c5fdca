"""Random nestings of patterns: the engine agrees with a small reference interpreter.

A program is a tree of plain values. `build` makes a definition of it; `interpret` walks the tree
itself with Python's own statements. Both call the same tasks and conditions, which only look at
and change the token, so that a program can be paused at any task, and go on elsewhere.
"""

import contextlib
import json
import pickle
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.machine.engine import ActionMapper, GenericWorkflowEngine, ProcessingFactory
from flowy.machine.errors import HaltProcessing
from flowy.machine.patterns import (
    BREAK,
    CHOICE,
    FOR,
    IF,
    IF_ELSE,
    IF_NOT,
    OBJ_NEXT,
    SIMPLE_MERGE,
    STOP,
    TASK_JUMP_IF,
    TRY,
    WHILE,
)
from flowy.machine.state import Snapshot

# ------------------------------------------------------------------------------ the programs


@dataclass(frozen=True)
class Node:
    kind: str
    number: int = 0
    blocks: tuple = ()


leaves = st.one_of(
    st.builds(Node, st.just("task"), st.integers(0, 9)),
    st.builds(Node, st.just("try"), st.integers(0, 2)),
    st.builds(Node, st.just("show")),
    st.builds(Node, st.sampled_from(["break", "next", "stop"])),
)


def compound(block):
    def of(kind, blocks, low=0, high=3):
        size = {"min_size": blocks, "max_size": blocks}
        return st.builds(
            Node, st.just(kind), st.integers(low, high), st.lists(block, **size).map(tuple)
        )

    return st.one_of(
        of("if", 1),
        of("if not", 1),
        of("if else", 2),
        of("while", 1),
        of("for", 1),
        of("for down", 1),
        of("choice", 3),
        of("merge", 3),
        of("skip", 1),
        of("list", 1),
    )


blocks = st.recursive(
    st.lists(leaves, max_size=3).map(tuple),
    lambda block: st.lists(st.one_of(leaves, compound(block)), max_size=4).map(tuple),
    max_leaves=12,
)
programs = blocks.filter(len)
LONGEST = 2000  # more pauses than a program can have: one that does not end fails


def new_token(seed):
    return {"log": [seed], "calls": {}, "x": None}


def say(text):
    return lambda obj, eng: obj["log"].append(text)


def show(obj, eng):
    obj["log"].append(obj["x"])


def holds(number):
    """A condition on the token."""
    return lambda obj, eng: (len(obj["log"]) + number) % 3 != 0


def still(name, limit):
    """A condition that counts in the token how often it was asked."""

    def ask(obj, eng):
        obj["calls"][name] = obj["calls"].get(name, 0) + 1
        return obj["calls"][name] % (limit + 1) != 0

    return ask


def key_of(number):
    return lambda obj, eng: "abc"[(len(obj["log"]) + number) % 3]


def set_x(obj, eng, value):
    obj["x"] = value


def fails(name, times):
    """A task that fails so many times before it succeeds."""

    def attempt(obj, eng):
        obj["calls"][name] = obj["calls"].get(name, 0) + 1
        if obj["calls"][name] % (times + 1):
            raise ValueError
        obj["log"].append(f"try {times}")

    return attempt


# --------------------------------------------------------------------------- as a definition


def build(block, path="p"):
    return [build_node(node, f"{path}.{place}") for place, node in enumerate(block)]


def build_node(node, path):
    inner = [build(block, f"{path}.{place}") for place, block in enumerate(node.blocks)]
    return BUILDERS[node.kind](node.number, path, inner)


def named(task, name):
    task.__name__ = name
    return task


BUILDERS = {
    "break": lambda number, path, inner: BREAK(),
    "choice": lambda number, path, inner: (
        CHOICE(named(key_of(number), "choose"), ("a", *inner[0]), b=inner[1], c=tuple(inner[2]))
        if inner[0] and inner[2]
        else CHOICE(named(key_of(number), "choose"), a=inner[0], b=inner[1], c=inner[2])
    ),
    "for": lambda number, path, inner: FOR(list(range(number)), set_x, inner[0]),
    "for down": lambda number, path, inner: FOR(
        lambda obj, eng: list(range(number)), set_x, inner[0], cache_data=True, order="DSC"
    ),
    "if": lambda number, path, inner: IF(holds(number), inner[0]),
    "if else": lambda number, path, inner: IF_ELSE(holds(number), inner[0], inner[1]),
    "if not": lambda number, path, inner: IF_NOT(holds(number), inner[0]),
    "list": lambda number, path, inner: inner[0],
    "merge": lambda number, path, inner: SIMPLE_MERGE(*inner),
    "next": lambda number, path, inner: OBJ_NEXT(),
    "show": lambda number, path, inner: show,
    "skip": lambda number, path, inner: [TASK_JUMP_IF(holds(number), 2), inner[0]],
    "stop": lambda number, path, inner: STOP(),
    "task": lambda number, path, inner: say(number),
    "try": lambda number, path, inner: TRY(fails(path, number), retry=number, verbose=False),
    "while": lambda number, path, inner: WHILE(still(path, number), inner[0]),
}


# ------------------------------------------------------------------- the reference interpreter


class LeaveList(Exception):
    pass


class NextToken(Exception):
    pass


class StopAll(Exception):
    pass


def interpret(program, tokens):
    for token in tokens:
        try:
            run_list(program, token, "p")
        except NextToken:
            continue
        except StopAll:
            return


def run_list(block, token, path):
    with contextlib.suppress(LeaveList):
        run_in_line(block, token, path)


def run_in_line(block, token, path):
    for place, node in enumerate(block):
        run_node(node, token, f"{path}.{place}")


def run_node(node, token, path):  # noqa: C901 - an interpreter in one piece, to be read at once
    number = node.number
    inner = [
        (lambda block=block, place=place: run_list(block, token, f"{path}.{place}"))
        for place, block in enumerate(node.blocks)
    ]
    match node.kind:
        case "task":
            say(number)(token, None)
        case "show":
            show(token, None)
        case "try":
            while True:
                try:
                    fails(path, number)(token, None)
                    break
                except ValueError:
                    continue
        case "break":
            raise LeaveList
        case "next":
            raise NextToken
        case "stop":
            raise StopAll
        case "list":
            inner[0]()
        case "if":
            if holds(number)(token, None):
                inner[0]()
        case "if not" | "skip":
            if not holds(number)(token, None):
                inner[0]()
        case "if else":
            inner[0]() if holds(number)(token, None) else inner[1]()
        case "choice":
            inner["abc".index(key_of(number)(token, None))]()
        case "merge":
            inner[0]()
            inner[2]()
        case "while":
            try:
                while still(path, number)(token, None):
                    run_in_line(node.blocks[0], token, f"{path}.0")
            except LeaveList:
                pass
        case "for" | "for down":
            items = list(range(number))
            try:
                for item in items if node.kind == "for" else reversed(items):
                    token["x"] = item
                    run_in_line(node.blocks[0], token, f"{path}.0")
                if items:
                    token["x"] = item
            except LeaveList:
                pass


# ------------------------------------------------------------------------------ the properties


def engine_for(program):
    engine = GenericWorkflowEngine()
    engine.callbacks.replace(build(program))
    return engine


@settings(max_examples=300, deadline=None)
@given(programs, st.integers(1, 3))
def test_the_engine_agrees_with_the_reference(program, count):
    expected = [new_token(seed) for seed in range(count)]
    interpret(program, expected)
    tokens = [new_token(seed) for seed in range(count)]
    engine_for(program).process(tokens)
    assert tokens == expected


class Pausing(GenericWorkflowEngine):
    """Halts before its task of a given number."""

    def __init__(self, program, pause_at):
        super().__init__()
        self.callbacks.replace(build(program))
        self.left = pause_at

    class Factory(ProcessingFactory):
        class action_mapper(ActionMapper):
            @staticmethod
            def before_each_callback(eng, callback_func, obj):
                eng.left -= 1
                if eng.left < 0:
                    eng.halt("pause")

    processing_factory = Factory


def by_pickle(snapshot, tokens):
    return pickle.loads(pickle.dumps((snapshot, tokens)))


def by_json(snapshot, tokens):
    fields = ("token_pos", "callback_pos", "current_object_processed", "extra_data")
    text = json.dumps([{name: getattr(snapshot, name) for name in fields}, tokens])
    kept, tokens = json.loads(text)
    return Snapshot(**kept), tokens


@settings(max_examples=150, deadline=None)
@given(programs, st.integers(1, 7), st.sampled_from([by_pickle, by_json]))
def test_a_program_that_is_paused_and_resumed_elsewhere_gives_the_same(program, every, travel):
    expected = [new_token(seed) for seed in range(2)]
    interpret(program, expected)

    tokens = [new_token(seed) for seed in range(2)]
    engine, words = Pausing(program, every), ("next", "first")
    for _ in range(LONGEST):
        try:
            engine.restart(*words, objects=tokens)
        except HaltProcessing:
            snapshot, tokens = travel(engine.snapshot(), tokens)
            engine, words = Pausing(program, every), ("current", "current")
            engine.restore(snapshot)
        else:
            break
    assert tokens == expected


@settings(max_examples=100, deadline=None)
@given(programs)
def test_restoring_a_snapshot_gives_it_back(program):
    engine = Pausing(program, 2)
    with contextlib.suppress(HaltProcessing):
        engine.process([new_token(0)])
    twin = GenericWorkflowEngine()
    twin.restore(engine.snapshot())
    assert twin.snapshot() == engine.snapshot()
    assert replace(twin.snapshot(), token_pos=5) != engine.snapshot()
