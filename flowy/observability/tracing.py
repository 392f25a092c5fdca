"""Works and executions as OpenTelemetry spans, from the starter to activities and children.

::

    start order 1                    the starter, within whatever span its program is in
    └── order 1                      the execution, from its start to its close
        ├── decide order 1           a decision
        ├── charge 1                 an activity; spans of its own code are below it
        └── shipping 1               a child execution, and so on

All ids but that of the start follow from SWF's: a span of an execution, a decision or an activity
has the same id whoever makes it, and how often. So the span of an execution, which is made when it
is closed, is known to its activities before; and a task that is done twice has one span.

The trace context is carried behind inputs (`flowy.transport.carrying`). Where there is none, an
execution is the root of a trace of its own, whose id follows from its run id.
"""

import hashlib
from contextvars import ContextVar
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
)

from flowy.errors import FlowyError
from flowy.telemetry import DecisionEnded, ExecutionEnded, Happening, Work

_next: ContextVar[tuple[int, int] | None] = ContextVar("flowy_span_ids", default=None)
"""Trace id and span id of the span that is made next in this context."""


class DerivedIds:
    """Gives Flowy's spans the ids that follow from SWF's, and all others what they would have.

    Args:
        others: Makes the ids of all other spans.
    """

    def __init__(self, others: Any) -> None:
        self._others = others

    def generate_span_id(self) -> int:
        """Return the id of a new span."""
        found = _next.get()
        return int(self._others.generate_span_id()) if found is None else found[1]

    def generate_trace_id(self) -> int:
        """Return the id of a new trace."""
        found = _next.get()
        return int(self._others.generate_trace_id()) if found is None else found[0]

    def is_trace_id_random(self) -> bool:
        """Say that a sampler may not take bits of the ids for chance."""
        return False


class OpenTelemetryTracer:
    """Makes spans; give it to `flowy.telemetry.Telemetry` both as tracer and as a listener.

    Args:
        provider: OpenTelemetry's SDK provider; None is the global one. Its ids are taken over by
            ``DerivedIds``, which leaves those of other spans as they are.

    Raises:
        FlowyError: There is no SDK provider, so no span would be made.
    """

    def __init__(self, provider: Any = None) -> None:
        provider = trace.get_tracer_provider() if provider is None else provider
        others = getattr(provider, "id_generator", None)
        if others is None:
            raise FlowyError(
                "traces need a TracerProvider of OpenTelemetry's SDK: set one with "
                "opentelemetry.trace.set_tracer_provider, or start the program with "
                "opentelemetry-instrument"
            )
        if not isinstance(others, DerivedIds):
            provider.id_generator = DerivedIds(others)
        self._sampler = provider.sampler
        self._tracer = provider.get_tracer("flowy")

    def begin(self, work: Work) -> "OpenTelemetrySpan":
        """Begin the span of an activity or of a start."""
        if work.kind == "start":
            # Within what the starter's program is in, and with an id by chance.
            span = self._tracer.start_span(
                f"start {work.type}", kind=SpanKind.PRODUCER, attributes=_attributes(work)
            )
            return OpenTelemetrySpan(span)
        return OpenTelemetrySpan(
            self._started(
                work.type,
                self._execution(work),
                _digest(work.run_id, "activity", work.activity_id or ""),
                kind=SpanKind.CONSUMER,
                attributes=_attributes(work),
            )
        )

    def carried(self, work: Work) -> str | None:
        """Return what the inputs carry that an execution sends out: itself as their parent."""
        return _traceparent(self._execution(work))

    def __call__(self, happening: Happening) -> None:
        """Make the spans of decisions and of executions, which are known when they are over."""
        if isinstance(happening, DecisionEnded):
            self._decision(happening)
        elif isinstance(happening, ExecutionEnded):
            self._closed(happening)

    def _decision(self, ended: DecisionEnded) -> None:
        work = ended.work
        span = self._started(
            f"decide {work.type}",
            self._execution(work),
            _digest(work.run_id, "decision", str(work.event_id)),
            start_time=_nanoseconds(ended.ended_at - ended.seconds),
            attributes={
                **_attributes(work),
                "flowy.outcome": ended.outcome,
                "flowy.cache": ended.cache,
                "flowy.replayed_events": ended.replayed,
                "flowy.decisions": ended.decisions,
            },
        )
        if ended.outcome != "decided":
            span.set_status(Status(StatusCode.ERROR, ended.reason))
        span.end(_nanoseconds(ended.ended_at))

    def _closed(self, ended: ExecutionEnded) -> None:
        work = ended.work
        parent = _parent(work.carried)
        span = self._started(
            work.type,
            parent,
            _digest(work.run_id, "execution", ""),
            trace_id=_digest(work.run_id, "trace", "", 16),
            kind=SpanKind.CONSUMER,
            start_time=_nanoseconds(ended.started_at),
            attributes={**_attributes(work), "flowy.outcome": ended.outcome},
        )
        if ended.outcome == "FAILED":
            span.set_status(Status(StatusCode.ERROR, ended.reason))
        span.end(_nanoseconds(ended.ended_at))

    def _execution(self, work: Work) -> SpanContext:
        """Return the span of a work's execution, which need not have been made."""
        parent = _parent(work.carried)
        if parent is None:
            trace_id = _digest(work.run_id, "trace", "", 16)
            flags = self._sampled(trace_id, work.type)
        elif work.kind == "activity":
            return parent  # its execution has sent it
        else:
            trace_id, flags = parent.trace_id, parent.trace_flags
        span_id = _digest(work.run_id, "execution", "")
        return SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)

    def _sampled(self, trace_id: int, name: str) -> TraceFlags:
        decision = self._sampler.should_sample(None, trace_id, name).decision
        return TraceFlags(TraceFlags.SAMPLED if decision.is_sampled() else TraceFlags.DEFAULT)

    def _started(
        self,
        name: str,
        parent: SpanContext | None,
        span_id: int,
        trace_id: int = 0,
        **options: Any,
    ) -> Any:
        context = otel_context.Context()
        if parent is not None:
            context = trace.set_span_in_context(NonRecordingSpan(parent), context)
        token = _next.set((trace_id, span_id))
        try:
            return self._tracer.start_span(name, context, **options)
        finally:
            _next.reset(token)


class OpenTelemetrySpan:
    """A span of one work.

    Args:
        span: OpenTelemetry's span.
    """

    def __init__(self, span: Any) -> None:
        self.carried = _traceparent(span.get_span_context())
        self._span = span

    def enter(self) -> None:
        """Be the current span of the calling context, for good."""
        otel_context.attach(trace.set_span_in_context(self._span))

    def end(self, error: BaseException | None) -> None:
        """End it; what ended the work badly is noted."""
        if error is not None:
            self._span.record_exception(error)
            self._span.set_status(Status(StatusCode.ERROR, f"{type(error).__name__}: {error}"))
        self._span.end()


def _attributes(work: Work) -> dict[str, Any]:
    found = {
        "flowy.domain": work.domain,
        "flowy.workflow_id": work.workflow_id,
        "flowy.run_id": work.run_id,
        "flowy.activity_id": work.activity_id,
        "flowy.attempt": work.attempt,
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _digest(run_id: str, kind: str, name: str, size: int = 8) -> int:
    data = "\0".join((run_id, kind, name)).encode()
    # Zero is no valid id.
    return int.from_bytes(hashlib.blake2b(data, digest_size=size).digest()) or 1


def _traceparent(context: SpanContext) -> str | None:
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def _parent(carried: str | None) -> SpanContext | None:
    if carried is None:
        return None
    _, trace_id, span_id, flags = carried.split("-")
    found = SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
    return found if found.is_valid else None


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000_000)
