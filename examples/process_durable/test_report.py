"""The example, as a workflow."""

from examples.process_durable import report
from flowy.testing import Environment

INPUTS = {
    "north": {"region": "north"},
    "south": {"region": "south"},
    "weather": {"available": True},
}


def test_the_workflow_writes_the_report():
    with Environment(report) as environment:
        results = environment.run("report", INPUTS)
    assert results["report"]["data"] == [
        "north: 295 sold, 95 on a usual day, rain",
        "south: 265 sold, 75 on a usual day, sun",
    ]


def test_the_report_is_written_without_its_optional_source():
    with Environment(report) as environment:
        results = environment.run("report", {**INPUTS, "weather": {"available": False}})
    assert results["weather"]["error_type"] == "ConnectionError"
    assert results["report"]["data"][0] == "north: 295 sold, 95 on a usual day, no weather"
