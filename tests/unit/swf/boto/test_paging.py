"""Paginators walk, end and resume as botocore's do."""

import base64
import copy
from typing import NamedTuple

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.paginate import Paginator as BotocorePaginator
from botocore.paginate import PaginatorModel
from hypothesis import given
from hypothesis import strategies as st

from flowy.swf.boto.paging import OF_ALL_PAGES, RESULTS, Paginator
from flowy.swf.methods import method_name

SERVICE = ServiceModel(Loader().load_service_model("swf", "service-2"), "swf")
MODEL = Loader().load_service_model("swf", "paginators-1")["pagination"]


def pages_of(sizes, name="list_domains"):
    """Make a method that answers pages of these sizes, and notes what it was asked."""
    asked = []

    def method(**parameters):
        asked.append(parameters)
        number = int(parameters.get("nextPageToken", 0))
        first = sum(sizes[:number])
        page = {RESULTS[name]: list(range(first, first + sizes[number]))}
        if number + 1 < len(sizes):
            page["nextPageToken"] = str(number + 1)
        return {**page, **dict.fromkeys(OF_ALL_PAGES.get(name, ()), f"page {number}")}

    method.asked = asked
    return method


def theirs(method, name="ListDomains"):
    paginator = PaginatorModel({"pagination": MODEL}).get_paginator(name)
    return BotocorePaginator(method, paginator, SERVICE.operation_model(name))


def test_the_paginated_operations_are_those_of_botocore():
    assert {method_name(name): model["result_key"] for name, model in MODEL.items()} == RESULTS
    assert all(
        (model["input_token"], model["output_token"], model["limit_key"])
        == ("nextPageToken", "nextPageToken", "maximumPageSize")
        for model in MODEL.values()
    )
    of_all = {
        method_name(name): tuple(model["non_aggregate_keys"])
        for name, model in MODEL.items()
        if "non_aggregate_keys" in model
    }
    assert of_all == OF_ALL_PAGES


class Walked(NamedTuple):
    pages: list
    full: dict
    resume_token: str | None
    asked: int


def walk(make, sizes, config):
    """Walk twice, with iterators of their own: botocore's begins its second walk at the end."""
    method = pages_of(sizes)
    pages, again = (
        make(method).paginate(registrationStatus="REGISTERED", PaginationConfig=dict(config))
        for _ in range(2)
    )
    walked = copy.deepcopy(list(pages))
    return Walked(walked, again.build_full_result(), pages.resume_token, len(method.asked))


@given(
    sizes=st.lists(st.integers(0, 4), min_size=1, max_size=5),
    most=st.none() | st.integers(1, 12),
    size=st.none() | st.integers(1, 3),
)
def test_pages_tokens_and_results_are_those_of_botocore(sizes, most, size):
    config = {"MaxItems": most, "PageSize": size}
    token = None
    while True:
        results = [
            walk(make, sizes, {**config, "StartingToken": token})
            for make in (lambda method: Paginator("list_domains", method), theirs)
        ]
        assert results[0] == results[1]
        token = results[0].resume_token
        if token is None:
            return


def test_a_decision_task_of_many_pages_is_one_result():
    name = "poll_for_decision_task"
    ours = Paginator(name, pages_of([2, 3], name)).paginate(domain="d").build_full_result()
    other = theirs(pages_of([2, 3], name), "PollForDecisionTask").paginate(domain="d")
    assert ours == other.build_full_result()
    assert ours["events"] == [0, 1, 2, 3, 4]
    assert ours["taskToken"] == "page 0"


def test_a_search_looks_into_each_page():
    pages = Paginator("list_domains", pages_of([2, 1])).paginate()
    assert list(pages.search("domainInfos[]")) == [0, 1, 2]
    assert list(pages.search("length(domainInfos)")) == [2, 1]


@pytest.mark.parametrize("token", ["nonsense", base64.b64encode(b"[]").decode()])
def test_a_starting_token_of_another_kind_is_named(token):
    pages = Paginator("list_domains", pages_of([1])).paginate(
        PaginationConfig={"StartingToken": token}
    )
    with pytest.raises(ValueError, match=f"Bad starting token: {token}"):
        list(pages)
