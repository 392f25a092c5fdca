"""The embedded service with boto3's face answers as boto3 does over HTTP, to the letter."""

import datetime as dt
import sys
from contextlib import closing

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError

from flowy.clock import ManualClock
from flowy.errors import DatabaseError
from flowy.service.client import EmbeddedClient
from flowy.service.http.serve import HttpServer
from flowy.service.server import Service
from flowy.swf.boto import errors
from flowy.swf.boto.client import BotoClient
from flowy.swf.connect import as_client

DOMAIN = {"domain": "d"}
ORDER = {"name": "order", "version": "1"}
PACK = {"name": "pack", "version": "1"}
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def service():
    made = Service(clock=ManualClock(1_700_000_000.123))
    yield made
    made.close()


@pytest.fixture(scope="module")
def real(service):
    server = HttpServer(service)
    server._application._poll_seconds = 0.0
    client = boto3.client(
        "swf",
        region_name="eu-west-1",
        endpoint_url=server.start(),
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    with closing(client):
        yield client
    server.stop()


@pytest.fixture(scope="module")
def ours(service):
    return BotoClient(EmbeddedClient(service), "eu-west-1")


@pytest.fixture(scope="module")
def execution(ours):
    """An execution that has been through most kinds of events."""
    ours.register_domain(
        name="d",
        description="one",
        workflowExecutionRetentionPeriodInDays="7",
        tags=[{"key": "k", "value": "v"}],
    )
    timeouts = {
        "defaultTaskStartToCloseTimeout": "60",
        "defaultTaskList": {"name": "list"},
    }
    ours.register_workflow_type(
        **DOMAIN,
        **ORDER,
        **timeouts,
        defaultExecutionStartToCloseTimeout="3600",
        defaultChildPolicy="TERMINATE",
    )
    ours.register_activity_type(
        **DOMAIN,
        **PACK,
        **timeouts,
        defaultTaskScheduleToStartTimeout="NONE",
        defaultTaskScheduleToCloseTimeout="NONE",
        defaultTaskHeartbeatTimeout="NONE",
    )
    started = ours.start_workflow_execution(
        **DOMAIN, workflowId="w", workflowType=ORDER, input="in", tagList=["a", "b"]
    )
    first = ours.poll_for_decision_task(**DOMAIN, taskList={"name": "list"}, identity="me")
    decisions = [
        {
            "decisionType": "ScheduleActivityTask",
            "scheduleActivityTaskDecisionAttributes": {"activityType": PACK, "activityId": "p"},
        },
        {
            "decisionType": "StartTimer",
            "startTimerDecisionAttributes": {"timerId": "t", "startToFireTimeout": "100"},
        },
        {
            "decisionType": "RecordMarker",
            "recordMarkerDecisionAttributes": {"markerName": "m", "details": "é"},
        },
    ]
    ours.respond_decision_task_completed(
        taskToken=first["taskToken"], decisions=decisions, executionContext="here"
    )
    task = ours.poll_for_activity_task(**DOMAIN, taskList={"name": "list"})
    ours.record_activity_task_heartbeat(taskToken=task["taskToken"], details="half")
    ours.respond_activity_task_completed(taskToken=task["taskToken"], result="done")
    ours.signal_workflow_execution(**DOMAIN, workflowId="w", signalName="s", input="x")
    return {"workflowId": "w", "runId": started["runId"]}


def reads(execution):
    since = {"startTimeFilter": {"oldestDate": LONG_AGO}}
    status = {"registrationStatus": "REGISTERED"}
    arn = "arn:aws:swf:us-east-1:123456789012:/domain/d"
    return {
        "count_closed_workflow_executions": {**DOMAIN, **since},
        "count_open_workflow_executions": {**DOMAIN, **since},
        "count_pending_activity_tasks": {**DOMAIN, "taskList": {"name": "list"}},
        "count_pending_decision_tasks": {**DOMAIN, "taskList": {"name": "list"}},
        "describe_activity_type": {**DOMAIN, "activityType": PACK},
        "describe_domain": {"name": "d"},
        "describe_workflow_execution": {**DOMAIN, "execution": execution},
        "describe_workflow_type": {**DOMAIN, "workflowType": ORDER},
        "get_workflow_execution_history": {**DOMAIN, "execution": execution},
        "list_activity_types": {**DOMAIN, **status},
        "list_closed_workflow_executions": {**DOMAIN, **since},
        "list_domains": status,
        "list_open_workflow_executions": {**DOMAIN, **since},
        "list_tags_for_resource": {"resourceArn": arn},
        "list_workflow_types": {**DOMAIN, **status},
    }


def answered(client, method, parameters):
    answer = getattr(client, method)(**parameters)
    metadata = answer.pop("ResponseMetadata")
    assert metadata["HTTPStatusCode"] == 200
    assert metadata["RequestId"]
    assert metadata["RetryAttempts"] == 0
    return answer


@pytest.mark.parametrize("method", sorted(reads(None)))
def test_answers_are_those_of_boto3(ours, real, execution, method):
    parameters = reads(execution)[method]
    assert answered(ours, method, parameters) == answered(real, method, parameters)


def test_times_are_aware(ours, execution):
    event = ours.get_workflow_execution_history(**DOMAIN, execution=execution)["events"][0]
    assert event["eventTimestamp"] == dt.datetime.fromtimestamp(1_700_000_000.123, dt.UTC)
    assert event["eventTimestamp"].tzinfo is not None


def test_a_decision_task_is_that_of_boto3(ours, real, execution):
    polled = ours.poll_for_decision_task(**DOMAIN, taskList={"name": "list"}, maximumPageSize=3)
    page = {
        **DOMAIN,
        "taskList": {"name": "list"},
        "maximumPageSize": 3,
        "nextPageToken": polled["nextPageToken"],
    }
    assert answered(ours, "poll_for_decision_task", page) == answered(
        real, "poll_for_decision_task", page
    )
    assert polled["workflowType"] == ORDER
    ours.respond_decision_task_completed(taskToken=polled["taskToken"])


@pytest.mark.usefixtures("execution")
@pytest.mark.parametrize("kind", ["activity", "decision"])
def test_an_empty_poll_is_that_of_boto3(service, real, kind):
    method, parameters = f"poll_for_{kind}_task", {**DOMAIN, "taskList": {"name": "nothing"}}
    impatient = BotoClient(EmbeddedClient(service))
    impatient.swf_client.interrupt()
    empty = answered(impatient, method, parameters)
    assert empty == answered(real, method, parameters)
    assert empty["taskToken"] == ""


def test_paginators_are_those_of_boto3(ours, real, execution):
    parameters = {**DOMAIN, "execution": execution, "PaginationConfig": {"PageSize": 2}}
    name = "get_workflow_execution_history"
    pages = [
        [page["events"] for page in client.get_paginator(name).paginate(**parameters)]
        for client in (ours, real)
    ]
    assert pages[0] == pages[1]
    assert len(pages[0]) > 3
    assert ours.can_paginate(name)
    assert not ours.can_paginate("describe_domain")
    with pytest.raises(ValueError, match="describe_domain has no pages"):
        ours.get_paginator("describe_domain")


REFUSED = [
    ("register_domain", {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"}),
    ("describe_domain", {"name": "nobody"}),
    ("describe_domain", {"name": "x" * 300}),
    ("list_domains", {"registrationStatus": "SOMETIMES"}),
    ("start_workflow_execution", {**DOMAIN, "workflowId": "w", "workflowType": ORDER}),
    ("start_workflow_execution", {**DOMAIN, "workflowId": "v", "workflowType": PACK}),
    ("delete_workflow_type", {**DOMAIN, "workflowType": ORDER}),
    ("respond_activity_task_completed", {"taskToken": "t" * 20}),
    ("respond_activity_task_completed", {"taskToken": "t", "result": "x" * 32_769}),
    ("describe_domain", {}),
    ("describe_domain", {"name": 5}),
    ("describe_domain", {"name": "", "what": 1}),
    ("list_domains", {"registrationStatus": "REGISTERED", "maximumPageSize": -1}),
    ("list_domains", {"registrationStatus": "REGISTERED", "maximumPageSize": 2**70}),
    ("start_workflow_execution", {**DOMAIN, "workflowId": "\ud800", "workflowType": ORDER}),
]


@pytest.mark.usefixtures("execution")
@pytest.mark.parametrize(("method", "parameters"), REFUSED)
def test_refusals_are_those_of_boto3(ours, real, method, parameters):
    refusals = []
    for client in (ours, real):
        with pytest.raises((ClientError, ParamValidationError)) as caught:
            getattr(client, method)(**parameters)
        error = caught.value
        assert isinstance(error, client.exceptions.ClientError | ParamValidationError)
        response = dict(getattr(error, "response", {}))
        status = response.pop("ResponseMetadata", {}).get("HTTPStatusCode")
        refusals.append((type(error).__name__, str(error), response, status))
    assert refusals[0] == refusals[1]


def test_exceptions_are_found_by_name_and_code(ours, real):
    names = [name for name in dir(real.exceptions) if name.endswith("Fault")]
    assert len(names) == 11
    for name in names:
        assert issubclass(getattr(ours.exceptions, name), ClientError)
        assert ours.exceptions.from_code(name) is getattr(ours.exceptions, name)
    assert ours.exceptions.from_code("ValidationException") is ClientError
    with pytest.raises(AttributeError, match="has no attribute NoSuchFault"):
        _ = ours.exceptions.NoSuchFault
    with pytest.raises(ours.exceptions.UnknownResourceFault, match="Unknown domain: nobody"):
        ours.describe_domain(name="nobody")


def test_the_client_describes_itself_as_boto3_does(ours, real):
    assert ours.meta.region_name == real.meta.region_name
    assert dict(ours.meta.method_to_api_mapping) == dict(real.meta.method_to_api_mapping)
    assert ours.meta.service_model.service_name == real.meta.service_model.service_name
    assert ours.waiter_names == real.waiter_names
    methods = set(ours.meta.method_to_api_mapping)
    assert {
        m for m in methods if callable(getattr(ours, m)) and getattr(ours, m).__doc__
    } == methods
    with pytest.raises(TypeError, match=r"list_domains\(\) only accepts keyword arguments"):
        ours.list_domains("REGISTERED")


def test_it_can_be_given_as_layer1(ours):
    assert as_client(ours) is ours.swf_client


def test_what_fails_inside_is_an_internal_failure():
    class Broken:
        def call(self, request):
            raise DatabaseError("the disk is full")

        def interrupt(self):
            pass

        def close(self):
            pass

    with pytest.raises(ClientError, match="the disk is full") as caught:
        BotoClient(Broken()).describe_domain(name="d")
    assert caught.value.response["Error"]["Code"] == "InternalFailure"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_without_botocore_the_exceptions_are_alike(monkeypatch, service):
    monkeypatch.setitem(sys.modules, "botocore.exceptions", None)
    client = BotoClient(EmbeddedClient(service))
    with pytest.raises(client.exceptions.UnknownResourceFault) as caught:
        client.describe_domain(name="nobody")
    assert isinstance(caught.value, errors.ClientError)
    assert str(caught.value) == (
        "An error occurred (UnknownResourceFault) when calling the DescribeDomain operation: "
        "Unknown domain: nobody"
    )
    assert caught.value.operation_name == "DescribeDomain"
    with pytest.raises(errors.ParamValidationError, match=r'Missing required parameter .* "name"'):
        client.describe_domain()
