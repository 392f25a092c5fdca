"""Runs the example."""

import tarfile

from examples.catalog_report.catalogued import story


def test_two_runs_succeed_and_the_best_is_archived(tmp_path):
    assert list(story(tmp_path)) == [
        "haiku: SUCCESS {'words': 13, 'longest': 'silence'}",
        "motto: SUCCESS {'words': 2, 'longest': 'festina'}",
        "empty: ERROR [\"the text 'empty' has no words\"]",
        "best: haiku, in best.tar.gz",
    ]
    with tarfile.open(tmp_path / "best.tar.gz") as tar:
        assert tar.getnames() == ["results/words.json"]
