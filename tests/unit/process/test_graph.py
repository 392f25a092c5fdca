"""Graphs that can never be completed are refused, with the processes named."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import DefinitionError
from flowy.process.workflow.graph import check_graph, find_cycle
from flowy.process.workflow.workflow_types import WorkflowNode


def nodes(graph):
    return {key: WorkflowNode(process=None, dependencies=value) for key, value in graph.items()}


def test_a_graph_without_holes_and_cycles_passes():
    check_graph(nodes({"a": [], "b": ["a"], "c": ["a", "b"]}), "w")
    check_graph({}, "w")


def test_every_missing_dependency_is_named():
    with pytest.raises(DefinitionError) as caught:
        check_graph(nodes({"a": ["x"], "b": ["a", "y"]}), "w")
    assert "workflow 'w'" in str(caught.value)
    assert "'a' depends on 'x'; 'b' depends on 'y'" in str(caught.value)


@pytest.mark.parametrize(
    ("graph", "text"),
    [
        ({"a": ["a"]}, "'a' depends on 'a'"),
        ({"a": ["b"], "b": ["a"]}, "'a' depends on 'b' depends on 'a'"),
        (
            {"z": [], "a": ["z", "b"], "b": ["c"], "c": ["b"]},
            "'b' depends on 'c' depends on 'b'",
        ),
    ],
)
def test_a_cycle_is_named(graph, text):
    with pytest.raises(DefinitionError, match=f"has a cycle: {text};"):
        check_graph(nodes(graph), "w")


@given(
    st.integers(1, 8).flatmap(
        lambda size: st.lists(
            st.lists(st.integers(0, size - 1), max_size=3), min_size=size, max_size=size
        )
    )
)
def test_a_cycle_is_found_exactly_if_nothing_is_left_to_take_away(dependencies):
    graph = {str(key): [str(each) for each in value] for key, value in enumerate(dependencies)}
    cycle = find_cycle(graph)
    left = dict(graph)
    while free := [key for key, value in left.items() if not set(value) & set(left)]:
        for key in free:
            del left[key]
    assert bool(cycle) == bool(left)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert all(target in graph[source] for source, target in itertools.pairwise(cycle))
