"""The HTTP front speaks SWF's wire protocol, parks polls and leaves in order."""

import gzip
import http.client
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from flowy.errors import FlowyError, ServiceUnavailable
from flowy.protocol import wire
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.ids import TaskList
from flowy.protocol.operations import OPERATIONS
from flowy.protocol.request import Request
from flowy.protocol.requests.activity_tasks import PollForActivityTask
from flowy.protocol.requests.domains import DescribeDomain, ListDomains, RegisterDomain
from flowy.protocol.requests.extensions import EndPolls
from flowy.protocol.tasks import ActivityTask
from flowy.protocol.validation import MAXIMUM_BODY
from flowy.service.http.app import NO_TASK
from flowy.service.http.serve import HttpOptions, HttpServer
from flowy.swf.http import HttpClient

TIMEOUT = 10
SLOW = "slow"
TASK = wire.encode(ActivityTask(task_token="token", started_event_id=6))


class FakeWatch:
    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake
        self.cancelled = threading.Event()

    is_served = False

    def park(self) -> bool:
        return True

    def take(self) -> None:
        """Nothing is ever handed over; the poll looks for itself."""

    def leave(self) -> bool:
        return True

    def cancel(self) -> None:
        self.cancelled.set()


class FakeService:
    """A backend that hands out the tasks that a test puts into it."""

    def __init__(self) -> None:
        self.tasks: list[bytes] = []
        self.requests: list[Request[Any]] = []
        self.watches: list[FakeWatch] = []
        self.looked = threading.Semaphore(0)
        self.release = threading.Event()
        self.broken: Exception | None = None

    def admit(self, request: Request[Any]) -> None:
        """Throttle nothing."""

    def serve(self, request: Request[Any]) -> bytes | None:
        self.requests.append(request)
        if self.broken is not None:
            raise self.broken
        return ANSWERS[type(request)](self, request)

    def watch(self, request: Request[Any], wake: Callable[[], None]) -> FakeWatch:
        self.watches.append(FakeWatch(wake))
        return self.watches[-1]

    def poll(self, _request: Request[Any]) -> bytes | None:
        task = self.tasks.pop() if self.tasks else None
        self.looked.release()
        return task

    def list(self, request: ListDomains) -> bytes:
        if request.reverse_order:
            assert self.release.wait(TIMEOUT)
        return b'{"domainInfos":[]}'

    def describe(self, request: DescribeDomain) -> bytes:
        raise UnknownResourceFault(f"Unknown domain: {request.name}")

    def register(self, request: RegisterDomain) -> bytes:
        if request.name == SLOW:
            assert self.release.wait(TIMEOUT)
        return b""


ANSWERS: dict[type[Request[Any]], Any] = {
    DescribeDomain: FakeService.describe,
    ListDomains: FakeService.list,
    EndPolls: lambda _service, _request: b"",
    PollForActivityTask: FakeService.poll,
    RegisterDomain: FakeService.register,
}


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def server(service: FakeService) -> Iterator[HttpServer]:
    running = HttpServer(service)
    running.start()
    yield running
    service.release.set()
    running.stop()


@pytest.fixture
def connection(server: HttpServer) -> Iterator[http.client.HTTPConnection]:
    opened = connect(server)
    yield opened
    opened.close()


def connect(server: HttpServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=TIMEOUT)


def post(
    connection: http.client.HTTPConnection,
    operation: str,
    body: bytes = b"{}",
    prefix: str = "SimpleWorkflowService",
    **headers: str,
) -> tuple[http.client.HTTPResponse, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", "/", body, {"X-Amz-Target": f"{prefix}.{operation}", **named})
    response = connection.getresponse()
    return response, response.read()


def ask(server: HttpServer, operation: str, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
    with closing(connect(server)) as connection:
        return post(connection, operation, body)


LIST = b'{"registrationStatus":"REGISTERED"}'
POLL = b'{"domain":"d","taskList":{"name":"l"}}'
REGISTER = b'{"name":"d","workflowExecutionRetentionPeriodInDays":"1"}'


def test_an_answer_has_the_form_of_aws(connection, service):
    response, body = post(connection, "ListDomains", LIST)
    assert (response.status, body) == (200, b'{"domainInfos":[]}')
    assert response.headers["Content-Type"] == "application/x-amz-json-1.0"
    assert len(response.headers["x-amzn-RequestId"]) == 36
    assert response.headers["Date"]
    assert service.requests == [ListDomains(registration_status="REGISTERED")]


def test_an_operation_without_an_answer_has_an_empty_body(connection):
    response, body = post(connection, "RegisterDomain", REGISTER)
    assert (response.status, body, response.headers["Content-Length"]) == (200, b"", "0")


def test_old_sdks_put_a_java_package_before_the_target(connection):
    response, _ = post(
        connection,
        "ListDomains",
        LIST,
        prefix="com.amazonaws.swf.service.model.SimpleWorkflowService",
    )
    assert response.status == 200


def test_a_refusal_is_a_fault_in_the_form_of_aws(connection):
    response, body = post(connection, "DescribeDomain", b'{"name":"d"}')
    assert response.status == 400
    assert json.loads(body) == {
        "__type": "com.amazonaws.swf.base.model#UnknownResourceFault",
        "message": "Unknown domain: d",
    }


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"{}", "com.amazon.coral.validate#ValidationException"),
        (b'{"name":1}', "com.amazon.coral.service#SerializationException"),
        (b"{", "com.amazon.coral.service#SerializationException"),
        (b"", "com.amazon.coral.service#SerializationException"),
        (b"[" * 50_000, "com.amazon.coral.service#SerializationException"),
    ],
)
def test_a_bad_body_never_reaches_the_service(connection, service, body, fault):
    response, answer = post(connection, "DescribeDomain", body)
    assert (response.status, json.loads(answer)["__type"]) == (400, fault)
    assert service.requests == []


@pytest.mark.parametrize(
    ("prefix", "operation"),
    [
        ("SimpleWorkflowService", "Dance"),
        ("DynamoDB_20120810", "ListDomains"),
        ("", ""),
        ("SimpleWorkflowService", "ListDomains\xe9"),
    ],
)
def test_an_unknown_operation_is_refused(connection, prefix, operation):
    response, body = post(connection, operation, prefix=prefix)
    assert response.status == 400
    fault = "com.amazon.coral.service#UnknownOperationException"
    assert json.loads(body)["__type"] == fault


def test_a_body_over_a_megabyte_is_refused_and_the_server_goes_on(server, connection):
    too_large = b'{"name":"' + b"n" * (3 * MAXIMUM_BODY) + b'"}'
    response, body = post(connection, "DescribeDomain", too_large)
    assert response.status == 413
    assert "RequestEntityTooLargeException" in json.loads(body)["__type"]
    response, _ = ask(server, "ListDomains", LIST)
    assert response.status == 200


def test_a_gzip_body_is_understood(connection):
    response, _ = post(connection, "ListDomains", gzip.compress(LIST), content_encoding="gzip")
    assert response.status == 200


def test_a_connection_carries_many_requests(connection):
    post(connection, "ListDomains", LIST)
    kept = connection.sock
    for _ in range(5):
        post(connection, "DescribeDomain", b"{}")
    assert connection.sock is kept
    assert kept is not None


def test_an_error_of_the_service_is_logged_and_says_nothing_to_the_client(
    connection, service, caplog
):
    service.broken = ValueError("secret detail")
    with caplog.at_level(logging.ERROR):
        response, body = post(connection, "ListDomains", LIST)
    assert response.status == 500
    assert json.loads(body)["__type"] == "com.amazon.coral.service#InternalFailure"
    assert b"secret" not in body
    assert "secret detail" in caplog.text
    service.broken = None
    assert post(connection, "ListDomains", LIST)[0].status == 200


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [("/health", 200, b"ok\n"), ("/ready", 200, b"ready\n"), ("/", 404, b"not found\n")],
)
def test_health_and_readiness_are_told(connection, path, status, body):
    connection.request("GET", path)
    response = connection.getresponse()
    assert (response.status, response.read()) == (status, body)


def test_a_service_that_does_not_answer_is_alive_and_not_ready(connection, service):
    service.broken = ServiceUnavailable("the disk is full")
    for path, status in (("/health", 200), ("/ready", 503)):
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        assert response.status == status


SLOW_REGISTER = b'{"name":"slow","workflowExecutionRetentionPeriodInDays":"1"}'
SLOW_LIST = b'{"registrationStatus":"REGISTERED","reverseOrder":true}'
QUICK = [("DescribeDomain", b'{"name":"d"}', 400), ("ListDomains", LIST, 200)]


@pytest.mark.parametrize(
    ("operation", "body"), [("RegisterDomain", SLOW_REGISTER), ("ListDomains", SLOW_LIST)]
)
def test_a_slow_commit_or_read_does_not_hold_up_other_clients(server, service, operation, body):
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(ask, server, operation, body)
        for _ in range(5):
            for quick, quick_body, status in QUICK:
                assert ask(server, quick, quick_body)[0].status == status
        assert not slow.done()
        service.release.set()
        assert slow.result(TIMEOUT)[0].status == 200


def parked_poll(server: HttpServer, service: FakeService, threads: ThreadPoolExecutor) -> Any:
    """Start a poll and return when it has looked and found nothing."""
    waiting = threads.submit(ask, server, "PollForActivityTask", POLL)
    assert service.looked.acquire(timeout=TIMEOUT)
    return waiting


def test_a_poll_that_finds_a_task_answers_at_once(connection, service):
    service.tasks.append(TASK)
    assert post(connection, "PollForActivityTask", POLL)[1] == TASK
    assert service.watches[0].cancelled.wait(TIMEOUT)


def test_a_parked_poll_is_woken_by_a_task(server, service):
    with ThreadPoolExecutor() as threads:
        waiting = parked_poll(server, service, threads)
        service.tasks.append(TASK)
        service.watches[0].wake()
        assert waiting.result(TIMEOUT)[1] == TASK
    assert service.watches[0].cancelled.wait(TIMEOUT)


def test_a_poll_that_was_woken_in_vain_waits_on(server, service):
    with ThreadPoolExecutor() as threads:
        waiting = parked_poll(server, service, threads)
        service.watches[0].wake()
        assert service.looked.acquire(timeout=TIMEOUT)
        assert not waiting.done()
        assert not service.watches[0].cancelled.is_set()
        service.tasks.append(TASK)
        service.watches[0].wake()
        assert waiting.result(TIMEOUT)[1] == TASK


def test_parked_polls_hold_no_thread(server, service):
    many = 60
    with ThreadPoolExecutor(many) as threads:
        waiting = [parked_poll(server, service, threads) for _ in range(many)]
        assert ask(server, "ListDomains", LIST)[0].status == 200
        service.tasks.extend([TASK] * many)
        for watch in service.watches:
            watch.wake()
        assert {poll.result(TIMEOUT)[1] for poll in waiting} == {TASK}


def test_a_client_that_goes_away_while_parked_gets_no_task(server, service):
    opened = connect(server)
    opened.request("POST", "/", POLL, {"X-Amz-Target": "SimpleWorkflowService.PollForActivityTask"})
    assert service.looked.acquire(timeout=TIMEOUT)
    opened.close()
    assert service.watches[0].cancelled.wait(TIMEOUT)
    service.tasks.append(TASK)
    service.watches[0].wake()
    assert ask(server, "ListDomains", LIST)[0].status == 200
    assert service.tasks == [TASK]


def called(server, target, body, **headers):
    with closing(connect(server)) as opened:
        opened.request("POST", "/", body, {"X-Amz-Target": target, **headers})
        response = opened.getresponse()
        return response, response.read()


def poll_of(server, client):
    target = "SimpleWorkflowService.PollForActivityTask"
    return called(server, target, POLL, **{"X-Flowy-Client": client})


def end_polls(server, client):
    body = json.dumps({"client": client}).encode()
    assert called(server, "Flowy.EndPolls", body)[0].status == 200


def test_a_client_has_its_polls_ended_and_nobody_elses(server, service):
    with ThreadPoolExecutor() as threads:
        mine = threads.submit(poll_of, server, "me")
        assert service.looked.acquire(timeout=TIMEOUT)
        yours = threads.submit(poll_of, server, "you")
        assert service.looked.acquire(timeout=TIMEOUT)
        end_polls(server, "me")
        assert mine.result(TIMEOUT)[1] == NO_TASK
        assert not yours.done()
        assert poll_of(server, "me")[1] == NO_TASK, "it was on its way"
        end_polls(server, "you")
        assert yours.result(TIMEOUT)[1] == NO_TASK


def test_a_poll_that_is_ended_while_it_is_given_a_task_brings_it(server, service):
    entered, goes_on = threading.Event(), threading.Event()

    def slowly(_service, _request):
        entered.set()
        assert goes_on.wait(TIMEOUT)
        return TASK

    service.serve = lambda request: (
        slowly(service, request) if isinstance(request, PollForActivityTask) else b""
    )
    with ThreadPoolExecutor() as threads:
        client = HttpClient(server.address)
        poll = PollForActivityTask(domain="d", task_list=TaskList(name="l"))
        waiting = threads.submit(client.call, poll)
        assert entered.wait(TIMEOUT)
        client.interrupt()
        goes_on.set()
        assert waiting.result(TIMEOUT).task_token == "token"
        client.close()


def test_shutdown_answers_parked_polls_without_a_task(server, service):
    with ThreadPoolExecutor() as threads:
        waiting = parked_poll(server, service, threads)
        server.stop()
        response, body = waiting.result(TIMEOUT)
    assert (response.status, body) == (200, NO_TASK)
    assert wire.decode_answer(PollForActivityTask, body) == ActivityTask()
    with closing(connect(server)) as late, pytest.raises(ConnectionRefusedError):
        late.connect()


def test_shutdown_finishes_the_request_in_hand(server, service):
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(ask, server, "RegisterDomain", SLOW_REGISTER)
        while not service.requests:
            service.looked.acquire(timeout=0.01)
        stopping = threads.submit(server.stop)
        service.release.set()
        assert slow.result(TIMEOUT)[0].status == 200
        stopping.result(TIMEOUT)


def test_an_empty_poll_reads_as_no_task():
    for name in ("PollForActivityTask", "PollForDecisionTask"):
        assert wire.decode_answer(OPERATIONS[name], NO_TASK).task_token == ""


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(FlowyError, match=f"cannot listen on 127.0.0.1 port {port}"):
            HttpServer(FakeService(), HttpOptions(port=port))


def test_garbage_on_the_socket_is_answered_and_survived(server):
    parts = urlsplit(server.address)
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as raw:
        raw.sendall(b"\x16\x03\x01 not http\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400")
    assert ask(server, "ListDomains", LIST)[0].status == 200
