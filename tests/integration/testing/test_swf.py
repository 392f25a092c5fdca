"""boto3 clients of SWF answer from memory inside a block, and nowhere else."""

import os
import threading
import unittest
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

import flowy.testing
from flowy.errors import FlowyError
from flowy.protocol.requests.domains import ListDomains
from flowy.service.operations.quotas import Quotas
from flowy.service.rates import Rate
from flowy.testing import aws
from flowy.testing.aws import EVENT

DOMAIN = {"domain": "d"}
TYPE = {"name": "order", "version": "1"}
LIST = {"taskList": {"name": "list"}}
KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
ONCE = Config(retries={"total_max_attempts": 1})
MONTH = 30 * 86_400


@pytest.fixture
def block():
    with flowy.testing.swf() as swf:
        yield swf


@pytest.fixture
def automatic():
    with flowy.testing.swf(auto_advance=True) as swf:
        yield swf


def client(**options):
    made = boto3.client("swf", **options)
    with suppress(made.exceptions.DomainAlreadyExistsFault):
        made.register_domain(name="d", workflowExecutionRetentionPeriodInDays="7")
        made.register_workflow_type(
            **DOMAIN,
            **TYPE,
            defaultTaskList={"name": "list"},
            defaultTaskStartToCloseTimeout="NONE",
            defaultExecutionStartToCloseTimeout=str(10 * MONTH),
            defaultChildPolicy="TERMINATE",
        )
    return made


def start(swf, workflow_id="w"):
    run = swf.start_workflow_execution(**DOMAIN, workflowId=workflow_id, workflowType=TYPE)
    return {"workflowId": workflow_id, "runId": run["runId"]}


def sleep(swf, seconds, timer_id="t"):
    """Answer the waiting decision task with a timer."""
    task = swf.poll_for_decision_task(**DOMAIN, **LIST)
    attributes = {"timerId": timer_id, "startToFireTimeout": str(seconds)}
    decision = {"decisionType": "StartTimer", "startTimerDecisionAttributes": attributes}
    swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=[decision])


def types_of(events):
    return [event["eventType"] for event in events]


def test_a_client_is_answered_from_memory(block):
    assert client().describe_domain(name="d")["domainInfo"]["status"] == "REGISTERED"


def test_each_block_begins_empty():
    for _ in range(2):
        with flowy.testing.swf():
            swf = boto3.client("swf")
            assert swf.list_domains(registrationStatus="REGISTERED")["domainInfos"] == []
            client()


def test_refusals_are_those_of_the_service(block):
    with pytest.raises(ClientError, match="Unknown domain: nobody") as caught:
        client().describe_domain(name="nobody")
    assert caught.value.response["Error"]["Code"] == "UnknownResourceFault"
    assert caught.value.response["ResponseMetadata"]["RequestId"]


def test_a_client_of_a_session_of_its_own_is_answered(block):
    client()
    other = boto3.Session(region_name="eu-west-1").client("swf")
    assert other.describe_domain(name="d")["domainInfo"]["name"] == "d"
    plain = botocore.session.get_session().create_client("swf", region_name="us-west-2")
    assert plain.describe_domain(name="d")["domainInfo"]["name"] == "d"


def test_a_client_outlives_its_block():
    with flowy.testing.swf():
        swf = client()
    with flowy.testing.swf():
        assert swf.list_domains(registrationStatus="REGISTERED")["domainInfos"] == []


def test_a_client_that_is_older_than_flowy_testing_is_attached():
    old = boto3.client(
        "swf", endpoint_url="http://127.0.0.1:1", region_name="us-east-1", **KEYS, config=ONCE
    )
    old.meta.events.unregister(EVENT, aws._hook)
    with flowy.testing.swf() as swf:
        with pytest.raises(EndpointConnectionError):
            old.list_domains(registrationStatus="REGISTERED")
        swf.attach(old)
        swf.attach(old)
        assert old.list_domains(registrationStatus="REGISTERED")["domainInfos"] == []


def test_outside_of_a_block_requests_go_out():
    with flowy.testing.swf():
        swf = boto3.client("swf", endpoint_url="http://127.0.0.1:1", **KEYS, config=ONCE)
        swf.list_domains(registrationStatus="REGISTERED")
    with pytest.raises(EndpointConnectionError):
        swf.list_domains(registrationStatus="REGISTERED")


def test_the_environment_and_the_default_session_are_put_back(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    session = boto3.Session()
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    with flowy.testing.swf():
        assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
        assert boto3.client("swf").meta.region_name == "eu-west-3"
        assert boto3.DEFAULT_SESSION is not session
    assert os.environ["AWS_ACCESS_KEY_ID"] == "mine"
    assert "AWS_SECRET_ACCESS_KEY" not in os.environ
    assert boto3.DEFAULT_SESSION is session


def test_the_innermost_block_answers():
    with flowy.testing.swf():
        swf = client()
        with flowy.testing.swf():
            assert swf.list_domains(registrationStatus="REGISTERED")["domainInfos"] == []
        assert len(swf.list_domains(registrationStatus="REGISTERED")["domainInfos"]) == 1


def test_a_block_is_entered_once(block):
    with pytest.raises(FlowyError, match="entered already"):
        block.__enter__()
    with pytest.raises(FlowyError, match="outside of its block"):
        flowy.testing.swf().advance(1)


@flowy.testing.swf
def test_a_decorated_function():
    assert client().describe_domain(name="d")


@flowy.testing.swf(limits=Quotas(domains=1))
def test_a_decorated_function_with_arguments():
    with pytest.raises(ClientError, match="LimitExceededFault"):
        client().register_domain(name="e", workflowExecutionRetentionPeriodInDays="1")


@flowy.testing.swf()
class TestADecoratedClass(unittest.TestCase):
    def test_one(self):
        client()

    def test_two(self):
        assert (
            boto3.client("swf").list_domains(registrationStatus="REGISTERED")["domainInfos"] == []
        )


def test_a_decorated_coroutine_function():
    @flowy.testing.swf()
    async def story():
        return client().describe_domain(name="d")["domainInfo"]["name"]

    running = story()
    with pytest.raises(StopIteration) as caught:
        running.send(None)
    assert caught.value.value == "d"


def test_beside_moto_for_another_service():
    with mock_aws(), flowy.testing.swf():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="photos")
        s3.put_object(Bucket="photos", Key="a", Body=b"jpeg")
        swf = client()
        start(swf)
        assert swf.poll_for_decision_task(**DOMAIN, **LIST)["startedEventId"] == 3
        assert s3.get_object(Bucket="photos", Key="a")["Body"].read() == b"jpeg"


@mock_aws
@flowy.testing.swf
def test_inside_motos_decorator_swf_is_ours():
    swf = client()
    assert swf.undeprecate_domain.__name__ == "undeprecate_domain"
    with pytest.raises(ClientError, match="DomainAlreadyExistsFault"):
        swf.undeprecate_domain(name="d")
    boto3.client("s3").create_bucket(Bucket="photos")


@flowy.testing.swf
@mock_aws
def test_around_motos_decorator_swf_is_ours_too():
    client()
    boto3.client("s3").create_bucket(Bucket="photos")
    assert [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]] == ["photos"]
    task = start(boto3.client("swf"))
    assert len(task["runId"]) > 40


def test_the_clock_stands_still_until_it_is_moved(block):
    swf = client()
    execution = start(swf)
    sleep(swf, MONTH)
    before = block.now()
    assert swf.poll_for_decision_task(**DOMAIN, **LIST)["taskToken"] == ""
    assert block.now() == before
    block.advance(MONTH - 1)
    assert swf.count_pending_decision_tasks(**DOMAIN, **LIST)["count"] == 0
    block.advance(1)
    events = swf.get_workflow_execution_history(**DOMAIN, execution=execution)["events"]
    assert types_of(events)[-2:] == ["TimerFired", "DecisionTaskScheduled"]
    assert events[-2]["eventTimestamp"].timestamp() == pytest.approx(before + MONTH, abs=0.01)


def test_a_timer_of_no_time_fires_at_once(block):
    swf = client()
    start(swf)
    sleep(swf, 0)
    task = swf.poll_for_decision_task(**DOMAIN, **LIST)
    assert "TimerFired" in types_of(task["events"])


def test_the_clock_moves_by_itself_when_the_only_poller_waits(automatic):
    swf = client()
    start(swf)
    before = automatic.now()
    sleep(swf, MONTH)
    task = swf.poll_for_decision_task(**DOMAIN, **LIST)
    assert types_of(task["events"])[-3:] == [
        "TimerFired",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
    ]
    assert automatic.now() == pytest.approx(before + MONTH, abs=0.01)


def test_a_task_that_is_left_alone_times_out_by_itself(automatic):
    swf = client()
    run = swf.start_workflow_execution(
        **DOMAIN, workflowId="w", workflowType=TYPE, taskStartToCloseTimeout="60"
    )
    first = swf.poll_for_decision_task(**DOMAIN, **LIST)
    second = swf.poll_for_decision_task(**DOMAIN, **LIST)
    assert first["workflowExecution"]["runId"] == run["runId"]
    assert "DecisionTaskTimedOut" in types_of(second["events"])


def test_a_poll_comes_back_when_nothing_will_ever_come(automatic):
    assert client().poll_for_decision_task(**DOMAIN, **LIST)["taskToken"] == ""


def decide(swf, rounds):
    """Decide until told to stop: some timers of a day one after the other, then the end."""
    while True:
        task = swf.poll_for_decision_task(**DOMAIN, **LIST)
        if not task["taskToken"]:
            if not swf.list_open_workflow_executions(**DOMAIN, startTimeFilter={"oldestDate": 0})[
                "executionInfos"
            ]:
                return
            continue
        fired = types_of(task["events"]).count("TimerFired")
        decision = {"decisionType": "CompleteWorkflowExecution"}
        if fired < rounds:
            attributes = {"timerId": str(fired), "startToFireTimeout": "86400"}
            decision = {"decisionType": "StartTimer", "startTimerDecisionAttributes": attributes}
        swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=[decision])


@pytest.mark.parametrize("mode", ["automatic", "by hand"])
def test_several_threads_share_the_clock(mode):
    rounds, executions = 5, 4
    with flowy.testing.swf(auto_advance=mode == "automatic") as block:
        swf = client()
        runs = [start(swf, str(number)) for number in range(executions)]
        before = block.now()
        with ThreadPoolExecutor(3) as threads:
            deciding = [threads.submit(decide, boto3.client("swf"), rounds) for _ in range(3)]
            if mode == "by hand":
                block.advance(rounds * 86_400)
            for decider in deciding:
                decider.result(60)
        for run in runs:
            events = swf.get_workflow_execution_history(**DOMAIN, execution=run)["events"]
            assert types_of(events)[-1] == "WorkflowExecutionCompleted"
            assert "DecisionTaskTimedOut" not in types_of(events)
            fired = [e for e in events if e["eventType"] == "TimerFired"]
            moments = [event["eventTimestamp"].timestamp() - before for event in fired]
            assert moments == pytest.approx([86_400 * n for n in range(1, rounds + 1)], abs=0.1)


def test_a_thread_that_a_test_left_running_reaches_nobody():
    polling, over = threading.Event(), threading.Event()
    refused = []

    def work():
        swf = client()
        swf.poll_for_decision_task(**DOMAIN, **LIST)
        polling.set()
        over.wait(30)
        try:
            swf.poll_for_decision_task(**DOMAIN, **LIST)
        except ClientError as error:
            refused.append(str(error))

    with flowy.testing.swf():
        thread = threading.Thread(target=work)
        thread.start()
        assert polling.wait(30)
    over.set()
    thread.join(30)
    assert "the test that this SWF was for is over" in refused[0]


def test_a_poll_that_waits_ends_with_the_block():
    results = []

    def work():
        with suppress(ClientError, urllib.error.URLError):
            while True:
                results.append(swf.poll_for_decision_task(**DOMAIN, **LIST)["taskToken"])

    with flowy.testing.swf():
        swf = client()
        thread = threading.Thread(target=work)
        thread.start()
        while not results:
            thread.join(0.01)
    thread.join(30)
    assert not thread.is_alive()
    assert set(results) == {""}


def test_functions_run_in_place_of_lambda():
    with flowy.testing.swf(functions={"shout": lambda text: text.upper()}):
        swf = client()
        swf.start_workflow_execution(
            **DOMAIN, workflowId="w", workflowType=TYPE, lambdaRole="arn:aws:iam::1:role/x"
        )
        task = swf.poll_for_decision_task(**DOMAIN, **LIST)
        attributes = {"id": "f", "name": "shout", "input": "hat"}
        decision = {
            "decisionType": "ScheduleLambdaFunction",
            "scheduleLambdaFunctionDecisionAttributes": attributes,
        }
        swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=[decision])
        events = swf.poll_for_decision_task(**DOMAIN, **LIST)["events"]
    (completed,) = [e for e in events if e["eventType"] == "LambdaFunctionCompleted"]
    assert completed["lambdaFunctionCompletedEventAttributes"]["result"] == "HAT"


def test_flowys_own_client_meets_boto3s(block):
    client()
    found = block.client.call(ListDomains(registration_status="REGISTERED")).domain_infos
    assert [info.name for info in found] == ["d"]


def test_closed_executions_vanish_with_their_retention(block):
    swf = client()
    execution = start(swf)
    swf.terminate_workflow_execution(**DOMAIN, workflowId="w")
    block.advance(6 * 86_400)
    assert swf.describe_workflow_execution(**DOMAIN, execution=execution)
    block.advance(2 * 86_400)
    with pytest.raises(ClientError, match="UnknownResourceFault"):
        swf.describe_workflow_execution(**DOMAIN, execution=execution)


def test_a_clock_does_not_go_back(block):
    with pytest.raises(ValueError, match="cannot go back"):
        block.advance(-1)


def test_the_clock_begins_where_it_is_told():
    with flowy.testing.swf(start=1_000_000_000.0) as block:
        start(client())
        assert block.now() == 1_000_000_000.0


def test_rates_throttle_and_the_sdk_may_try_again():
    with flowy.testing.swf(rates={"DescribeDomain": Rate(2, 1)}) as block:
        client()
        swf = boto3.client("swf", config=ONCE)
        for _ in range(2):
            swf.describe_domain(name="d")
        with pytest.raises(ClientError, match=r"ThrottlingException.* Rate exceeded"):
            swf.describe_domain(name="d")
        block.advance(1)
        assert swf.describe_domain(name="d")
