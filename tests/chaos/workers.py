"""Play chaos with workers: deciders, activity workers and their server get signals at random.

``python -m tests.chaos.workers`` plays 5,000 executions for ten minutes and prints what was seen.
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flowy.errors import FlowyError
from flowy.protocol.executions import ExecutionTimeFilter, WorkflowExecutionInfo
from flowy.protocol.faults import WorkflowExecutionAlreadyStartedFault
from flowy.protocol.ids import TypeId
from flowy.protocol.requests.executions import (
    GetWorkflowExecutionHistory,
    StartWorkflowExecution,
)
from flowy.protocol.requests.visibility import (
    CountOpenWorkflowExecutions,
    ListClosedWorkflowExecutions,
)
from flowy.service.server import Service
from flowy.swf.http import HttpClient
from tests.chaos import work
from tests.chaos.servers import Server

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = "chaos"
EVER = ExecutionTimeFilter(oldest_date=0.0)
LEAVE_SECONDS = 200
STICKY_SECONDS = 5
IN_ORDER = (0, 3)
"""How a worker may end that was asked to: all was finished, or some of it handed back."""


@dataclass(frozen=True)
class Plan:
    """How much chaos there is.

    Args:
        executions: How many workflows are started, a fifth of each kind.
        seconds: For how long signals are sent.
        signals: What workers get.
        server_signals: What their server gets, now and then.
        pause: Seconds between two signals, at most.
        deciders: How many processes decide.
        workers: How many do activities.
        patience: Seconds for which all executions may still go on when the chaos is over.
        times: How many times longer all timeouts are.
        seed: Where chance begins.
    """

    executions: int = 1_000
    seconds: float = 120.0
    signals: tuple[signal.Signals, ...] = (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP)
    server_signals: tuple[signal.Signals, ...] = (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP)
    pause: float = 1.5
    deciders: int = 2
    workers: int = 2
    patience: float = 600.0
    times: int = 1
    seed: int = 1


class Process:
    """A `flowy worker` that is started again whenever it ends.

    Args:
        kind: ``--workflows`` or ``--activities``.
        address: The server.
        folder: Where its output goes, and the traces.
        name: Names it among all workers; its successor has the same.
        times: How many times longer all timeouts are.
    """

    def __init__(self, kind: str, address: str, folder: Path, name: str, times: int) -> None:
        self._log = folder / f"{name}.log"
        self._environment = {
            **os.environ,
            work.TRACES: str(folder / "traces.db"),
            work.TIMES: str(times),
        }
        self._command = [
            *(sys.executable, "-m", "flowy", "worker", "tests.chaos.work", kind),
            *("--address", address, "--domain", DOMAIN, "--grace", "1", "--threads", "2"),
            *("--slots", "process=1", "--slots", "thread=4"),
            *("--name", name, "--sticky-timeout", str(STICKY_SECONDS * times)),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0
        self.statuses: Counter[int] = Counter()

    def start(self) -> None:
        self._began = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )

    def send(self, number: signal.Signals, chance: random.Random) -> None:
        """Send a signal; what ends by it is started again, what stands still goes on later."""
        assert self._process is not None
        self._process.send_signal(number)
        if number is signal.SIGSTOP:
            threading.Event().wait(chance.uniform(0.2, 5.0))
            self._process.send_signal(signal.SIGCONT)
            return
        status = self._process.wait(LEAVE_SECONDS)
        if number is signal.SIGTERM:
            in_order = status in IN_ORDER or not self._has_served
            assert in_order, f"{self._log} ended with {status}"
        self.statuses[status] += 1
        self.start()

    def stop(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(LEAVE_SECONDS)
        return status if self._has_served else 0

    @property
    def _has_served(self) -> bool:
        """Whether it came so far that it takes signals; before, it has nothing in hand."""
        return b"serving tests.chaos" in self._log.read_bytes()[self._began :]


@dataclass
class Stage:
    """The processes, and what was sent to them."""

    plan: Plan
    folder: Path
    server: Server
    processes: list[Process]
    sent: Counter[str] = field(default_factory=Counter)

    def play(self) -> None:
        """Send signals until the time is over."""
        chance = random.Random(self.plan.seed)
        deadline = time.monotonic() + self.plan.seconds
        while time.monotonic() < deadline:
            threading.Event().wait(chance.uniform(0.1, self.plan.pause))
            if self.plan.server_signals and chance.random() < 0.2:
                number = chance.choice(self.plan.server_signals)
                self.sent[f"server {number.name}"] += 1
                self._disturb_server(number, chance)
            else:
                number = chance.choice(self.plan.signals)
                self.sent[number.name] += 1
                chance.choice(self.processes).send(number, chance)

    def _disturb_server(self, number: signal.Signals, chance: random.Random) -> None:
        if number is signal.SIGSTOP:
            self.server.pause(chance.uniform(0.1, 1.5))
            return
        (self.server.kill if number is signal.SIGKILL else self.server.stop)()
        self.server.start()
        assert self.server.wait_until_ready()


def play(folder: Path, plan: Plan) -> dict[str, object]:
    """Play a plan and return what was seen.

    Raises:
        AssertionError: An execution did not end as it should, or had other effects.
    """
    url = f"sqlite:///{folder / 'flowy.db'}"
    with closing(work.traces(str(folder / "traces.db"))) as connection:
        connection.executescript(work.SCHEMA)
    server = Server(url, folder / "server.log")
    server.start()
    assert server.wait_until_ready()
    register(server.address, plan)
    kinds = ["--workflows"] * plan.deciders + ["--activities"] * plan.workers
    processes = [
        Process(kind, server.address, folder, f"{kind.strip('-')}-{number}", plan.times)
        for number, kind in enumerate(kinds)
    ]
    for process in processes:
        process.start()
    stage = Stage(plan, folder, server, processes)
    began = time.monotonic()
    try:
        starter = threading.Thread(target=begin, args=(server.address, plan), daemon=True)
        starter.start()
        stage.play()
        starter.join()
        wait_until_closed(server.address, plan)
    finally:
        statuses = [process.stop() for process in processes]
        assert server.stop() == 0
    assert set(statuses) <= set(IN_ORDER), statuses
    seconds = round(time.monotonic() - began)
    return {**verify(url, folder, plan), "signals": dict(stage.sent), "seconds": seconds}


def register(address: str, plan: Plan) -> None:
    """Register the types with the timeouts that the workers will have."""
    subprocess.run(
        [
            *(sys.executable, "-m", "flowy", "register", "tests.chaos.work"),
            *("--address", address, "--domain", DOMAIN),
        ],
        cwd=ROOT,
        env={**os.environ, work.TIMES: str(plan.times)},
        check=True,
        capture_output=True,
    )


def named(plan: Plan) -> Iterator[tuple[str, int]]:
    kinds = sorted(work.STEPS)
    for number in range(plan.executions):
        yield kinds[number % len(kinds)], number


def begin(address: str, plan: Plan) -> None:
    """Start all executions, spread over the chaos."""
    with closing(HttpClient(address)) as client:
        for kind, number in named(plan):
            insist(partial(one, client, kind, number))
            threading.Event().wait(plan.seconds / plan.executions / 2)


def one(client: HttpClient, kind: str, number: int) -> None:
    request = StartWorkflowExecution(
        domain=DOMAIN,
        workflow_id=f"{kind}-{number}",
        workflow_type=TypeId(name=kind, version="1"),
        input=f"[[{number}],{{}}]",
    )
    with suppress(WorkflowExecutionAlreadyStartedFault):  # the answer to an earlier try was lost
        client.call(request)


def insist(call: Callable[[], Any]) -> Any:
    """Call until it works: servers come and go, and workers register the types."""
    for _ in range(3_000):
        try:
            return call()
        except FlowyError:
            threading.Event().wait(0.1)
    return call()


def wait_until_closed(address: str, plan: Plan) -> None:
    request = CountOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=EVER)
    with closing(HttpClient(address)) as client:
        for _ in range(int(plan.patience * 5)):
            if insist(lambda: client.call(request)).count == 0:
                return
            threading.Event().wait(0.2)
    raise AssertionError("executions are still open")


# What must hold


def verify(url: str, folder: Path, plan: Plan) -> dict[str, object]:
    """Check every execution and all traces, and return what was seen."""
    seen: Counter[str] = Counter()
    results: dict[str, str] = {}
    with closing(Service(url)) as service:
        for info in closed(service):
            request = GetWorkflowExecutionHistory(domain=DOMAIN, execution=info.execution)
            events = service.call(request).events
            last = events[-1]
            workflow_id = info.execution.workflow_id
            assert type(last).__name__ == "WorkflowExecutionCompleted", (workflow_id, last)
            assert workflow_id not in results, f"{workflow_id} ran twice"
            results[workflow_id] = last.attributes.result or ""
            for event in events:
                timeout = getattr(event.attributes, "timeout_type", "")
                seen[f"{type(event).__name__} {timeout}".strip()] += 1
    with closing(work.traces(str(folder / "traces.db"))) as connection:
        check_results(results, plan, once(connection))
        check_effects(connection, plan)
        tries = connection.execute("select count(*) from tries").fetchone()[0]
        effects = connection.execute("select count(*) from effects").fetchone()[0]
    disturbed = {name: count for name, count in seen.items() if "Timed" in name or "Failed" in name}
    return {"executions": len(results), "effects": effects, "tries": tries, **disturbed}


def closed(service: Service) -> Iterator[WorkflowExecutionInfo]:
    request = ListClosedWorkflowExecutions(domain=DOMAIN, start_time_filter=EVER)
    while True:
        page = service.call(request)
        yield from page.execution_infos
        if page.next_page_token is None:
            return
        request = ListClosedWorkflowExecutions(
            domain=DOMAIN, start_time_filter=EVER, next_page_token=page.next_page_token
        )


def once(connection: sqlite3.Connection) -> Counter[str]:
    return Counter(execution for (execution,) in connection.execute("select execution from once"))


def check_results(results: dict[str, str], plan: Plan, paid: Counter[str]) -> None:
    """Check that each execution has the right result, and that nobody paid twice."""
    assert not [name for name, times in paid.items() if times > 1], "an at-most-once ran twice"
    for kind, number in named(plan):
        name = f"{kind}-{number}"
        if kind == "payment":
            assert results[name] in ('"paid"', '"unknown"'), (name, results[name])
            assert paid[name] == 1 or results[name] == '"unknown"', (name, results[name])
        else:
            assert results[name] == str(work.EXPECTED[kind](number)), (name, results[name])


def check_effects(connection: sqlite3.Connection, plan: Plan) -> None:
    """Check that each step had its effect once, although some were tried several times."""
    found = Counter(
        dict(connection.execute("select execution, count(*) from effects group by execution"))
    )
    expected = sum(work.STEPS[kind] for kind, _ in named(plan))
    assert sum(found.values()) == expected, (sum(found.values()), expected)
    for kind, number in named(plan):
        own = work.STEPS[kind] - (work.STEPS["waits"] if kind == "parent" else 0)
        assert found[f"{kind}-{number}"] == own, (kind, number, found[f"{kind}-{number}"])


def main() -> None:
    """Play the long form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executions", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    plan = Plan(executions=options.executions, seconds=options.seconds, seed=options.seed)
    with tempfile.TemporaryDirectory(prefix="flowy-chaos-") as folder:
        sys.stdout.write(f"seed {plan.seed}: {play(Path(folder), plan)}\n")


if __name__ == "__main__":
    main()
