"""Which process is started next."""

from hypothesis import given
from hypothesis import strategies as st

from flowy.project.lifecycle import first_fitting

QUEUES = st.lists(st.integers(0, 9), max_size=8).map(lambda cores: list(enumerate(cores, 1)))


@given(QUEUES, st.integers(1, 8), st.integers(0, 8))
def test_the_first_that_fits_is_taken(queued, cores, used):
    chosen = first_fitting(queued, cores, used)
    fitting = [number for number, needed in queued if needed + used <= cores]
    if fitting:
        assert chosen == fitting[0]
    else:
        assert chosen == (queued[0][0] if queued and not used else None)


def test_what_never_fits_runs_alone():
    assert first_fitting([(1, 16)], 4, 1) is None
    assert first_fitting([(1, 16)], 4, 0) == 1
