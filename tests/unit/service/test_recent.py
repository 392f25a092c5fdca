"""The last events in memory are a window on the history, or say that they are not."""

from hypothesis import given
from hypothesis import strategies as st

from flowy.service.store import recent
from flowy.service.store.recent import MOST, Recent


class Marked:
    def __init__(self, number):
        self.event_id = number

    def __repr__(self):
        return f"event {self.event_id}"


@given(
    first=st.integers(1, 5),
    batches=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4)), max_size=12),
    wanted=st.tuples(st.integers(1, 60), st.integers(1, 60)),
)
def test_a_page_is_what_the_history_has_or_nothing(first, batches, wanted):
    kept, history, seen = Recent(first), {}, 0
    number = first
    for count, ahead in batches:
        events = [Marked(number + place) for place in range(count)]
        bodies = [b"%d" % event.event_id for event in events]
        history.update(zip((event.event_id for event in events), events, strict=True))
        number += count
        seen = min(seen + ahead, number - 1)
        kept.append(events, bodies, seen)
    start, end = min(wanted), max(wanted)
    page = kept.page(start, end)
    if page is None:
        assert start < max(first, seen) or end >= number
    else:
        events, bodies = page
        assert events == [history[place] for place in range(start, end + 1)]
        assert bodies == [b"%d" % place for place in range(start, end + 1)]


def test_no_more_than_a_page_is_kept():
    kept = Recent(1)
    events = [Marked(number) for number in range(1, 2 * MOST + 1)]
    kept.append(events, [b""] * len(events), 0)
    assert kept.first == MOST + 1
    assert kept.page(MOST, 2 * MOST) is None
    assert len(kept.page(MOST + 1, 2 * MOST)[0]) == recent.MOST
