"""How long closed executions are kept."""

import pytest

from tests.contract.service.swf import (
    DECISIONS,
    WORKFLOW,
    WORKFLOW_DEFAULTS,
    Json,
    Swf,
    complete,
    refused,
)

DAY = 86_400


def _closed(swf: Swf, period: str) -> Json:
    client, domain = swf.client, swf.domain
    client.register_domain(name=domain, workflowExecutionRetentionPeriodInDays=period)
    client.register_workflow_type(domain=domain, **WORKFLOW, **WORKFLOW_DEFAULTS)
    execution = swf.start()
    swf.decide(complete())
    return execution


def _is_kept(swf: Swf, execution: Json) -> bool:
    found = swf.client.list_closed_workflow_executions(
        domain=swf.domain, startTimeFilter={"oldestDate": 0}
    )
    listed = [info["execution"] for info in found["executionInfos"]]
    if listed:
        assert swf.describe(execution)["executionInfo"]["executionStatus"] == "CLOSED"
        assert swf.names(execution)[-1] == "WorkflowExecutionCompleted"
        return True
    with refused("UnknownResourceFault"):
        swf.describe(execution)
    with refused("UnknownResourceFault"):
        swf.events(execution)
    return False


def test_a_closed_execution_is_kept_for_the_domains_period(unregistered: Swf):
    execution = _closed(unregistered, "3")
    unregistered.advance(3 * DAY - 60)
    assert _is_kept(unregistered, execution)
    unregistered.advance(120)
    assert not _is_kept(unregistered, execution)


@pytest.mark.parametrize("period", ["0", "NONE"])
def test_without_a_period_nothing_is_kept(unregistered: Swf, period: str):
    execution = _closed(unregistered, period)
    unregistered.advance(60)
    assert not _is_kept(unregistered, execution)


def test_an_open_execution_is_kept(unregistered: Swf):
    _closed(unregistered, "1")
    execution = unregistered.start("long", executionStartToCloseTimeout="31536000")
    unregistered.advance(30 * DAY)
    assert unregistered.describe(execution)["executionInfo"]["executionStatus"] == "OPEN"


def test_an_id_is_used_again_whether_the_old_run_is_kept_or_not(unregistered: Swf):
    _closed(unregistered, "1")
    unregistered.start()
    unregistered.decide(complete(), task_list=DECISIONS["name"])
    unregistered.advance(2 * DAY)
    unregistered.start()
