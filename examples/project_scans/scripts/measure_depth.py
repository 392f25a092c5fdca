"""Measures how deep each scan goes."""

import json
from pathlib import Path

import flowy.project as wm

script_id = "measure_depth"
depends_on = ["import_scans"]


def run(process):
    scans = Path(process.parent.get_workspace("scans").path())
    depths = {
        scan.name: max(map(int, scan.read_text().split())) for scan in sorted(scans.iterdir())
    }
    with process.get_workspace("depths").open_file("depths.json", "w") as file:
        json.dump(depths, file)
    process.completed(message=f"{len(depths)} scans")


if __name__ == "__main__":
    run(wm.get_project_process())
