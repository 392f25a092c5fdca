"""Histories: whole, in pages, backwards, and the tokens of pages."""

import pytest

from tests.contract.service.swf import Json, Swf, complete, marker, refused


def _long(swf: Swf) -> Json:
    """Make a history of thirty events."""
    execution = swf.start()
    swf.decide(*(marker(details=str(n)) for n in range(26)))
    return execution


def _page(swf: Swf, execution: Json, **options: object) -> Json:
    found: Json = swf.client.get_workflow_execution_history(
        domain=swf.domain, execution=execution, **options
    )
    return found


def _ids(page: Json) -> list[int]:
    return [event["eventId"] for event in page["events"]]


def test_a_history_is_whole_and_in_order(swf: Swf):
    execution = _long(swf)
    page = _page(swf, execution)
    assert _ids(page) == list(range(1, 31))
    assert "nextPageToken" not in page
    times = [event["eventTimestamp"] for event in page["events"]]
    assert times == sorted(times)


def test_a_history_comes_backwards(swf: Swf):
    execution = _long(swf)
    assert _ids(_page(swf, execution, reverseOrder=True)) == list(range(30, 0, -1))


@pytest.mark.parametrize("reverse", [False, True])
def test_a_history_comes_in_pages(swf: Swf, reverse: bool):
    execution = _long(swf)
    pages = swf.client.get_paginator("get_workflow_execution_history").paginate(
        domain=swf.domain,
        execution=execution,
        reverseOrder=reverse,
        PaginationConfig={"PageSize": 7},
    )
    found = [_ids(page) for page in pages]
    assert [len(page) for page in found] == [7, 7, 7, 7, 2]
    flat = [number for page in found for number in page]
    assert flat == sorted(range(1, 31), reverse=reverse)


def test_the_last_page_has_no_token_even_if_it_is_full(swf: Swf):
    execution = _long(swf)
    first = _page(swf, execution, maximumPageSize=15)
    last = _page(swf, execution, maximumPageSize=15, nextPageToken=first["nextPageToken"])
    assert len(last["events"]) == 15
    assert "nextPageToken" not in last


def test_a_page_size_of_zero_is_the_services_own(swf: Swf):
    execution = _long(swf)
    assert len(_page(swf, execution, maximumPageSize=0)["events"]) == 30


@pytest.mark.parametrize("size", [1001, -1])
def test_a_page_size_that_may_not_be_is_refused(swf: Swf, size: int):
    execution = swf.start()
    with refused("ValidationException"):
        _page(swf, execution, maximumPageSize=size)


def test_a_token_that_is_none_is_refused(swf: Swf):
    execution = swf.start()
    with refused("ValidationException", "Invalid token"):
        _page(swf, execution, nextPageToken="garbage")


def test_a_token_is_of_no_use_elsewhere(swf: Swf):
    execution = _long(swf)
    token = _page(swf, execution, maximumPageSize=5)["nextPageToken"]
    other = swf.start("other")
    with refused("ValidationException", "Invalid token"):
        _page(swf, other, nextPageToken=token)
    with refused("ValidationException", "Invalid token"):
        _page(swf, execution, nextPageToken=token, reverseOrder=True)


def test_a_token_lives_for_a_day(swf: Swf):
    execution = _long(swf)
    token = _page(swf, execution, maximumPageSize=5)["nextPageToken"]
    swf.advance(86_000)
    assert len(_page(swf, execution, maximumPageSize=5, nextPageToken=token)["events"]) == 5
    swf.advance(500)
    with refused("ValidationException", "Specified token has exceeded its maximum lifetime"):
        _page(swf, execution, nextPageToken=token)


def test_a_token_may_be_used_twice(swf: Swf):
    execution = _long(swf)
    token = _page(swf, execution, maximumPageSize=5)["nextPageToken"]
    first = _page(swf, execution, maximumPageSize=5, nextPageToken=token)
    again = _page(swf, execution, maximumPageSize=5, nextPageToken=token)
    assert _ids(first) == _ids(again) == [6, 7, 8, 9, 10]


def test_the_history_of_a_closed_execution_is_read(swf: Swf):
    execution = swf.start()
    swf.decide(complete(result="done"))
    assert swf.names(execution)[-1] == "WorkflowExecutionCompleted"


def test_an_unknown_execution_is_a_fault(swf: Swf):
    with refused(
        "UnknownResourceFault",
        "Unknown execution: WorkflowExecution=[workflowId=nobody, runId=no-run]",
    ):
        _page(swf, {"workflowId": "nobody", "runId": "no-run"})
