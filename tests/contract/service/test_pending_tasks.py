"""How many tasks wait on a list."""

import pytest

from tests.contract.service.swf import Swf, refused, schedule

CALLS = ["count_pending_activity_tasks", "count_pending_decision_tasks"]


@pytest.mark.parametrize("call", CALLS)
def test_a_list_that_was_never_used_is_empty(swf: Swf, call: str):
    found = getattr(swf.client, call)(domain=swf.domain, taskList={"name": "never"})
    assert (found["count"], found["truncated"]) == (0, False)


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_domain_is_a_fault(swf: Swf, call: str):
    with refused("UnknownResourceFault", "Unknown domain: nowhere"):
        getattr(swf.client, call)(domain="nowhere", taskList={"name": "never"})


def test_waiting_tasks_are_counted(swf: Swf):
    for name in "abc":
        swf.start(name)
    assert swf.waiting_decisions() == 3
    swf.decide(schedule("one"), schedule("two"))
    assert swf.waiting_decisions() == 2
    assert swf.waiting_activities() == 2
    assert swf.waiting_activities("other") == 0


def test_a_decision_list_and_an_activity_list_of_one_name_are_two(swf: Swf):
    swf.start()
    swf.start("other")
    swf.decide(schedule(taskList={"name": "decisions"}))
    assert (swf.waiting_decisions(), swf.waiting_activities("decisions")) == (1, 1)
