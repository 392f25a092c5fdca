"""Measures how long each scan is."""

import json
from pathlib import Path

import flowy.project as wm

script_id = "measure_length"
depends_on = ["import_scans"]
cores = 1
time_limit = 60


def run(process):
    scans = Path(process.parent.get_workspace("scans").path())
    lengths = {scan.name: len(scan.read_text().split()) for scan in sorted(scans.iterdir())}
    with process.get_workspace("lengths").open_file("lengths.json", "w") as file:
        json.dump(lengths, file)
    process.completed(message=f"{len(lengths)} scans")


if __name__ == "__main__":
    run(wm.get_project_process())
