"""Runs the example."""

import os
import shutil
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

from examples.images.serve import PHOTO_FOLDER
from examples.photo_lab import settings, sorting
from examples.photo_lab.waiting import open_run
from flowy.swf.boilerplate import workflow_starter
from flowy.swf.connect import connect
from flowy.swf.workers import WorkerPlan, make_worker

ROOT = Path(__file__).parents[2]
PHOTOS = ("cat.jpg", "deep-field.jpg", "rocket.jpg")


def test_the_five_systems_sort_photographs_together(tmp_path):
    (tmp_path / "photos").mkdir()
    for name in PHOTOS:
        shutil.copy(PHOTO_FOLDER / name, tmp_path / "photos")
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "examples.photo_lab.lab", "lab", "photos"]
    told = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines() == [
        "process 1 import_photos: Success",
        "process 2 sort_photos: Success",
        "process 3 contact_sheet: Success",
        "the workspace 'sheet' has sheet.png",
        "it came from process 3, contact_sheet, which made 'sheet'",
        "it came from process 2, sort_photos, which made 'sorted'",
        "it came from process 1, import_photos, which made 'photos'",
        "run of lab.sort 1: SUCCESS, 4 files",
        "run of contact sheet: SUCCESS, 1 files",
        "its archive is sorted.tar.gz",
    ]
    with tarfile.open(tmp_path / "lab" / "sorted.tar.gz") as archive:
        names = archive.getnames()
        sorted_photos = archive.extractfile("result.json").read().decode()
    assert names == ["result.json", *(f"thumbnails/{name}" for name in PHOTOS)]
    assert "in colour" in sorted_photos


def test_a_script_that_runs_again_finds_the_workflow_that_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv(settings.FOLDER, str(tmp_path))
    with closing(connect(settings.service())) as client:
        worker = make_worker(client, settings.DOMAIN, WorkerPlan(packages=[sorting]))
        starter = workflow_starter(settings.DOMAIN, "lab.sort", 1, layer1=client)
        with starter.id("photo-lab-2"):
            run_id = starter([])
            assert starter([]) is None
        assert open_run(client, "photo-lab-2") == run_id
        worker.stop()
