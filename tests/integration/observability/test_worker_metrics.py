"""A worker that runs says in metrics what it does, on a port."""

import sys
import threading
import urllib.error
import urllib.request

import pytest
from prometheus_client import CollectorRegistry

from flowy import Activity, ActivityProxy, Payloads, RetryPolicy, Workflow, activity, workflow
from flowy.errors import FlowyError
from flowy.observability.prometheus import PrometheusListener, serve
from flowy.swf.connect import connect
from flowy.swf.starter import WorkflowStarter
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.telemetry import CallFailed, DecisionEnded, ExecutionEnded, Telemetry
from tests.noise import noise

failures = []


@activity("unsteady", 1, "watched")
class Unsteady(Activity):
    def run(self):
        if not failures:
            failures.append(1)
            raise ValueError("not yet")
        return noise(50_000)


@workflow("watched", 1, "watched", workflow_duration=60, decision_duration=60)
class Watched(Workflow):
    unsteady = ActivityProxy("unsteady", 1, retry=RetryPolicy(attempts=2, delay=0))

    async def run(self):
        return len(await self.unsteady())


def test_a_worker_counts_what_it_does(tmp_path):
    failures.clear()
    registry = CollectorRegistry()
    heard, ended = [], threading.Event()

    def hear(happening):
        heard.append(happening)
        if isinstance(happening, ExecutionEnded):
            ended.set()

    telemetry = Telemetry(PrometheusListener(registry), hear)
    client = connect("sqlite://")
    plan = WorkerPlan(packages=[sys.modules[__name__]])
    worker = make_worker(client, "d", plan, payloads=Payloads(str(tmp_path)), telemetry=telemetry)
    worker.start()
    try:
        WorkflowStarter("watched", 1, client, "d")()
        assert ended.wait(60)
    finally:
        worker.stop()
        worker.join()
        client.close()

    def value(name, **labels):
        return registry.get_sample_value(f"flowy_{name}", labels)

    assert value("executions_closed_total", type="watched 1", outcome="COMPLETED") == 1
    assert value("activities_total", type="unsteady 1", outcome="failed") == 1
    assert value("activities_total", type="unsteady 1", outcome="completed") == 1
    assert value("retries_total", by="workflow", type="unsteady 1") == 1
    assert value("decisions_total", type="watched 1", outcome="decided") == 3
    assert value("decision_cache_total", outcome="first") == 1
    assert value("decision_cache_total", outcome="hit") == 2
    assert value("schedule_to_start_seconds_count", kind="activity", type="unsteady 1") == 2
    assert value("schedule_to_start_seconds_count", kind="decision", type="watched 1") == 3
    assert value("polls_total", kind="activity", task_list="watched", outcome="task") == 2
    assert value("polls_total", kind="decision", task_list="watched", outcome="task") == 3
    assert value("payloads_total", direction="out", place="volume") == 1
    assert value("payloads_total", direction="in", place="volume") == 1
    assert value("slots_used", strategy="inline") == 0
    assert value("executions_held") == 0
    assert all(each.seconds >= 0 for each in heard if isinstance(each, DecisionEnded))


def test_metrics_are_served_until_it_is_stopped():
    registry = CollectorRegistry()
    PrometheusListener(registry)(CallFailed(what="polling", error="ServiceUnavailable"))
    port, stop = serve(0, "127.0.0.1", registry)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            text = answer.read().decode()
        with pytest.raises(FlowyError, match=f"metrics cannot be served on 127.0.0.1:{port}"):
            serve(port, "127.0.0.1", registry)
    finally:
        stop()
    assert 'flowy_call_failures_total{error="ServiceUnavailable"} 1.0' in text
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics")
