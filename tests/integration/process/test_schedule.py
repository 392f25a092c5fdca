"""Random graphs in virtual time: dependencies hold, no slot is idle while something is ready."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.process import ProcessConfig, ProcessType, Workflow, WorkflowPoolManager
from tests.integration.process.simulation import (
    Simulated,
    Sleeps,
    Timed,
    critical_path,
    list_schedule,
    new_clock,
    rounds,
    virtual_loop,
)


@st.composite
def graphs(draw):
    size = draw(st.integers(0, 14))
    durations = {f"n{key:02}": draw(st.integers(1, 9)) for key in range(size)}
    names = list(durations)
    dependencies = {
        name: set(draw(st.lists(st.sampled_from(names[:key]), max_size=3))) if key else set()
        for key, name in enumerate(names)
    }
    return durations, dependencies


def build(kind, process_type, durations, dependencies):
    workflow = Workflow(process_id="w", pool_manager=WorkflowPoolManager(), progress=False)
    for name, duration in durations.items():
        process = kind(ProcessConfig(process_id=name, process_type=process_type), duration)
        process.register_to(workflow, sorted(dependencies[name]))
    return workflow


def simulate(durations, dependencies, slots, process_type=ProcessType.THREAD):
    clock = new_clock()
    loop = virtual_loop(clock)
    workflow = build(Timed, process_type, durations, dependencies)
    executor = Simulated(slots, loop)
    workflow.pool_manager.get_or_create_pools("w")[process_type] = executor
    try:
        results = loop.run_until_complete(workflow.execute())
    finally:
        loop.close()
    return results, executor.intervals, clock.now()


@settings(deadline=None, max_examples=150)
@given(graphs(), st.integers(1, 4))
def test_a_graph_on_slots_is_a_greedy_list_schedule(graph, slots):
    durations, dependencies = graph
    results, intervals, makespan = simulate(durations, dependencies, slots)
    assert set(results) == set(durations)
    for name, interval in intervals.items():
        assert interval.end - interval.start == durations[name]
        ends = [intervals[each].end for each in dependencies[name]]
        assert interval.ready == max(ends, default=0.0)
        assert results[name].data == sorted(dependencies[name])
        busy = [other for other in intervals.values() if other is not interval]
        for moment in range(int(interval.ready), int(interval.start)):
            assert sum(each.start <= moment < each.end for each in busy) == slots
    order = sorted(intervals, key=lambda name: intervals[name].start)
    assert makespan == list_schedule(order, durations, dependencies, slots)
    work, path = sum(durations.values()), critical_path(durations, dependencies)
    assert max(work / slots, path) <= makespan <= work / slots + path * (slots - 1) / slots + 1e-9


@settings(deadline=None, max_examples=50)
@given(graphs(), st.integers(1, 4))
def test_results_come_in_the_order_in_which_processes_end(graph, slots):
    durations, dependencies = graph
    results, intervals, _ = simulate(durations, dependencies, slots, ProcessType.PROCESS)
    ends = [intervals[name].end for name in results]
    assert ends == sorted(ends)


@settings(deadline=None, max_examples=100)
@given(graphs())
def test_a_graph_on_the_loop_takes_as_long_as_its_longest_path(graph):
    durations, dependencies = graph
    clock = new_clock()
    loop = virtual_loop(clock)
    workflow = build(Sleeps, ProcessType.ASYNC, durations, dependencies)
    try:
        results = loop.run_until_complete(workflow.execute())
    finally:
        loop.close()
    assert {name: result.data for name, result in results.items()} == {
        name: sorted(dependencies[name]) for name in durations
    }
    assert clock.now() == critical_path(durations, dependencies)


def test_two_chains_beside_each_other_do_not_wait_for_each_other_as_in_rounds():
    durations = {"a1": 1, "b1": 9, "a2": 9, "b2": 1}
    dependencies = {"a1": set(), "b1": set(), "a2": {"a1"}, "b2": {"b1"}}
    assert simulate(durations, dependencies, 2)[2] == 10
    assert rounds(durations, dependencies, 2) == 18
