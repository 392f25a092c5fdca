"""What it costs that somebody may listen, and that somebody does, per decision and activity."""

import time
from contextvars import copy_context

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from flowy.clock import ManualClock
from flowy.decider.run import Decisions
from flowy.observability.prometheus import PrometheusListener
from flowy.observability.tracing import OpenTelemetryTracer
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.tasks import ActivityTask, DecisionTask
from flowy.telemetry import SILENT, Telemetry
from flowy.testing import Environment
from flowy.worker.job import info
from flowy.worker.noting import ActivityNote
from flowy.worker.poller import Source
from flowy.worker.stop import Stop
from flowy.worker.telling import DecisionTeller
from tests.benchmarks import watched
from tests.benchmarks.tables import show

pytestmark = pytest.mark.benchmark

STEPS = 500


def prometheus():
    return Telemetry(PrometheusListener(CollectorRegistry()))


def tracing():
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(InMemorySpanExporter()))
    tracer = OpenTelemetryTracer(provider)
    return Telemetry(tracer, tracer=tracer)


LISTENERS = {"nobody": lambda: SILENT, "Prometheus": prometheus, "OpenTelemetry": tracing}


def seconds(make):
    with Environment(watched, telemetry=make()) as environment:
        execution = environment.start("chain", STEPS)
        # Processor time: whatever else the machine does is not in it.
        before = time.process_time()
        while environment._crew.work():
            pass
        taken = time.process_time() - before
        assert environment.result(execution) == STEPS
        return taken


def test_a_decision_and_an_activity():
    taken = dict.fromkeys(LISTENERS, float("inf"))
    for _ in range(3):
        for name, make in LISTENERS.items():
            taken[name] = min(taken[name], seconds(make))
    rows = [
        (name, f"{each / STEPS * 1e6:.0f}", f"{(each - taken['nobody']) / STEPS * 1e6:+.0f}")
        for name, each in taken.items()
    ]
    show(
        "A step of a chain (a decision and an activity, in memory), processor microseconds",
        ("who listens", "a step", "more than nobody"),
        rows,
    )


def per_call(work, count=50_000):
    before = time.process_time()
    for _ in range(count):
        work()
    return f"{(time.process_time() - before) / count * 1e6:.2f}"


def test_what_a_decision_and_an_activity_pay_when_nobody_listens():
    clock = ManualClock()
    source = Source(client=None, domain="d", task_list="l", clock=clock, stop=Stop(clock))
    execution = ExecutionId(workflow_id="w", run_id="r")
    type_id = TypeId(name="chain", version="1")
    task = DecisionTask(task_token="t", started_event_id=3, workflow_execution=execution)
    teller, decided = DecisionTeller(source), Decisions()
    given = info(source, ActivityTask(task_token="t", workflow_execution=execution))

    def decision():
        with teller.begin(task, execution, type_id):
            teller.kept()
        told = teller.decided(None, decided, 0)
        teller.carrying(decided)
        teller.settled(told, None)

    def activity():
        note = ActivityNote(SILENT, clock)
        note.begin(given, None, copy_context())
        note.end(None, None)

    def asking():
        return SILENT.listens

    rows = [
        ("a decision", per_call(decision)),
        ("an activity", per_call(activity)),
        ("any other place", per_call(asking)),
    ]
    show("What telemetry takes when nobody listens, processor microseconds", ("", "each"), rows)
