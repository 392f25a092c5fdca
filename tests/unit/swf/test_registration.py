"""What is registered, and what a difference looks like."""

import pytest

from flowy.errors import RegistrationError, ServiceUnavailable
from flowy.protocol.faults import (
    DomainAlreadyExistsFault,
    OperationNotPermittedFault,
    ThrottlingException,
    TypeAlreadyExistsFault,
    UnknownResourceFault,
)
from flowy.protocol.ids import TaskList
from flowy.protocol.registration import (
    ActivityTypeConfiguration,
    ActivityTypeDetail,
    ActivityTypeInfo,
    WorkflowTypeConfiguration,
    WorkflowTypeDetail,
    WorkflowTypeInfo,
)
from flowy.protocol.requests.activity_types import DescribeActivityType, RegisterActivityType
from flowy.protocol.requests.domains import RegisterDomain
from flowy.protocol.requests.workflow_types import DescribeWorkflowType, RegisterWorkflowType
from flowy.swf import registration
from flowy.swf.registration import register
from flowy.task import Activity, Workflow
from tests.unit.worker.fakes import TYPE, FakeClient, activities, source, workflows

ACTIVITY_DEFAULTS = {
    "default_task_list": TaskList(name="images"),
    "default_task_heartbeat_timeout": "NONE",
    "default_task_schedule_to_close_timeout": "420",
    "default_task_schedule_to_start_timeout": "120",
    "default_task_start_to_close_timeout": "300",
}

WORKFLOW_DEFAULTS = {
    "default_task_list": TaskList(name="images"),
    "default_task_start_to_close_timeout": "60",
    "default_execution_start_to_close_timeout": "3600",
    "default_child_policy": "TERMINATE",
}


@pytest.fixture
def client():
    client = FakeClient()
    client.always(RegisterDomain, DomainAlreadyExistsFault("photos"))
    return client


def activity_detail(status="REGISTERED", **changes):
    return ActivityTypeDetail(
        type_info=ActivityTypeInfo(activity_type=TYPE, status=status, creation_date=0.0),
        configuration=ActivityTypeConfiguration(**{**ACTIVITY_DEFAULTS, **changes}),
    )


def workflow_detail(status="REGISTERED", **changes):
    return WorkflowTypeDetail(
        type_info=WorkflowTypeInfo(workflow_type=TYPE, status=status, creation_date=0.0),
        configuration=WorkflowTypeConfiguration(**{**WORKFLOW_DEFAULTS, **changes}),
    )


def differences(client, registry):
    with pytest.raises(RegistrationError) as caught:
        register(source(client), registry)
    return caught.value.differences


def test_an_activity_is_registered_with_all_defaults(client):
    register(source(client), activities(Activity))
    assert client.of(RegisterActivityType) == [
        RegisterActivityType(domain="photos", name="resize", version="1", **ACTIVITY_DEFAULTS)
    ]


def test_a_heartbeat_that_was_asked_for_is_registered(client):
    register(source(client), activities(Activity, heartbeat=30))
    assert client.of(RegisterActivityType)[0].default_task_heartbeat_timeout == "30"


def test_a_workflow_is_registered_with_all_defaults(client):
    register(source(client), workflows(Workflow))
    assert client.of(RegisterWorkflowType) == [
        RegisterWorkflowType(domain="photos", name="resize", version="1", **WORKFLOW_DEFAULTS)
    ]


@pytest.mark.parametrize("answer", [None, OperationNotPermittedFault("no")])
def test_a_domain_is_made_when_that_is_permitted(client, answer):
    client.always(RegisterDomain, answer)
    register(source(client), [])
    (request,) = client.sent
    assert (request.name, request.workflow_execution_retention_period_in_days) == ("photos", "30")


@pytest.mark.parametrize("heartbeat", ["NONE", None])
def test_what_is_registered_the_same_is_fine(client, heartbeat):
    client.always(RegisterActivityType, TypeAlreadyExistsFault("resize"))
    detail = activity_detail(default_task_heartbeat_timeout=heartbeat)
    client.always(DescribeActivityType, detail)
    register(source(client), activities(Activity))
    assert len(client.of(DescribeActivityType)) == 1


def test_without_the_right_to_register_a_type_that_is_there_is_fine(client):
    client.always(RegisterActivityType, OperationNotPermittedFault("not you"))
    client.always(DescribeActivityType, activity_detail())
    register(source(client), activities(Activity))
    assert len(client.of(DescribeActivityType)) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"default_task_list": TaskList(name="other")}, "task_list: ours images, theirs other"),
        ({"default_task_heartbeat_timeout": "9"}, "heartbeat: ours NONE, theirs 9"),
        ({"default_task_start_to_close_timeout": "9"}, "start_to_close: ours 300, theirs 9"),
        ({"default_task_schedule_to_start_timeout": "9"}, "schedule_to_start: ours 120, theirs 9"),
        ({"default_task_schedule_to_close_timeout": None}, "schedule_to_close: ours 420, theirs"),
    ],
)
def test_a_different_default_of_an_activity_is_named(client, change, said):
    client.always(RegisterActivityType, TypeAlreadyExistsFault("resize"))
    client.always(DescribeActivityType, activity_detail(**change))
    (line,) = differences(client, activities(Activity))
    assert line.startswith("activity resize 1 in domain photos: ")
    assert said in line


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"default_task_list": TaskList(name="other")}, "task_list: ours images, theirs other"),
        ({"default_task_start_to_close_timeout": "9"}, "decision_duration: ours 60, theirs 9"),
        ({"default_execution_start_to_close_timeout": "9"}, "workflow_duration: ours 3600"),
    ],
)
def test_a_different_default_of_a_workflow_is_named(client, change, said):
    client.always(RegisterWorkflowType, TypeAlreadyExistsFault("resize"))
    client.always(DescribeWorkflowType, workflow_detail(**change))
    (line,) = differences(client, workflows(Workflow))
    assert line.startswith("workflow resize 1 in domain photos: ")
    assert said in line


def test_the_child_policy_is_not_compared(client):
    client.always(RegisterWorkflowType, TypeAlreadyExistsFault("resize"))
    client.always(DescribeWorkflowType, workflow_detail(default_child_policy="ABANDON"))
    register(source(client), workflows(Workflow))
    assert len(client.of(DescribeWorkflowType)) == 1


def test_all_differences_of_all_types_are_told_at_once(client):
    client.always(RegisterActivityType, TypeAlreadyExistsFault("resize"))
    client.always(RegisterWorkflowType, TypeAlreadyExistsFault("resize"))
    client.always(
        DescribeActivityType,
        activity_detail(
            default_task_start_to_close_timeout="9", default_task_heartbeat_timeout="9"
        ),
    )
    client.always(DescribeWorkflowType, workflow_detail(default_task_start_to_close_timeout="9"))
    assert len(differences(client, [*activities(Activity), *workflows(Workflow)])) == 3


def test_a_deprecated_type_is_told(client):
    client.always(RegisterActivityType, TypeAlreadyExistsFault("resize"))
    client.always(DescribeActivityType, activity_detail(status="DEPRECATED"))
    (line,) = differences(client, activities(Activity))
    assert "deprecated" in line


def test_a_type_that_can_neither_be_registered_nor_seen_says_why(client):
    client.always(RegisterActivityType, UnknownResourceFault("Unknown domain: photos"))
    client.always(DescribeActivityType, UnknownResourceFault("Unknown domain: photos"))
    (line,) = differences(client, activities(Activity))
    assert line.count("Unknown domain: photos") == 2


def test_a_service_that_is_away_or_slow_at_start_is_waited_for(client):
    client.answer(RegisterDomain, ServiceUnavailable("down"), ServiceUnavailable("down"), None)
    client.answer(RegisterActivityType, ThrottlingException("slow"), None)
    place = source(client)
    register(place, activities(Activity))
    assert len(client.sent) == 5
    assert place.clock.pauses == pytest.approx([0.5, 1.0, 0.5])


def test_a_service_that_stays_away_is_an_error_in_the_end(client):
    client.always(RegisterDomain, ServiceUnavailable("down"))
    with pytest.raises(ServiceUnavailable):
        register(source(client), activities(Activity))


def test_looking_for_differences_registers_nothing(client):
    client.always(DescribeActivityType, activity_detail(default_task_start_to_close_timeout="9"))
    client.always(DescribeWorkflowType, UnknownResourceFault("Unknown type"))
    found = registration.differences(source(client), [*activities(Activity), *workflows(Workflow)])
    assert ["start_to_close: ours 300, theirs 9" in found[0], "not registered yet" in found[1]] == [
        True,
        True,
    ]
    assert [type(request) for request in client.sent] == [
        DescribeActivityType,
        DescribeWorkflowType,
    ]
