"""A history tells of open activities what the service tells, but for heartbeats."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.cli.open_activities import from_history
from flowy.clock import ManualClock
from flowy.errors import Fault
from flowy.protocol import decisions as d
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import TerminateWorkflowExecution
from flowy.protocol.requests.extensions import DescribeOpenActivityTasks
from flowy.service.server import Service
from tests.integration.service.driving import DOMAIN, Driver, schedule

ANSWERS = [RespondActivityTaskCanceled, RespondActivityTaskCompleted, RespondActivityTaskFailed]
STEPS = st.one_of(
    st.tuples(st.just("schedule"), st.sampled_from("abc")),
    st.tuples(st.just("cancel"), st.sampled_from("abc")),
    st.tuples(st.just("poll"), st.none()),
    st.tuples(st.just("answer"), st.sampled_from(ANSWERS)),
    st.tuples(st.just("wait"), st.integers(1, 40)),
)


def cancel(activity_id):
    attributes = d.RequestCancelActivityTaskAttributes(activity_id=activity_id)
    return d.RequestCancelActivityTask(attributes=attributes)


def refused(service, request):
    with contextlib.suppress(Fault):
        service.call(request)


def decide(service, driver, decision):
    task = driver.poll_decision()
    if task.task_token:
        answer = RespondDecisionTaskCompleted(task_token=task.task_token, decisions=(decision,))
        refused(service, answer)


@settings(max_examples=40)
@given(st.lists(STEPS, max_size=25), st.booleans())
def test_a_history_tells_the_same_as_the_service_but_for_heartbeats(steps, closes):
    clock = ManualClock()
    service = Service(clock=clock)
    driver = Driver(service).register()
    execution = driver.start(execution_start_to_close_timeout="80")
    tokens = []
    for step, argument in steps:
        if step in ("schedule", "cancel"):
            limits = {"start_to_close_timeout": "30", "schedule_to_start_timeout": "20"}
            ask = schedule(argument, **limits) if step == "schedule" else cancel(argument)
            decide(service, driver, ask)
        elif step == "poll":
            tokens += filter(None, [driver.poll_activity(identity="me").task_token])
        elif step == "answer" and tokens:
            refused(service, argument(task_token=tokens.pop()))
        elif step == "wait":
            clock.advance(argument)
            service.run_due()
    if closes:
        refused(service, TerminateWorkflowExecution(domain=DOMAIN, workflow_id="soup"))
    events = driver.history(execution)
    told = service.call(DescribeOpenActivityTasks(domain=DOMAIN, execution=execution))
    service.close()
    assert tuple(from_history(events)) == told.activity_tasks
