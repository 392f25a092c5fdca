"""Runs the example."""

from pathlib import Path

from examples.project_scans.scans import run


def test_the_report_has_both_measurements(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    report = run(tmp_path, f"sqlite:///{tmp_path / 'projects.db'}")
    assert report == ["hip.txt: 3 points, 35 mm deep", "knee.txt: 4 points, 15 mm deep"]
    assert "the report came from process 1, import_scans" in capsys.readouterr().out
