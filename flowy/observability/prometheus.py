"""Happenings as Prometheus metrics, and the port on which they are scraped."""

import threading
from collections.abc import Callable
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    start_http_server,
)

from flowy.clock import Clock, SystemClock
from flowy.errors import FlowyError
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
)

CONTENT_TYPE = CONTENT_TYPE_LATEST

WAITS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 3600.0)
"""Seconds: buckets for how long tasks wait and activities run."""

SHORT = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)
"""Seconds: buckets for decisions and the volume."""

HELD_MAXIMUM = 10_000
"""Held executions that are told apart; further ones are not counted."""

HELD_FOR = 3_600.0
"""Seconds after which an execution that was held is somebody else's: its task came no more."""


class PrometheusListener:
    """Counts what happens; give it to `flowy.telemetry.Telemetry`.

    Args:
        registry: Where the metrics are registered; None is prometheus_client's own.
        clock: Says how long ago an execution was held.
    """

    def __init__(
        self, registry: CollectorRegistry | None = None, clock: Clock | None = None
    ) -> None:
        self._metrics = _Metrics(REGISTRY if registry is None else registry)
        self._clock = clock or SystemClock()
        self._held: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()
        self._metrics.held.set_function(self._held_now)

    def __call__(self, happening: Happening) -> None:
        """Count a happening."""
        _COUNTERS[type(happening)](self, happening)

    def activity_ended(self, ended: ActivityEnded) -> None:
        """Count an activity that is done with."""
        name = ended.work.type
        self._metrics.activities.labels(name, ended.outcome).inc()
        self._metrics.activity_seconds.labels(name).observe(ended.seconds)

    def call_failed(self, failed: CallFailed) -> None:
        """Count a call that the service did not answer."""
        self._metrics.call_failures.labels(failed.error).inc()

    def decision_ended(self, ended: DecisionEnded) -> None:
        """Count a decision, and those executions that are held."""
        name, metrics = ended.work.type, self._metrics
        metrics.decisions.labels(name, ended.outcome).inc()
        metrics.decision_seconds.labels(name).observe(ended.seconds)
        metrics.cache.labels(ended.cache).inc()
        metrics.cached_runs.set(ended.kept)
        if ended.replayed:
            metrics.replay_seconds.labels(name).observe(ended.seconds)
            metrics.replayed_events.labels(name).inc(ended.replayed)
        self._note_held(ended)

    def execution_ended(self, ended: ExecutionEnded) -> None:
        """Count an execution that was closed here."""
        metrics = self._metrics
        metrics.executions.labels(ended.work.type, ended.outcome).inc()

    def payload_moved(self, moved: PayloadMoved) -> None:
        """Count a text that was packed or unpacked."""
        metrics = self._metrics
        metrics.payloads.labels(moved.direction, moved.place).inc()
        metrics.payload_bytes.labels(moved.direction, moved.place).inc(moved.stored)
        if moved.place == "volume":
            metrics.volume_seconds.labels(moved.direction).observe(moved.seconds)

    def poll_ended(self, ended: PollEnded) -> None:
        """Count a poll that came back."""
        self._metrics.polls.labels(ended.kind, ended.task_list, ended.outcome).inc()

    def slots_used(self, slots: SlotsUsed) -> None:
        """Note how many activities run."""
        self._metrics.slots_used.labels(slots.strategy).set(slots.used)
        if slots.total is not None:
            self._metrics.slots.labels(slots.strategy).set(slots.total)

    def task_retried(self, retried: TaskRetried) -> None:
        """Count further tries."""
        by = "worker" if retried.kind == "activity" else "workflow"
        self._metrics.retries.labels(by, retried.type).inc(retried.count)

    def task_waited(self, waited: TaskWaited) -> None:
        """Note how long a task waited for its worker."""
        seconds = self._metrics.schedule_to_start.labels(waited.kind, waited.type)
        seconds.observe(waited.schedule_to_start)

    def _note_held(self, ended: DecisionEnded) -> None:
        key = ended.work.domain, ended.work.run_id
        with self._lock:
            if ended.outcome != "held":
                self._held.pop(key, None)
            elif len(self._held) < HELD_MAXIMUM:
                self._held[key] = self._clock.now()

    def _held_now(self) -> float:
        since = self._clock.now() - HELD_FOR
        with self._lock:
            self._held = {key: at for key, at in self._held.items() if at > since}
            return len(self._held)


class _Metrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"flowy_{name}", says, labels, registry=registry)

        def gauge(name: str, says: str, *labels: str) -> Gauge:
            return Gauge(f"flowy_{name}", says, labels, registry=registry)

        def histogram(name: str, says: str, buckets: Any, *labels: str) -> Histogram:
            return Histogram(f"flowy_{name}", says, labels, buckets=buckets, registry=registry)

        self.activities = counter("activities", "Activities done.", "type", "outcome")
        self.activity_seconds = histogram(
            "activity_seconds", "Seconds that activities' code ran.", WAITS, "type"
        )
        self.cache = counter("decision_cache", "Decisions by whether the run was kept.", "outcome")
        self.cached_runs = gauge("cached_runs", "Runs that are kept between decisions.")
        self.call_failures = counter("call_failures", "Calls that are made again.", "error")
        self.decisions = counter("decisions", "Decision tasks dealt with.", "type", "outcome")
        self.decision_seconds = histogram(
            "decision_seconds", "Seconds that decisions took.", SHORT, "type"
        )
        self.executions = counter("executions_closed", "Executions closed.", "type", "outcome")
        self.held = gauge("executions_held", "Executions for which no decision can be made.")
        self.payloads = counter("payloads", "Texts packed and unpacked.", "direction", "place")
        self.payload_bytes = counter(
            "payload_bytes", "Bytes of packed texts.", "direction", "place"
        )
        self.polls = counter("polls", "Polls that came back.", "kind", "task_list", "outcome")
        self.replay_seconds = histogram(
            "replay_seconds", "Seconds of decisions that replayed a history.", SHORT, "type"
        )
        self.replayed_events = counter("replayed_events", "Events replayed.", "type")
        self.retries = counter("retries", "Further tries of tasks that failed.", "by", "type")
        self.schedule_to_start = histogram(
            "schedule_to_start_seconds",
            "Seconds that tasks waited for a worker.",
            WAITS,
            "kind",
            "type",
        )
        self.slots = gauge("slots", "Activities that can run at once.", "strategy")
        self.slots_used = gauge("slots_used", "Activities that run.", "strategy")
        self.volume_seconds = histogram(
            "payload_volume_seconds", "Seconds that the volume took.", SHORT, "direction"
        )


_COUNTERS: dict[type[Any], Callable[[PrometheusListener, Any], None]] = {
    ActivityEnded: PrometheusListener.activity_ended,
    CallFailed: PrometheusListener.call_failed,
    DecisionEnded: PrometheusListener.decision_ended,
    ExecutionEnded: PrometheusListener.execution_ended,
    PayloadMoved: PrometheusListener.payload_moved,
    PollEnded: PrometheusListener.poll_ended,
    SlotsUsed: PrometheusListener.slots_used,
    TaskRetried: PrometheusListener.task_retried,
    TaskWaited: PrometheusListener.task_waited,
}


def serve(
    port: int,
    host: str = "0.0.0.0",  # noqa: S104 -- whoever scrapes comes from another machine
    registry: CollectorRegistry | None = None,
) -> tuple[int, Callable[[], None]]:
    """Serve the metrics over HTTP, from a thread, on a port; 0 takes a free one.

    Returns:
        The port, and what stops serving.

    Raises:
        FlowyError: The port cannot be listened on.
    """
    try:
        server, thread = start_http_server(port, host, REGISTRY if registry is None else registry)
    except (OSError, OverflowError) as error:  # the latter where there is no such port
        raise FlowyError(
            f"metrics cannot be served on {host}:{port}: "
            f"{getattr(error, 'strerror', None) or error}; choose another "
            "port, each worker process needs its own"
        ) from error

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return server.server_port, stop
