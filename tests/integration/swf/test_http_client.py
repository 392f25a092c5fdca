"""HttpClient keeps connections, repeats only what may be repeated, and can be interrupted."""

import http.server
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from flowy.errors import Fault, ServiceUnavailable
from flowy.protocol import wire
from flowy.protocol.faults import ThrottlingException, UnknownResourceFault
from flowy.protocol.ids import TaskList
from flowy.protocol.polls import CLIENT_HEADER, NO_TASK
from flowy.protocol.registration import DomainInfos
from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCompleted,
)
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.requests.domains import DescribeDomain, ListDomains, RegisterDomain
from flowy.protocol.tasks import ActivityTask, ActivityTaskStatus, DecisionTask
from flowy.swf.http import HttpClient

TIMEOUT = 10
LIST = ListDomains(registration_status="REGISTERED")
POLL = PollForActivityTask(domain="d", task_list=TaskList(name="l"))
RESPOND = RespondActivityTaskCompleted(task_token="token", result="1")
NO_DOMAINS = b'{"domainInfos":[]}'


class Script:
    """What the server does with each request that comes, one step after the other.

    A step is a status and a body, or a function of the handler; the last step is repeated.
    """

    def __init__(self) -> None:
        self.steps: list[Any] = [(200, NO_DOMAINS)]
        self.ends: Any = (400, b'{"__type":"UnknownOperationException"}')
        self.seen: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.connections = 0
        self.parked = threading.Semaphore(0)
        self.release = threading.Event()

    def next(self) -> Any:
        return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]

    def park(self, handler: Any) -> None:
        """Hold a request until the client says goodbye or the test releases it with a task."""
        self.parked.release()
        assert self.release.wait(TIMEOUT)
        answer(handler, 200, wire.encode(ActivityTask(task_token="late", started_event_id=1)))


def answer(handler: Any, status: int, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def drop(handler: Any) -> None:
    """Break the connection without an answer."""
    handler.close_connection = True


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def endpoint(script: Script) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            script.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["X-Amz-Target"] == "Flowy.EndPolls":
                step = script.ends
            else:
                script.seen.append((self.headers["X-Amz-Target"], body, self.headers))
                step = script.next()
            if callable(step):
                step(self)
            else:
                answer(self, *step)

        def log_message(self, *_arguments: Any) -> None:
            """Keep the test's output clean."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *arguments: Any) -> None:
            # That a client went away is what several tests are about.
            if not isinstance(sys.exception(), ConnectionError):
                super().handle_error(*arguments)

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield "http://{}:{}".format(*server.server_address)
    script.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(endpoint: str) -> Iterator[HttpClient]:
    made = HttpClient(endpoint)
    yield made
    made.close()


def test_a_request_and_its_answer_are_typed(client, script):
    assert client.call(LIST) == DomainInfos(domain_infos=())
    ((target, body, headers),) = script.seen
    assert target == "SimpleWorkflowService.ListDomains"
    assert wire.decode_request(ListDomains, body) == LIST
    assert headers["Content-Type"] == "application/x-amz-json-1.0"


def test_one_connection_carries_the_calls_of_one_thread(client, script):
    for _ in range(5):
        client.call(LIST)
    assert script.connections == 1


def test_threads_do_not_share_a_connection(client, script):
    barrier = threading.Barrier(4)

    def step(handler: Any) -> None:
        barrier.wait(TIMEOUT)
        answer(handler, 200, NO_DOMAINS)

    script.steps = [step]
    with ThreadPoolExecutor(4) as threads:
        assert len(list(threads.map(client.call, [LIST] * 4))) == 4
    assert script.connections == 4


def test_a_connection_that_the_service_has_closed_is_not_used(client, script):
    def answer_and_close(handler: Any) -> None:
        handler.close_connection = True
        answer(handler, 200, NO_DOMAINS)

    script.steps = [answer_and_close, (200, b"")]
    client.call(LIST)
    (kept,) = client._idle
    while not kept.is_stale():
        script.release.wait(0.01)
    client.call(RESPOND)
    assert [target for target, _, _ in script.seen].count(
        "SimpleWorkflowService.RespondActivityTaskCompleted"
    ) == 1


def test_an_operation_without_an_answer_gives_none(client, script):
    script.steps = [(200, b"")]
    register = RegisterDomain(name="d", workflow_execution_retention_period_in_days="1")
    assert client.call(register) is None


def test_a_refusal_is_the_fault_of_that_name(client, script):
    script.steps = [
        (400, wire.encode_fault(UnknownResourceFault("Unknown domain: d"))),
        (400, wire.encode_fault(ThrottlingException("Rate exceeded"))),
        (400, b'{"__type":"com.amazonaws#NewFault","Message":"what"}'),
    ]
    with pytest.raises(UnknownResourceFault, match="Unknown domain: d"):
        client.call(DescribeDomain(name="d"))
    with pytest.raises(ThrottlingException, match="Rate exceeded"):
        client.call(LIST)
    with pytest.raises(Fault, match="NewFault: what"):
        client.call(LIST)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"\xff", b'{"__type":"x#InternalFailure"}', b""]
)
def test_a_server_error_is_unavailability_whatever_its_body(client, script, body):
    script.steps = [(503, body)]
    with pytest.raises(ServiceUnavailable, match="ListDomains with 503"):
        client.call(LIST)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"domainInfos":5}', b"\xff"])
def test_an_answer_that_cannot_be_read_is_unavailability(client, script, body):
    script.steps = [(200, body)]
    with pytest.raises(ServiceUnavailable, match="no answer to ListDomains"):
        client.call(LIST)


@pytest.mark.parametrize(
    ("request_", "good", "expected"),
    [
        (LIST, NO_DOMAINS, DomainInfos(domain_infos=())),
        (POLL, b'{"taskToken":"t"}', ActivityTask(task_token="t")),
        (
            RecordActivityTaskHeartbeat(task_token="t"),
            b'{"cancelRequested":true}',
            ActivityTaskStatus(cancel_requested=True),
        ),
    ],
)
def test_what_may_be_repeated_is_sent_again(client, script, request_, good, expected):
    script.steps = [drop, (200, good)]
    assert client.call(request_) == expected
    assert len(script.seen) == 2


def test_what_must_not_be_done_twice_is_sent_once(client, script):
    script.steps = [drop, (200, b"")]
    with pytest.raises(ServiceUnavailable, match="no answer to RespondActivityTaskCompleted"):
        client.call(RESPOND)
    assert len(script.seen) == 1
    assert client.call(RESPOND) is None


def test_a_connection_that_breaks_twice_is_unavailability(client, script):
    script.steps = [drop]
    with pytest.raises(ServiceUnavailable):
        client.call(LIST)
    assert len(script.seen) == 2


def test_a_service_that_does_not_listen_is_unavailable(endpoint):
    free = HttpClient("http://127.0.0.1:9")
    with pytest.raises(ServiceUnavailable, match=r"no connection to http://127\.0\.0\.1:9"):
        free.call(LIST)
    free.close()


def test_an_answer_that_does_not_come_is_unavailability(endpoint, script):
    script.steps = [script.park]
    client = HttpClient(endpoint, timeout=0.05)
    with pytest.raises(ServiceUnavailable, match="TimeoutError"):
        client.call(LIST)
    assert len(script.seen) == 1
    script.release.set()
    client.close()


def test_a_signer_sees_what_is_sent_and_adds_its_headers(endpoint, script):
    def sign(headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        return {"Authorization": f"{headers['X-Amz-Target']} {len(body)} {headers['Host']}"}

    client = HttpClient(endpoint, signer=sign)
    client.call(LIST)
    client.close()
    ((target, body, headers),) = script.seen
    assert headers["Authorization"] == f"{target} {len(body)} {endpoint.partition('//')[2]}"
    assert headers["Host"] == endpoint.partition("//")[2]


def test_a_front_may_leave_out_the_name_of_a_polls_client(endpoint, script):
    signed = []

    def sign(headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        signed.extend(headers)
        return {}

    script.steps = [(200, NO_TASK)]
    client = HttpClient(endpoint, signer=sign)
    client.call(POLL)
    client.close()
    assert CLIENT_HEADER not in signed
    assert script.seen[0][2][CLIENT_HEADER]


def parked(client: HttpClient, script: Script, threads: ThreadPoolExecutor) -> Any:
    script.steps = [script.park]
    waiting = threads.submit(client.call, POLL)
    assert script.parked.acquire(timeout=TIMEOUT)
    return waiting


def test_an_interrupted_poll_comes_back_without_a_task(client, script):
    def goodbye(handler: Any) -> None:
        script.parked.release()
        assert handler.rfile.read(1) == b""
        drop(handler)

    script.steps = [goodbye]
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(client.call, POLL)
        assert script.parked.acquire(timeout=TIMEOUT)
        client.interrupt()
        assert waiting.result(TIMEOUT) == ActivityTask()
    assert len(script.seen) == 1


def test_a_task_that_is_on_its_way_is_not_lost_by_an_interruption(client, script):
    with ThreadPoolExecutor() as threads:
        waiting = parked(client, script, threads)
        client.interrupt()
        script.release.set()
        assert waiting.result(TIMEOUT).task_token == "late"


def test_polls_that_the_service_ends_say_no_goodbye(client, script):
    """What closes a connection may take a task along that was handed out meanwhile."""
    ended = threading.Event()

    def end(handler: Any) -> None:
        answer(handler, 200, b"")
        ended.set()

    def parked_until_ended(handler: Any) -> None:
        script.parked.release()
        assert ended.wait(TIMEOUT)
        handler.connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            handler.connection.recv(1)
        handler.connection.setblocking(True)
        answer(handler, 200, wire.encode(ActivityTask(task_token="late", started_event_id=1)))

    script.ends = end
    script.steps = [parked_until_ended]
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(client.call, POLL)
        assert script.parked.acquire(timeout=TIMEOUT)
        client.interrupt()
        assert waiting.result(TIMEOUT).task_token == "late"
    assert script.seen[0][2]["X-Flowy-Client"]


def test_polls_that_are_not_ended_in_time_say_goodbye(client, script, monkeypatch):
    monkeypatch.setattr("flowy.swf.http.ENDED_WITHIN", 0.05)

    def goodbye(handler: Any) -> None:
        script.parked.release()
        assert handler.rfile.read(1) == b""
        drop(handler)

    script.ends = (200, b"")
    script.steps = [goodbye]
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(client.call, POLL)
        assert script.parked.acquire(timeout=TIMEOUT)
        client.interrupt()
        assert waiting.result(TIMEOUT) == ActivityTask()


def test_another_client_of_the_service_polls_on(client, script):
    client.interrupt()
    other = client.another()
    script.steps = [(200, wire.encode(ActivityTask(task_token="t", started_event_id=1)))]
    assert other.call(POLL).task_token == "t"
    other.close()


def test_after_an_interruption_no_poll_is_sent_and_other_calls_are(client, script):
    client.interrupt()
    decide = PollForDecisionTask(domain="d", task_list=TaskList(name="l"))
    assert client.call(POLL) == ActivityTask()
    assert client.call(decide) == DecisionTask()
    assert script.seen == []
    assert client.call(LIST) == DomainInfos(domain_infos=())


def test_the_next_page_of_a_decision_task_is_no_poll(client, script):
    client.interrupt()
    script.steps = [(200, b'{"taskToken":"t","startedEventId":3}')]
    page = PollForDecisionTask(domain="d", task_list=TaskList(name="l"), next_page_token="p")
    assert client.call(page).task_token == "t"


def test_a_closed_client_says_so(endpoint):
    client = HttpClient(endpoint)
    client.call(LIST)
    client.close()
    assert client.call(POLL) == ActivityTask()
    with pytest.raises(ServiceUnavailable, match="is closed"):
        client.call(LIST)


@pytest.mark.parametrize("endpoint_", ["", "localhost:80", "ftp://host", "http://"])
def test_an_endpoint_that_is_not_http_is_refused(endpoint_):
    with pytest.raises(ValueError, match="not an address"):
        HttpClient(endpoint_)


# Answers and the poll behind them


@pytest.fixture
def by_operation(script: Script) -> dict[str, Any]:
    """Steps by the name of the operation, for requests that arrive in any order."""
    steps: dict[str, Any] = {}

    def step(handler: Any) -> None:
        name = handler.headers["X-Amz-Target"].rpartition(".")[2]
        found = steps[name]
        found(handler) if callable(found) else answer(handler, *found)

    script.steps = [step]
    return steps


def test_a_poll_is_sent_before_the_answer_is_acknowledged(client, script, by_operation):
    by_operation["PollForActivityTask"] = script.park

    def acknowledge(handler: Any) -> None:
        assert script.parked.acquire(timeout=TIMEOUT)
        answer(handler, 200, b"")

    by_operation["RespondActivityTaskCompleted"] = acknowledge
    exchanged = client.exchange([RESPOND], POLL, 16)
    assert exchanged.faults == [None]
    script.release.set()
    assert [task.task_token for task in exchanged.wait()] == ["late"]
    assert script.connections == 2


def test_of_several_answers_each_has_its_own_fault(client, script, by_operation):
    refusals = [(400, wire.encode_fault(UnknownResourceFault("gone"))), (200, b"")]
    by_operation["RespondActivityTaskCompleted"] = lambda handler: answer(handler, *refusals.pop(0))
    by_operation["PollForActivityTask"] = (200, NO_TASK)
    exchanged = client.exchange([RESPOND, RESPOND], POLL, 1)
    assert [type(fault) for fault in exchanged.faults] == [UnknownResourceFault, type(None)]
    assert exchanged.wait() == [ActivityTask()]


@pytest.mark.parametrize("again", ["exchange", "call"])
def test_the_task_of_a_poll_whose_answer_was_lost_is_not(client, script, by_operation, again):
    """Who polls that list next waits for the poll that was sent already."""

    def lose(handler: Any) -> None:
        assert script.parked.acquire(timeout=TIMEOUT)
        by_operation["RespondActivityTaskCompleted"] = (200, b"")
        drop(handler)

    by_operation["PollForActivityTask"] = script.park
    by_operation["RespondActivityTaskCompleted"] = lose
    with pytest.raises(ServiceUnavailable, match="no answer to RespondActivityTaskCompleted"):
        client.exchange([RESPOND], POLL, 1)
    script.release.set()
    if again == "call":
        assert client.call(POLL).task_token == "late"
    else:
        assert client.exchange([RESPOND], POLL, 1).wait()[0].task_token == "late"
    assert sum(seen[0].endswith("PollForActivityTask") for seen in script.seen) == 1


def test_a_poll_whose_connection_breaks_is_sent_again(client, script, by_operation):
    polls = [drop, lambda handler: answer(handler, 200, wire.encode(ActivityTask(task_token="t")))]
    by_operation["PollForActivityTask"] = lambda handler: polls.pop(0)(handler)
    by_operation["RespondActivityTaskCompleted"] = (200, b"")
    assert client.exchange([RESPOND], POLL, 1).wait()[0].task_token == "t"


def test_an_interruption_ends_a_poll_behind_answers_and_loses_no_task(client, script, by_operation):
    by_operation["PollForActivityTask"] = script.park
    by_operation["RespondActivityTaskCompleted"] = (200, b"")
    exchanged = client.exchange([RESPOND], POLL, 1)
    assert script.parked.acquire(timeout=TIMEOUT)
    client.interrupt()
    script.release.set()
    assert exchanged.wait()[0].task_token == "late"
    after = client.exchange([RESPOND], POLL, 1)
    assert (after.faults, after.wait()) == ([None], [ActivityTask()])
    assert sum(seen[0].endswith("PollForActivityTask") for seen in script.seen) == 1


def test_a_poll_that_is_given_up_takes_nobodys_task(client, script, by_operation):
    gone = threading.Event()

    def poll(handler: Any) -> None:
        assert handler.rfile.read(1) == b""
        gone.set()

    by_operation["PollForActivityTask"] = poll
    by_operation["RespondActivityTaskCompleted"] = (200, b"")
    client.exchange([RESPOND], POLL, 1).close()
    assert gone.wait(TIMEOUT)
