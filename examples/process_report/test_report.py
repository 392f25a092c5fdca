"""Runs the example."""

from examples.process_report.report import report


def test_the_report_has_both_sources():
    assert report() == [
        "north: 295 sold, 95 on a usual day, rain",
        "south: 265 sold, 75 on a usual day, sun",
    ]


def test_the_report_is_made_without_the_optional_source():
    assert report(weather=False) == [
        "north: 295 sold, 95 on a usual day, no weather",
        "south: 265 sold, 75 on a usual day, no weather",
    ]
