"""What a start sends, and what the blocks around it change."""

import contextvars

import pytest

from flowy.errors import DefinitionError, PayloadError, ServiceUnavailable
from flowy.protocol.faults import WorkflowExecutionAlreadyStartedFault
from flowy.protocol.requests.executions import StartWorkflowExecution
from flowy.swf.starter import WorkflowStarter
from tests.unit.worker.fakes import FakeClient


@pytest.fixture
def client():
    return FakeClient()


@pytest.fixture
def start(client):
    return WorkflowStarter("categorize", 1, client, "photos")


def test_a_start_gives_the_run_id_and_sends_only_what_was_said(client, start):
    assert start("cat.jpg", size=10) == "run-1"
    (request,) = client.sent
    assert request == StartWorkflowExecution(
        domain="photos",
        workflow_id=request.workflow_id,
        workflow_type=request.workflow_type,
        input='[["cat.jpg"],{"size":10}]',
    )
    assert str(request.workflow_type) == "categorize 1"


def test_each_start_has_an_id_of_its_own(client, start):
    start()
    start()
    first, second = client.sent
    assert len(first.workflow_id) == 36
    assert first.workflow_id != second.workflow_id


def test_settings_are_sent_and_what_is_not_positive_is_the_default(client):
    WorkflowStarter("c", 1, client, "photos", "fast", 5, 0)()
    (request,) = client.sent
    assert request.task_list.name == "fast"
    assert request.task_start_to_close_timeout == "5"
    assert request.execution_start_to_close_timeout is None


def test_priority_child_policy_and_role_are_sent(client):
    start = WorkflowStarter(
        "categorize",
        1,
        client,
        "photos",
        task_priority=-5,
        child_policy="ABANDON",
        lambda_role="role",
    )
    start()
    (request,) = client.sent
    assert request.task_priority == "-5"
    assert request.child_policy == "ABANDON"
    assert request.lambda_role == "role"
    with pytest.raises(DefinitionError, match="child_policy is one of"):
        WorkflowStarter("categorize", 1, client, "photos", child_policy="KILL")


@pytest.mark.parametrize(
    "error", [WorkflowExecutionAlreadyStartedFault("open"), ServiceUnavailable("down")]
)
def test_an_error_of_the_service_gives_none_and_is_logged_with_ids(client, start, error, caplog):
    client.answer(StartWorkflowExecution, error)
    with start.id("cat"):
        assert start() is None
    assert "categorize 1" in caplog.text
    assert "cat in domain photos" in caplog.text
    assert type(error).__name__ in caplog.text


def test_an_argument_that_cannot_travel_is_an_error_that_names_it(start, client):
    with pytest.raises(PayloadError, match="argument 2 of categorize 1"):
        start(1, object())
    assert client.sent == []


def test_ids_nest_and_come_back_also_after_an_error(client, start):
    with start.id("outer"):
        with pytest.raises(PayloadError), start.id("inner"):
            start(object())
        with start.id("inner"):
            start()
        start()
    start()
    ids = [request.workflow_id for request in client.sent]
    assert ids[:2] == ["inner", "outer"]
    assert ids[2] not in ids[:2]


def test_tags_unite_collapse_are_sorted_and_come_back(client, start):
    with start.tags("b", "a"):
        with start.tags("c", "a", 5):
            start()
        with pytest.raises(KeyError), start.tags("z"):
            raise KeyError
        start()
    start()
    assert [request.tag_list for request in client.sent] == [("5", "a", "b", "c"), ("a", "b"), None]


def test_more_than_five_tags_fail_on_entry(client, start):
    with start.tags(*"abcde"):
        with pytest.raises(ValueError, match="5 tags, not 6"), start.tags("f"):
            pytest.fail("the block was entered")
        start()
    assert client.sent[0].tag_list == tuple("abcde")


def test_ids_and_tags_go_together(client, start):
    with start.id("x"), start.tags("t"):
        start()
    assert (client.sent[0].workflow_id, client.sent[0].tag_list) == ("x", ("t",))


def test_blocks_are_not_seen_by_other_starters_and_other_contexts(client, start):
    other = WorkflowStarter("other", 1, client, "photos")
    with start.id("x"):
        other()
        contextvars.Context().run(start)
        start()
    assert [request.workflow_id == "x" for request in client.sent] == [False, False, True]


def test_the_transport_can_be_overridden(client):
    class Plain(WorkflowStarter):
        def _serialize_arguments(self, *args, **kwargs):
            return "plain"

    Plain("c", 1, client, "photos")()
    assert client.sent[0].input == "plain"


@pytest.mark.parametrize("name", ["", "a:b", "a/b", "x" * 257])
def test_a_name_that_swf_does_not_take_is_refused(client, name):
    with pytest.raises(DefinitionError):
        WorkflowStarter(name, 1, client, "photos")


@pytest.mark.parametrize("unfit", ["a:b", "a/b", "x" * 257, "arn", "", None])
def test_a_workflow_id_that_swf_does_not_take_is_refused_before_anything_is_sent(
    client, start, unfit
):
    with pytest.raises(DefinitionError, match="workflow id"), start.id(unfit):
        start()
    assert client.sent == []


def test_a_tag_that_swf_does_not_take_is_refused_before_anything_is_sent(client, start):
    with pytest.raises(DefinitionError, match="a tag has at most 256"), start.tags("x" * 257):
        start()
    assert client.sent == []


@pytest.mark.parametrize(
    "unfit", [{"domain": "a:b"}, {"domain": ""}, {"domain": None}, {"task_list": "a/b"}]
)
def test_a_starter_of_a_name_that_swf_does_not_take_is_not_made(client, unfit):
    ((what, _),) = unfit.items()
    with pytest.raises(DefinitionError, match=what.replace("_", " ")):
        WorkflowStarter("categorize", 1, client, **{"domain": "photos", **unfit})
