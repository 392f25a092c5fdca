"""What is counted is written as Prometheus reads it."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from flowy.service.figures import Figures
from flowy.service.http.metrics import Requests, write

FIGURES = Figures(
    parked_polls={"decision": 3, "activity": 0},
    tasks_waiting={"decision": 1, "activity": 2, "lambda": 0},
    open_executions=7,
    commits=10,
    commands=25,
    state_hits=90,
    state_misses=4,
)


@pytest.fixture
def read():
    requests = Requests()
    requests.observe("ListDomains", "ok", 0.001)
    requests.observe("ListDomains", "ok", 0.3)
    requests.observe("ListDomains", "LimitExceededFault", 99.0)
    requests.observe("unknown", "UnknownOperationException", 0.0)
    text = write(requests, FIGURES).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(family, **labels):
    (found,) = [s.value for s in family.samples if s.labels == labels]
    return found


def test_requests_are_counted_by_operation_and_outcome(read):
    family = read["flowy_requests"]
    assert family.type == "counter"
    assert value(family, operation="ListDomains", outcome="ok") == 2
    assert value(family, operation="ListDomains", outcome="LimitExceededFault") == 1
    assert value(family, operation="unknown", outcome="UnknownOperationException") == 1


def test_latencies_are_a_histogram(read):
    family = read["flowy_request_seconds"]
    assert family.type == "histogram"
    counts = {
        s.labels["le"]: s.value
        for s in family.samples
        if s.name.endswith("_bucket") and s.labels["operation"] == "ListDomains"
    }
    assert (counts["0.001"], counts["0.25"], counts["0.5"], counts["60.0"]) == (1, 1, 2, 2)
    assert counts["+Inf"] == 3
    assert list(counts.values()) == sorted(counts.values())
    (total,) = [
        s.value
        for s in family.samples
        if s.name.endswith("_sum") and s.labels["operation"] == "ListDomains"
    ]
    assert total == pytest.approx(99.301)


def test_figures_of_the_service(read):
    assert value(read["flowy_parked_polls"], kind="decision") == 3
    assert value(read["flowy_tasks_waiting"], kind="activity") == 2
    assert value(read["flowy_open_executions"]) == 7
    assert value(read["flowy_commits"]) == 10
    assert value(read["flowy_commands"]) == 25
    assert value(read["flowy_state_hits"]) == 90
    assert value(read["flowy_state_misses"]) == 4
    assert all(family.documentation for family in read.values())
