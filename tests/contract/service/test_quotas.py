"""How much of everything there may be."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.contract.service.swf import Json, Swf, child, decision, marker, refused, schedule, timer

Limited = Callable[..., Swf]
ROLE = "arn:aws:iam::123456789012:role/lambda"


def _cause(swf: Swf, kind: str, *decisions: Json, **settings: str) -> str:
    execution = swf.start(**settings)
    swf.decide(*decisions)
    return str(swf.last(execution, kind)["cause"])


def test_domains_are_limited(limited: Limited):
    swf = limited(domains=2)
    register = swf.client.register_domain
    register(name="second", workflowExecutionRetentionPeriodInDays="1")
    swf.client.deprecate_domain(name="second")
    with refused("LimitExceededFault"):
        register(name="third", workflowExecutionRetentionPeriodInDays="1")


@pytest.mark.parametrize("kind", ["activity", "workflow"])
def test_types_are_limited(limited: Limited, kind: str):
    swf = limited(types=3)
    register = getattr(swf.client, f"register_{kind}_type")
    register(domain=swf.domain, name="Third", version="1")
    with refused("LimitExceededFault"):
        register(domain=swf.domain, name="Fourth", version="1")


def test_open_executions_are_limited(limited: Limited):
    swf = limited(open_executions=2)
    swf.start("one")
    swf.start("two")
    with refused("LimitExceededFault"):
        swf.start("three")
    swf.client.terminate_workflow_execution(domain=swf.domain, workflowId="one")
    swf.start("three")


def test_open_executions_limit_children(limited: Limited):
    swf = limited(open_executions=2)
    cause = _cause(swf, "StartChildWorkflowExecutionFailed", child("one"), child("two"))
    assert cause == "OPEN_WORKFLOWS_LIMIT_EXCEEDED"


def test_open_children_are_limited(limited: Limited):
    swf = limited(open_children=2)
    cause = _cause(
        swf, "StartChildWorkflowExecutionFailed", child("one"), child("two"), child("three")
    )
    assert cause == "OPEN_CHILDREN_LIMIT_EXCEEDED"


def test_open_activities_are_limited(limited: Limited):
    swf = limited(open_activities=2)
    cause = _cause(
        swf, "ScheduleActivityTaskFailed", schedule("one"), schedule("two"), schedule("three")
    )
    assert cause == "OPEN_ACTIVITIES_LIMIT_EXCEEDED"
    assert swf.waiting_activities() == 2


def test_open_timers_are_limited(limited: Limited):
    swf = limited(open_timers=2)
    cause = _cause(swf, "StartTimerFailed", timer("one"), timer("two"), timer("three"))
    assert cause == "OPEN_TIMERS_LIMIT_EXCEEDED"


def test_open_functions_are_limited(limited: Limited):
    swf = limited(open_lambda_functions=2, with_functions=True)
    calls = (decision("ScheduleLambdaFunction", id=each, name="upper") for each in "abc")
    cause = _cause(swf, "ScheduleLambdaFunctionFailed", *calls, lambdaRole=ROLE)
    assert cause == "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED"


def test_a_history_that_grows_too_long_is_terminated(limited: Limited):
    swf = limited(events=20)
    execution = swf.start()
    swf.decide(*(marker() for _ in range(20)))
    found = swf.last(execution, "WorkflowExecutionTerminated")
    assert found["cause"] == "EVENT_LIMIT_EXCEEDED"
    assert swf.names(execution)[-1] == "WorkflowExecutionTerminated"


def test_signals_alone_make_a_history_too_long(limited: Limited):
    swf = limited(events=20)
    execution = swf.start()
    signal = swf.client.signal_workflow_execution
    for _ in range(17):
        signal(domain=swf.domain, workflowId="order", signalName="go")
    with refused("UnknownResourceFault"):
        signal(domain=swf.domain, workflowId="order", signalName="go")
    events = swf.events(execution)
    assert len(events) == 20
    assert events[-1]["eventType"] == "WorkflowExecutionTerminated"


def test_pollers_of_a_list_are_limited(limited: Limited):
    swf = limited(pollers=2)

    def poll(_: int) -> str:
        try:
            swf.client.poll_for_decision_task(domain=swf.domain, taskList={"name": "never"})
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "waited"

    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(poll, range(6)))
    assert found.count("waited") == 2
    assert found.count("LimitExceededFault") == 4


def test_a_page_is_limited(limited: Limited):
    swf = limited(page=3)
    execution = swf.start()
    swf.decide(marker(), marker())
    page = swf.client.get_workflow_execution_history(domain=swf.domain, execution=execution)
    assert len(page["events"]) == 3
    assert len(swf.events(execution)) == 6


def test_a_duration_is_limited(limited: Limited):
    swf = limited(duration=4_000)
    with refused("ValidationException"):
        swf.start(executionStartToCloseTimeout="4001")
    swf.start(executionStartToCloseTimeout="4000")
