"""A worker process knows which of its supervisor's it is, and so has a port of its own."""

import pytest

from flowy.worker.supervisor import NAME, Lifeline


@pytest.mark.parametrize(
    ("environment", "number"), [({}, 0), ({NAME: "host 17 0"}, 0), ({NAME: "host 17 3"}, 3)]
)
def test_a_process_knows_its_number(environment, number):
    assert Lifeline(environment).number == number
