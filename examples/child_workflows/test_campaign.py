"""Runs the example."""

import pytest

from examples.child_workflows import campaign
from flowy.errors import TaskCanceled
from flowy.protocol.events.workflow import WorkflowExecutionCanceled
from flowy.protocol.executions import ExecutionTimeFilter
from flowy.protocol.requests.visibility import ListClosedWorkflowExecutions
from flowy.testing import Environment

ANN, BEN = "ann@example.org", "ben@example.org"


@pytest.fixture
def environment():
    with Environment(campaign) as made:
        yield made


def test_every_customer_gets_three_letters_and_failures_are_reported(environment, capsys):
    assert environment.run(campaign.Campaign, [ANN, "nobody", BEN]) == {
        "letters": 6,
        "failed": {"nobody": "'nobody' is no address"},
    }
    assert capsys.readouterr().out.count("letter 3") == 2


def test_who_unsubscribes_gets_no_more(environment, capsys):
    execution = environment.start(campaign.Campaign, [ANN, BEN])
    environment.advance(8 * campaign.DAY)
    environment.signal(execution, "unsubscribe", ANN)
    environment.signal(execution, "unsubscribe", "a stranger")
    assert environment.result(execution) == {"letters": 5, "failed": {}}
    assert f"to {ANN}: letter 3" not in capsys.readouterr().out


def test_a_cancelled_campaign_cancels_its_children(environment):
    execution = environment.start(campaign.Campaign, [ANN, BEN])
    environment.advance(campaign.DAY)
    environment.cancel(execution)
    with pytest.raises(TaskCanceled):
        environment.result(execution)
    environment.advance(1)
    since = ExecutionTimeFilter(oldest_date=0.0)
    closed = environment.client.call(
        ListClosedWorkflowExecutions(domain=environment.domain, start_time_filter=since)
    ).execution_infos
    assert [one.close_status for one in closed] == ["CANCELED"] * 3
    assert isinstance(environment.history(execution)[-1], WorkflowExecutionCanceled)


def test_children_may_come_one_after_the_other(environment):
    before = environment.now()
    environment.run(campaign.Campaign, [ANN, BEN], at_once=1)
    assert environment.now() - before == pytest.approx(2 * 3 * 7 * campaign.DAY, abs=2)
