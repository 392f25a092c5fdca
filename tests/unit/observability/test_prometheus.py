"""Happenings become metrics, and metrics can be scraped."""

import pytest
from prometheus_client import CollectorRegistry

from flowy.clock import ManualClock
from flowy.errors import FlowyError
from flowy.observability.prometheus import _COUNTERS, HELD_FOR, PrometheusListener, serve
from flowy.telemetry import (
    ActivityEnded,
    CallFailed,
    DecisionEnded,
    ExecutionEnded,
    Happening,
    PayloadMoved,
    PollEnded,
    SlotsUsed,
    TaskRetried,
    TaskWaited,
    Telemetry,
    Work,
)

ACTIVITY = Work(kind="activity", domain="d", workflow_id="w", run_id="r", type="resize 1")
DECISION = Work(kind="decision", domain="d", workflow_id="w", run_id="r", type="order 1")
OTHER = Work(kind="decision", domain="d", workflow_id="w", run_id="r2", type="order 1")


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def tell(registry, clock):
    return Telemetry(PrometheusListener(registry, clock)).tell


def decided(work=DECISION, outcome="decided", **more):
    return DecisionEnded(work=work, outcome=outcome, ended_at=0.0, seconds=0.004, **more)


def test_what_happens_is_counted(tell, registry):
    def value(name, **labels):
        return registry.get_sample_value(f"flowy_{name}", labels)

    tell(PollEnded(kind="activity", domain="d", task_list="l", outcome="empty", seconds=60.0))
    tell(ActivityEnded(work=ACTIVITY, outcome="failed", seconds=0.2))
    tell(TaskRetried(kind="decision", domain="d", type="resize 1"))
    tell(TaskRetried(kind="activity", domain="d", type="resize 1", count=3))
    tell(TaskWaited(kind="activity", domain="d", type="resize 1", schedule_to_start=2.0))
    tell(SlotsUsed(strategy="thread", used=3, total=5))
    tell(SlotsUsed(strategy="inline", used=1, total=None))
    tell(decided(cache="miss", replayed=120, kept=7))
    tell(PayloadMoved(direction="out", place="volume", size=9, stored=5, seconds=0.1))
    tell(PayloadMoved(direction="in", place="inline", size=9, stored=5))
    tell(CallFailed(what="polling", error="ServiceUnavailable"))
    tell(ExecutionEnded(work=DECISION, outcome="COMPLETED", started_at=0.0, ended_at=1.0))

    assert value("polls_total", kind="activity", task_list="l", outcome="empty") == 1
    assert value("activities_total", type="resize 1", outcome="failed") == 1
    assert value("activity_seconds_sum", type="resize 1") == pytest.approx(0.2)
    assert value("retries_total", by="workflow", type="resize 1") == 1
    assert value("retries_total", by="worker", type="resize 1") == 3
    waited = {"kind": "activity", "type": "resize 1"}
    assert value("schedule_to_start_seconds_sum", **waited) == 2.0
    assert value("schedule_to_start_seconds_bucket", le="1.0", **waited) == 0
    assert value("slots_used", strategy="thread") == 3
    assert value("slots", strategy="thread") == 5
    assert value("slots", strategy="inline") is None
    assert value("decisions_total", type="order 1", outcome="decided") == 1
    assert value("decision_seconds_count", type="order 1") == 1
    assert value("replay_seconds_count", type="order 1") == 1
    assert value("replayed_events_total", type="order 1") == 120
    assert value("decision_cache_total", outcome="miss") == 1
    assert value("cached_runs") == 7
    assert value("payload_bytes_total", direction="out", place="volume") == 5
    assert value("payloads_total", direction="in", place="inline") == 1
    assert value("payload_volume_seconds_count", direction="out") == 1
    assert value("call_failures_total", error="ServiceUnavailable") == 1
    assert value("executions_closed_total", type="order 1", outcome="COMPLETED") == 1


def test_an_execution_is_held_until_it_is_decided(tell, registry, clock):
    def held():
        return registry.get_sample_value("flowy_executions_held")

    tell(decided(outcome="held", reason="it has changed"))
    tell(decided(outcome="held", reason="it has changed"))
    tell(decided(OTHER, outcome="held"))
    assert held() == 2
    tell(decided())
    assert held() == 1
    clock.advance(HELD_FOR)
    assert held() == 0, "another worker has it by now"


def test_every_happening_is_counted(tell):
    known = {each.__name__ for each in Happening.__args__}
    assert {each.__name__ for each in _COUNTERS} == known


def test_a_port_that_there_is_not_is_refused(registry):
    """The ports of further processes follow the first one."""
    with pytest.raises(FlowyError, match="65536"):
        serve(65_536, "127.0.0.1", registry)
