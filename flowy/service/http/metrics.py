"""What the service counts, in the text format of Prometheus.

Written by hand: the format is a few lines, and no scrape should need another package.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flowy.service.figures import Figures

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""Upper ends of the latency histogram's buckets, in seconds."""

Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]


@dataclass(slots=True)
class _Latency:
    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    total: float = 0.0


class Requests:
    """Counts the requests of a front; for one thread."""

    def __init__(self) -> None:
        self._outcomes: dict[tuple[str, str], int] = {}
        self._latencies: dict[str, _Latency] = {}

    def observe(self, operation: str, outcome: str, seconds: float) -> None:
        """Take note of an answer.

        Args:
            operation: The operation's name.
            outcome: ``ok`` or the name of the fault.
            seconds: From the request's head to its answer; a poll's includes its wait.
        """
        key = operation, outcome
        self._outcomes[key] = self._outcomes.get(key, 0) + 1
        latency = self._latencies.get(operation)
        if latency is None:
            latency = self._latencies[operation] = _Latency()
        latency.counts[bisect_left(BUCKETS, seconds)] += 1
        latency.total += seconds

    def write(self) -> Iterator[str]:
        """Yield the lines of the counters and of the histogram."""
        yield from _metric(
            "flowy_requests_total",
            "counter",
            "Requests answered, by operation and outcome.",
            (
                ("", {"operation": operation, "outcome": outcome}, count)
                for (operation, outcome), count in sorted(self._outcomes.items())
            ),
        )
        yield from _metric(
            "flowy_request_seconds",
            "histogram",
            "Time to answer, by operation; polls wait.",
            self._histogram(),
        )

    def _histogram(self) -> Iterator[Sample]:
        for operation, latency in sorted(self._latencies.items()):
            below = 0
            for end, count in zip((*map(str, BUCKETS), "+Inf"), latency.counts, strict=True):
                below += count
                yield "_bucket", {"operation": operation, "le": end}, below
            yield "_sum", {"operation": operation}, latency.total
            yield "_count", {"operation": operation}, below


def write(requests: Requests, figures: Figures) -> bytes:
    """Write everything that is counted.

    Args:
        requests: The front's own counts.
        figures: The service's.
    """
    lines = [*requests.write()]
    for name, kind, text, samples in _figures(figures):
        lines.extend(_metric(name, kind, text, samples))
    return "".join(f"{line}\n" for line in lines).encode()


def _figures(figures: Figures) -> Iterator[tuple[str, str, str, Sequence[Sample]]]:
    yield (
        "flowy_parked_polls",
        "gauge",
        "Polls that wait for a task, by kind.",
        [("", {"kind": kind}, count) for kind, count in sorted(figures.parked_polls.items())],
    )
    yield (
        "flowy_tasks_waiting",
        "gauge",
        "Tasks that wait for a poll, by kind.",
        [("", {"kind": kind}, count) for kind, count in sorted(figures.tasks_waiting.items())],
    )
    yield (
        "flowy_open_executions",
        "gauge",
        "Executions that are open, in all domains.",
        [("", {}, figures.open_executions)],
    )
    for name, text, value in (
        ("flowy_commits_total", "Transactions made durable.", figures.commits),
        (
            "flowy_commands_total",
            "Commands made durable; by commits, how many share one.",
            figures.commands,
        ),
        ("flowy_state_hits_total", "Executions whose state was kept.", figures.state_hits),
        ("flowy_state_misses_total", "Executions that had to be read.", figures.state_misses),
    ):
        yield name, "counter", text, [("", {}, value)]


def _metric(name: str, kind: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    for suffix, labels, value in samples:
        written = ",".join(f'{label}="{found}"' for label, found in labels.items())
        yield f"{name}{suffix}{{{written}}} {value}" if written else f"{name}{suffix} {value}"
