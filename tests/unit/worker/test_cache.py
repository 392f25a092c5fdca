"""Which runs are kept, and which go first."""

from flowy.protocol.events.activity import ActivityTaskCompleted, ActivityTaskCompletedAttributes
from flowy.protocol.ids import ExecutionId
from flowy.worker.cache import EVENT_BYTES, RunCache, weigh


class FakeRun:
    closed = False

    def close(self):
        self.closed = True


def execution(number):
    return ExecutionId(workflow_id=f"w-{number}", run_id="r")


def kept(cache, *sizes):
    runs = [FakeRun() for _ in sizes]
    for number, (run, size) in enumerate(zip(runs, sizes, strict=True)):
        cache.keep(execution(number), run, size)
    return [not run.closed for run in runs]


def test_the_runs_used_longest_ago_go_first_when_they_take_too_much():
    cache = RunCache(maximum_bytes=100)
    assert kept(cache, 40, 40, 40, 20) == [False, True, True, True]
    assert cache.bytes == 100


def test_a_run_that_takes_more_than_all_is_kept_alone():
    cache = RunCache(maximum_bytes=100)
    assert kept(cache, 40, 40, 400) == [False, False, True]


def test_what_is_taken_out_takes_no_memory_here():
    cache = RunCache()
    kept(cache, 40, 50)
    assert cache.bytes_of(execution(0)) == 40
    assert cache.take(execution(0)) is not None
    assert (cache.bytes, cache.bytes_of(execution(0))) == (50, 0)
    assert cache.take(execution(0)) is None
    assert (cache.hits, cache.misses) == (1, 1)
    cache.close()
    assert (cache.bytes, len(cache)) == (0, 0)


def test_events_weigh_what_they_brought():
    attributes = ActivityTaskCompletedAttributes(
        result="x" * 1_000, scheduled_event_id=1, started_event_id=2
    )
    event = ActivityTaskCompleted(event_id=3, event_timestamp=0.0, attributes=attributes)
    assert weigh([event, event]) == 2 * (EVENT_BYTES + 1_000)
