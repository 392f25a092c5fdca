"""Pictures of definitions: every task once, every way, the present task marked."""

import itertools
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.machine.draw import draw_mermaid, draw_svg
from flowy.machine.engine import ActionMapper, GenericWorkflowEngine, ProcessingFactory
from flowy.machine.graph import make_graph
from flowy.machine.patterns import (
    BREAK,
    CHOICE,
    FOR,
    HALT,
    IF,
    IF_ELSE,
    OBJ_NEXT,
    SIMPLE_MERGE,
    TASK_JUMP_IF,
    WHILE,
)


def receive(obj, eng):
    pass


def is_long(obj, eng):
    return True


def review(obj, eng):
    pass


FLOW = [receive, IF(is_long, [review, HALT()]), FOR("ab", "letter", review)]


def edges(flow):
    return {
        (tuple(e.source), e.target and tuple(e.target), e.label) for e in make_graph(flow).edges
    }


def test_the_graph_has_each_task_at_its_position():
    assert [(list(node.path), node.name, node.decides) for node in make_graph(FLOW).nodes] == [
        ([0], "receive", False),
        ([1, 0], "IF is_long", True),
        ([1, 1, 0], "review", False),
        ([1, 1, 1], "HALT", True),
        ([2, 0], "FOR letter", True),
        ([2, 1], "review", False),
        ([2, 2], "TASK_JUMP_BWD", False),
    ]


def test_the_graph_has_each_way():
    assert edges(FLOW) == {
        ((0,), (1, 0), ""),
        ((1, 0), (1, 1, 0), "yes"),
        ((1, 0), (2, 0), "no"),
        ((1, 1, 0), (1, 1, 1), ""),
        ((1, 1, 1), None, "halt"),
        ((1, 1, 1), (2, 0), "restarted"),
        ((2, 0), (2, 1), "next"),
        ((2, 0), None, "done"),
        ((2, 1), (2, 2), ""),
        ((2, 2), (2, 0), "again"),
    }


def test_empty_lists_are_passed_through():
    assert edges([receive, [[], []], review]) == {((0,), (2,), ""), ((2,), None, "")}
    assert make_graph([]).nodes == []


MERMAID = """\
flowchart TD
    start((start))
    finish((end))
    n0["receive"]
    n1{"IF is_long"}
    n2["review"]
    start --> n0
    n0 --> n1
    n1 -- "yes" --> n2
    n1 -- "no" --> finish
    n2 --> finish
    classDef current fill:#fde68a,stroke:#b45309,stroke-width:3px
    class n2 current
"""


def test_mermaid():
    assert draw_mermaid([receive, IF(is_long, review)], [1, 1]) == MERMAID


def test_mermaid_without_a_position_or_tasks():
    assert "current" not in draw_mermaid(FLOW)
    assert "start --> finish" in draw_mermaid([])


def test_names_are_escaped():
    def odd(obj, eng):
        pass

    odd.__name__ = 'a "<b>" task'
    assert '["a #quot;&lt;b&gt;#quot; task"]' in draw_mermaid([odd])
    ET.fromstring(draw_svg([odd]))


@pytest.mark.parametrize("position", [None, [0], [1], [1, 1, 0], [2, 2], [9]])
def test_svg_shows_each_task_and_marks_the_present_one(position):
    root = ET.fromstring(draw_svg(FLOW, position))
    space = "{http://www.w3.org/2000/svg}"
    boxes = root.findall(f".//{space}rect")
    assert len(boxes) == 7
    marked = [box for box in boxes if box.get("class") == "current"]
    assert len(marked) == (0 if position in (None, [9]) else 1)
    assert len(root.findall(f"{space}path")) == len(edges(FLOW))


leaf = st.sampled_from(["task", "break", "next", "jump"])
shapes = st.recursive(leaf, lambda inner: st.lists(inner, max_size=4).map(tuple), max_leaves=12)


def build(shape, kinds):
    if shape == "task":
        return receive
    if shape == "break":
        return BREAK()
    if shape == "next":
        return OBJ_NEXT()
    if shape == "jump":
        return TASK_JUMP_IF(lambda obj, eng: obj.pop() if obj else False, 2)
    inner = [build(one, kinds) for one in shape]
    kind = next(kinds)
    if kind == "merge" and len(inner) < 2:
        return inner
    return WRAPPERS[kind](inner)


def ask(obj, eng):
    return obj.pop() if obj else False


WRAPPERS = {
    "choice": lambda inner: CHOICE(lambda obj, eng: "ab"[ask(obj, eng)], a=inner, b=list(inner)),
    "for": lambda inner: FOR([1, 2], "x", inner),
    "if": lambda inner: IF(ask, inner),
    "if else": lambda inner: IF_ELSE(ask, inner, list(inner)),
    "list": lambda inner: inner,
    "merge": lambda inner: SIMPLE_MERGE(*inner),
    "while": lambda inner: WHILE(ask, inner),
}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(shapes, min_size=1, max_size=4),
    st.lists(st.sampled_from(sorted(WRAPPERS)), min_size=20, max_size=20),
    st.lists(st.booleans(), max_size=12),
)
def test_the_engine_only_goes_ways_that_the_picture_shows(tree, kinds, answers):
    kinds = itertools.cycle(kinds)
    flow = [build(shape, kinds) for shape in tree]
    steps = []

    class Mapper(ActionMapper):
        @staticmethod
        def before_each_callback(eng, callback_func, obj):
            steps.append(tuple(eng.state.callback_pos))

    class Factory(ProcessingFactory):
        action_mapper = Mapper

    engine = GenericWorkflowEngine()
    engine.processing_factory = Factory
    engine.callbacks.replace(flow)
    if engine.callbacks.empty():
        return
    engine.process([answers])
    shown = {(source, target) for source, target, _ in edges(flow)}
    assert set(itertools.pairwise([*steps, None])) <= shown


def test_arcs_do_not_share_a_lane():
    lanes = re.findall(r"M\d+ \d+L(\d+) \d+L\1 ", draw_svg(FLOW))
    assert len(lanes) == len(set(lanes))
