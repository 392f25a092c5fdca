"""One trace goes from the starter through decisions to activities, children and continuations."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import StatusCode, get_tracer

from flowy.errors import FlowyError, TaskError
from flowy.observability.tracing import DerivedIds, OpenTelemetryTracer
from flowy.protocol.executions import ExecutionTimeFilter
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.visibility import ListOpenWorkflowExecutions
from flowy.swf.starter import WorkflowStarter
from flowy.telemetry import Telemetry, Work
from flowy.testing import Environment
from tests.acceptance import traced


class Recorded:
    """A provider whose spans are kept."""

    def __init__(self, **options):
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(**options)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        tracer = OpenTelemetryTracer(self.provider)
        self.telemetry = Telemetry(tracer, tracer=tracer)

    def spans(self, name):
        found = [span for span in self.exporter.get_finished_spans() if span.name == name]
        assert found, [span.name for span in self.exporter.get_finished_spans()]
        return found

    def span(self, name):
        (found,) = self.spans(name)
        return found


@pytest.fixture
def recorded():
    return Recorded()


@pytest.fixture
def environment(recorded, monkeypatch):
    monkeypatch.setattr("opentelemetry.trace._TRACER_PROVIDER", recorded.provider)
    with Environment(traced, telemetry=recorded.telemetry) as made:
        yield made


def start(environment, telemetry, *arguments):
    starter = WorkflowStarter(
        "order", 1, environment.client, environment.domain, telemetry=telemetry
    )
    with starter.id("order-1"):
        return ExecutionId(workflow_id="order-1", run_id=starter(*arguments))


def test_everything_that_a_start_leads_to_is_in_the_trace_of_its_program(environment, recorded):
    with get_tracer("web").start_as_current_span("request"):
        execution = start(environment, recorded.telemetry, 10)
    assert environment.result(execution) == 10

    request, started = recorded.span("request"), recorded.span("start order 1")
    order, shipping = recorded.span("order 1"), recorded.span("shipping 1")
    first, second = sorted(recorded.spans("charge 1"), key=lambda span: span.start_time)
    calls = recorded.spans("bank call")
    parents = {
        started: request,
        order: started,
        shipping: order,
        first: order,
        second: shipping,
        **dict.fromkeys(recorded.spans("decide order 1"), order),
        **dict.fromkeys(recorded.spans("decide shipping 1"), shipping),
    }
    assert {span.parent.span_id for span in calls} == {
        first.context.span_id,
        second.context.span_id,
    }
    for span, parent in parents.items():
        assert span.parent.span_id == parent.context.span_id, span.name
    everything = recorded.exporter.get_finished_spans()
    assert {span.context.trace_id for span in everything} == {request.context.trace_id}
    assert len({span.context.span_id for span in everything}) == len(everything)


def test_spans_say_for_which_execution_they_are_and_how_it_ended(environment, recorded):
    execution = start(environment, recorded.telemetry, -1)
    with pytest.raises(TaskError, match="a debt"):
        environment.result(execution)

    charge, order = recorded.span("charge 1"), recorded.span("order 1")
    assert charge.attributes["flowy.workflow_id"] == "order-1"
    assert charge.attributes["flowy.run_id"] == execution.run_id
    assert charge.attributes["flowy.activity_id"] == "0"
    assert charge.attributes["flowy.attempt"] == 1
    assert charge.status.status_code is StatusCode.ERROR
    assert charge.status.description == "ValueError: a debt"
    assert charge.events[0].name == "exception"
    assert order.status.status_code is StatusCode.ERROR
    assert order.status.description == "a debt"
    assert order.attributes["flowy.outcome"] == "FAILED"
    assert order.start_time == 1_700_000_000_000_000_000, "as its history says"


def test_runs_that_continue_as_new_stand_beside_each_other(environment, recorded):
    environment.result(start(environment, recorded.telemetry, 10, 3))

    orders, started = recorded.spans("order 1"), recorded.span("start order 1")
    assert len(orders) == 3
    assert {span.parent.span_id for span in orders} == {started.context.span_id}
    outcomes = [span.attributes["flowy.outcome"] for span in orders]
    assert outcomes == ["CONTINUED_AS_NEW", "CONTINUED_AS_NEW", "COMPLETED"]


def test_without_a_traced_start_an_execution_is_the_root_of_its_own_trace(environment, recorded):
    environment.run("order", 10)

    order = recorded.span("order 1")
    assert order.parent is None
    everything = recorded.exporter.get_finished_spans()
    assert {span.context.trace_id for span in everything} == {order.context.trace_id}
    assert all(
        span.parent.span_id == order.context.span_id for span in recorded.spans("decide order 1")
    )


def test_the_same_work_has_the_same_span_whoever_makes_it(environment, recorded):
    execution = start(environment, recorded.telemetry, 10)
    environment.result(execution)
    again = Recorded()
    tracer = again.telemetry.tracer
    for span in recorded.spans("charge 1"):
        tracer.begin(_work(span)).end(None)
    ids = {span.context.span_id for span in again.spans("charge 1")}
    assert ids == {span.context.span_id for span in recorded.spans("charge 1")}


def _work(span):
    parent = span.parent
    return Work(
        kind="activity",
        domain=span.attributes["flowy.domain"],
        workflow_id=span.attributes["flowy.workflow_id"],
        run_id=span.attributes["flowy.run_id"],
        type="charge 1",
        activity_id=span.attributes["flowy.activity_id"],
        carried=f"00-{parent.trace_id:032x}-{parent.span_id:016x}-01",
    )


def test_what_is_not_sampled_is_not_sampled_anywhere(monkeypatch):
    recorded = Recorded(sampler=ParentBased(TraceIdRatioBased(0.0)))
    monkeypatch.setattr("opentelemetry.trace._TRACER_PROVIDER", recorded.provider)
    with Environment(traced, telemetry=recorded.telemetry) as environment:
        environment.result(start(environment, recorded.telemetry, 10))
        environment.run("order", 10)
    assert recorded.exporter.get_finished_spans() == ()


def test_workers_that_do_not_trace_do_the_work_of_those_that_do(environment, recorded):
    execution = start(environment, recorded.telemetry, 10)
    events = environment.history(execution)
    assert events[0].attributes.input.startswith("[[10],{}]\n")
    with Environment(traced) as untraced:
        request = events[0].attributes.input
        starter = WorkflowStarter("order", 1, untraced.client, untraced.domain)
        starter._serialize_arguments = lambda *_: request
        run_id = starter()
        found = ExecutionId(workflow_id=_only(untraced), run_id=run_id)
        assert untraced.result(found) == 10


def _only(environment):
    request = ListOpenWorkflowExecutions(
        domain=environment.domain, start_time_filter=ExecutionTimeFilter(oldest_date=0.0)
    )
    return environment.client.call(request).execution_infos[0].execution.workflow_id


def test_spans_of_others_keep_their_ids_by_chance(recorded):
    assert isinstance(recorded.provider.id_generator, DerivedIds)
    ids = {recorded.provider.id_generator.generate_span_id() for _ in range(10)}
    assert len(ids) == 10
    OpenTelemetryTracer(recorded.provider)
    assert not isinstance(recorded.provider.id_generator._others, DerivedIds)


def test_without_an_sdk_the_reason_is_said():
    with pytest.raises(FlowyError, match="traces need a TracerProvider of OpenTelemetry's SDK"):
        OpenTelemetryTracer(object())
