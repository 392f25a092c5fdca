"""How commands say who listens: metrics on a port, traces, log lines for machines."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from flowy.cli.talking import CannotBegin
from flowy.errors import FlowyError
from flowy.telemetry import SILENT, Telemetry

Command = TypeVar("Command", bound=Callable[..., Any])

EXTRAS = {
    "flowy.observability.prometheus": "metrics need prometheus-client: pip install flowy[metrics]",
    "flowy.observability.tracing": "traces need OpenTelemetry's SDK: pip install flowy[otel]",
}


def observing_options(command: Command) -> Command:
    """Add ``--metrics-port``, ``--traces`` and ``--log-json`` to a command."""
    port = click.option(
        "--metrics-port",
        type=click.IntRange(0, 65_535),
        metavar="PORT",
        help="Serve Prometheus metrics on this port; further processes on those that follow.",
    )
    traces = click.option(
        "--traces", is_flag=True, help="Make OpenTelemetry spans; see opentelemetry-instrument."
    )
    json = click.option("--log-json", is_flag=True, help="Log JSON objects, for machines.")
    return port(traces(json(command)))


@contextmanager
def observed(metrics_port: int | None, *, traces: bool) -> Iterator[Telemetry]:
    """Give who listens in the block.

    Raises:
        ClickException: A library is missing, or the port cannot be listened on.
    """
    listeners: list[Any] = []
    tracer, stop = None, None
    try:
        if metrics_port is not None:
            prometheus = _imported("flowy.observability.prometheus")
            listeners.append(prometheus.PrometheusListener())
            port, stop = prometheus.serve(metrics_port)
            click.echo(f"metrics on http://localhost:{port}/metrics")
        if traces:
            tracer = _imported("flowy.observability.tracing").OpenTelemetryTracer()
            listeners.append(tracer)
    except FlowyError as error:
        raise CannotBegin(str(error)) from error
    try:
        yield Telemetry(*listeners, tracer=tracer) if listeners else SILENT
    finally:
        if stop is not None:
            stop()


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise CannotBegin(f"{EXTRAS[name]} ({error})") from error
