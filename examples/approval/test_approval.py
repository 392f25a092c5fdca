"""Runs the example."""

import pytest

from examples.approval import approval
from examples.approval.answer import answer
from flowy.testing import Environment

CHAIR = {"who": "ann", "what": "a chair"}


@pytest.fixture
def environment():
    with Environment(approval) as made:
        yield made


def test_an_answer_on_the_third_day_is_told(environment, capsys):
    execution = environment.start(approval.Request, CHAIR, "ben")
    environment.advance(2.5 * approval.DAY)
    answer(environment.client, environment.domain, execution.workflow_id, "yes")
    assert environment.result(execution) == "yes"
    assert capsys.readouterr().out.splitlines() == [
        "to ben: may ann have a chair?",
        "to ben: may ann have a chair? (reminder 1)",
        "to ben: may ann have a chair? (reminder 2)",
        "to ann: a chair: yes",
    ]


def test_an_answer_that_comes_before_anybody_waits_counts(environment):
    execution = environment.start(approval.Request, CHAIR, "ben")
    environment.signal(execution, "answer", "no")
    assert environment.result(execution) == "no"


def test_after_a_week_it_gives_up(environment):
    before = environment.now()
    assert environment.run(approval.Request, CHAIR, "ben") == "nobody answered"
    assert environment.now() - before == pytest.approx(7 * approval.DAY, abs=1)
