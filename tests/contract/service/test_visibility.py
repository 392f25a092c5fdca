"""Lists and counts of executions: filters, order, pages, and what they refuse."""

import pytest

from tests.contract.service.swf import Json, Swf, complete, decision, refused

SINCE_EVER = {"oldestDate": 0}


def _open(swf: Swf, **more: object) -> list[str]:
    asked = {"domain": swf.domain, "startTimeFilter": SINCE_EVER} | more
    found = swf.client.list_open_workflow_executions(**asked)
    filters = {name: value for name, value in asked.items() if name != "reverseOrder"}
    counted = swf.client.count_open_workflow_executions(**filters)
    assert counted == {
        "count": len(found["executionInfos"]),
        "truncated": False,
        "ResponseMetadata": counted["ResponseMetadata"],
    }
    return _ids(found)


def _closed(swf: Swf, by: str = "startTimeFilter", **more: object) -> list[str]:
    asked = {"domain": swf.domain, by: SINCE_EVER} | more
    found = swf.client.list_closed_workflow_executions(**asked)
    filters = {name: value for name, value in asked.items() if name != "reverseOrder"}
    assert swf.client.count_closed_workflow_executions(**filters)["count"] == len(_ids(found))
    return _ids(found)


def _ids(found: Json) -> list[str]:
    return [info["execution"]["workflowId"] for info in found["executionInfos"]]


def _started(swf: Swf, *workflow_ids: str, **settings: object) -> list[Json]:
    executions = []
    for workflow_id in workflow_ids:
        executions.append(swf.start(workflow_id, **settings))
        swf.advance(10)
    return executions


def _terminate(swf: Swf, *workflow_ids: str) -> None:
    for workflow_id in workflow_ids:
        swf.client.terminate_workflow_execution(domain=swf.domain, workflowId=workflow_id)
        swf.advance(10)


def test_open_executions_are_listed(swf: Swf):
    _started(swf, "a", "b")
    found = swf.client.list_open_workflow_executions(domain=swf.domain, startTimeFilter=SINCE_EVER)
    assert sorted(_ids(found)) == ["a", "b"]
    info = found["executionInfos"][0]
    assert (info["executionStatus"], info["cancelRequested"]) == ("OPEN", False)


def test_closed_executions_are_listed(swf: Swf):
    _started(swf, "a")
    _terminate(swf, "a")
    found = swf.client.list_closed_workflow_executions(
        domain=swf.domain, startTimeFilter=SINCE_EVER
    )
    (info,) = found["executionInfos"]
    assert (info["executionStatus"], info["closeStatus"]) == ("CLOSED", "TERMINATED")
    assert info["closeTimestamp"] > info["startTimestamp"]


def test_open_executions_come_newest_first(swf: Swf):
    _started(swf, "a", "b", "c")
    assert _open(swf) == ["c", "b", "a"]
    assert _open(swf, reverseOrder=True) == ["a", "b", "c"]


def test_closed_executions_come_newest_first_by_what_is_filtered(swf: Swf):
    _started(swf, "a", "b", "c")
    _terminate(swf, "b", "c", "a")
    assert _closed(swf) == ["c", "b", "a"]
    assert _closed(swf, "closeTimeFilter") == ["a", "c", "b"]
    assert _closed(swf, "closeTimeFilter", reverseOrder=True) == ["b", "c", "a"]
    assert _open(swf) == []


def test_executions_are_found_by_id(swf: Swf):
    _started(swf, "a", "b", "ab")
    assert _open(swf, executionFilter={"workflowId": "a"}) == ["a"]
    _terminate(swf, "a", "ab")
    _started(swf, "a")
    _terminate(swf, "a")
    assert _closed(swf, executionFilter={"workflowId": "a"}) == ["a", "a"]


def test_executions_are_found_by_type(swf: Swf):
    swf.client.register_workflow_type(domain=swf.domain, name="Order", version="2")
    settings = {
        "taskList": {"name": "decisions"},
        "taskStartToCloseTimeout": "60",
        "executionStartToCloseTimeout": "3600",
        "childPolicy": "ABANDON",
    }
    _started(swf, "one")
    _started(swf, "two", workflowType={"name": "Order", "version": "2"}, **settings)
    _started(swf, "other", workflowType={"name": "Bare", "version": "1"}, **settings)
    assert _open(swf, typeFilter={"name": "Order", "version": "1"}) == ["one"]
    assert _open(swf, typeFilter={"name": "Order"}) == ["two", "one"]
    _terminate(swf, "one", "two", "other")
    assert _closed(swf, typeFilter={"name": "Order", "version": "2"}) == ["two"]
    assert _closed(swf, typeFilter={"name": "Bare"}) == ["other"]


def test_executions_are_found_by_tag(swf: Swf):
    _started(swf, "a", tagList=["red", "blue"])
    _started(swf, "b", tagList=["blue"])
    _started(swf, "c")
    assert _open(swf, tagFilter={"tag": "red"}) == ["a"]
    assert _open(swf, tagFilter={"tag": "blue"}) == ["b", "a"]
    _terminate(swf, "a", "b", "c")
    assert _closed(swf, tagFilter={"tag": "blue"}) == ["b", "a"]
    assert _closed(swf, tagFilter={"tag": "green"}) == []


def test_closed_executions_are_found_by_how_they_closed(swf: Swf):
    endings = {
        "COMPLETED": complete(),
        "FAILED": decision("FailWorkflowExecution"),
        "CANCELED": decision("CancelWorkflowExecution"),
        "CONTINUED_AS_NEW": decision("ContinueAsNewWorkflowExecution"),
    }
    for status, ending in endings.items():
        swf.start(status, taskList={"name": status})
        swf.decide(ending, task_list=status)
    swf.start("TIMED_OUT", executionStartToCloseTimeout="5")
    swf.advance(6)
    swf.start("TERMINATED")
    _terminate(swf, "TERMINATED")
    for status in [*endings, "TIMED_OUT", "TERMINATED"]:
        assert _closed(swf, closeStatusFilter={"status": status}) == [status]


def test_executions_are_found_by_their_times(swf: Swf):
    executions = _started(swf, "a", "b", "c")
    times = [swf.describe(each)["executionInfo"]["startTimestamp"] for each in executions]
    assert _open(swf, startTimeFilter={"oldestDate": times[1]}) == ["c", "b"]
    between = {"oldestDate": times[0], "latestDate": times[1]}
    assert _open(swf, startTimeFilter=between) == ["b", "a"]
    assert _open(swf, startTimeFilter={"oldestDate": 0, "latestDate": 1}) == []
    _terminate(swf, "c", "a", "b")
    closed = swf.describe(executions[0])["executionInfo"]["closeTimestamp"]
    assert _closed(swf, "closeTimeFilter", closeTimeFilter={"oldestDate": closed}) == ["b", "a"]
    assert _closed(swf, startTimeFilter=between) == ["b", "a"]


@pytest.mark.parametrize("reverse", [False, True])
def test_lists_come_in_pages(swf: Swf, reverse: bool):
    names = ["a", "b", "c", "d", "e"]
    _started(swf, *names)
    expected = names if reverse else names[::-1]
    options = {"domain": swf.domain, "reverseOrder": reverse, "startTimeFilter": SINCE_EVER}
    for word in ("open", "closed"):
        pages = swf.client.get_paginator(f"list_{word}_workflow_executions").paginate(
            **options, PaginationConfig={"PageSize": 2}
        )
        found = [_ids(page) for page in pages]
        assert [len(page) for page in found] == [2, 2, 1]
        assert [name for page in found for name in page] == expected
        if word == "open":
            _terminate(swf, *names)


def test_executions_that_began_at_once_are_each_on_one_page(swf: Swf):
    names = {f"w{n}" for n in range(7)}
    for name in names:
        swf.start(name)
    pages = swf.client.get_paginator("list_open_workflow_executions").paginate(
        domain=swf.domain, startTimeFilter=SINCE_EVER, PaginationConfig={"PageSize": 2}
    )
    found = [name for page in pages for name in _ids(page)]
    assert len(found) == 7
    assert set(found) == names


@pytest.mark.parametrize("call", ["list_open", "count_open", "list_closed", "count_closed"])
def test_one_filter_is_taken_and_no_more(swf: Swf, call: str):
    method = getattr(swf.client, f"{call}_workflow_executions")
    with refused("ValidationException"):
        method(
            domain=swf.domain,
            startTimeFilter=SINCE_EVER,
            tagFilter={"tag": "red"},
            executionFilter={"workflowId": "a"},
        )


@pytest.mark.parametrize("call", ["list_closed", "count_closed"])
def test_closed_executions_need_one_time_filter(swf: Swf, call: str):
    method = getattr(swf.client, f"{call}_workflow_executions")
    with refused("ValidationException"):
        method(domain=swf.domain)
    with refused("ValidationException"):
        method(domain=swf.domain, startTimeFilter=SINCE_EVER, closeTimeFilter=SINCE_EVER)


@pytest.mark.parametrize("call", ["list_open", "count_open"])
def test_open_executions_need_a_time_filter(swf: Swf, call: str):
    with refused("ValidationException"):
        getattr(swf.client, f"{call}_workflow_executions")(domain=swf.domain)


@pytest.mark.parametrize("call", ["list_open", "count_open", "list_closed", "count_closed"])
def test_a_time_filter_needs_an_oldest_date(swf: Swf, call: str):
    with refused("ValidationException"):
        getattr(swf.client, f"{call}_workflow_executions")(
            domain=swf.domain, startTimeFilter={"latestDate": 5}
        )


@pytest.mark.parametrize("call", ["list_open", "count_open", "list_closed", "count_closed"])
def test_an_unknown_domain_is_a_fault(swf: Swf, call: str):
    with refused("UnknownResourceFault", "Unknown domain: nowhere"):
        getattr(swf.client, f"{call}_workflow_executions")(
            domain="nowhere", startTimeFilter=SINCE_EVER
        )


def test_a_token_that_is_none_is_refused(swf: Swf):
    for word in ("open", "closed"):
        with refused("ValidationException", "Invalid token"):
            getattr(swf.client, f"list_{word}_workflow_executions")(
                domain=swf.domain, startTimeFilter=SINCE_EVER, nextPageToken="garbage"
            )
