"""The heap of deadlines."""

from hypothesis import given
from hypothesis import strategies as st

from flowy.service.domain.deadlines import Deadline, DeadlineKind, Deadlines

TIMER = DeadlineKind.TIMER


@given(
    st.lists(st.tuples(st.integers(0, 50), st.one_of(st.none(), st.integers(0, 60)))),
    st.integers(0, 60),
)
def test_it_agrees_with_a_plain_search_whatever_is_over_or_has_moved(clocks, now):
    deadlines = Deadlines()
    current = {}
    for event_id, (due, later) in enumerate(clocks):
        deadlines.push(due, event_id, TIMER)
        current[event_id] = None if later is None else max(due, later)
    alive = sorted(Deadline(due, key, TIMER) for key, due in current.items() if due is not None)

    def look(kind, event_id):
        return current[event_id]

    assert deadlines.due(now, look) == [entry for entry in alive if entry.due <= now]
    assert deadlines.earliest(look) == (alive[0].due if alive else None)
    assert deadlines.due(now, look) == [entry for entry in alive if entry.due <= now]


def test_deadlines_that_are_over_do_not_pile_up():
    deadlines = Deadlines()
    for event_id in range(10_000):
        deadlines.push(1e9 + event_id, event_id, TIMER)
        deadlines.earliest(lambda kind, key, last=event_id: 1e9 + key if key == last else None)
        assert len(deadlines._heap) <= 70


def test_no_limit_is_no_deadline():
    deadlines = Deadlines()
    deadlines.push(None, 1, TIMER)
    assert deadlines.earliest(lambda kind, event_id: 5.0) is None


def test_the_cost_of_a_question_does_not_grow_with_what_is_open():
    deadlines = Deadlines()
    for event_id in range(1000):
        deadlines.push(1000.0 + event_id, event_id, TIMER)
    asked = []

    def look(kind, event_id):
        asked.append(event_id)
        return 1000.0 + event_id

    deadlines.earliest(look)
    asked.clear()
    for _ in range(10):
        assert deadlines.earliest(look) == 1000.0
        assert deadlines.due(1001.0, look)[-1].event_id == 1
    assert len(asked) <= 10 * 4
