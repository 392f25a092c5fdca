"""Writes a report once both measurements are there."""

import json

import flowy.project as wm

script_id = "report"
depends_on = ["measure_length", "measure_depth"]
join = True
only_on_success = True


def read(process, label):
    """Return what one of the parents has measured."""
    for parent in process.parents:
        workspace = parent.get_workspace(label, create=False)
        if workspace is not None:
            with workspace.open_file(f"{label}.json") as file:
                return json.load(file)
    raise LookupError(label)


def run(process):
    lengths, depths = read(process, "lengths"), read(process, "depths")
    unit = process.root.arguments["unit"]
    with process.get_workspace("report").open_file("report.txt", "w") as file:
        file.writelines(
            f"{name}: {lengths[name]} points, {depths[name]} {unit} deep\n" for name in lengths
        )
    process.completed()


if __name__ == "__main__":
    run(wm.get_project_process())
