"""Copies the scans into a workspace."""

import flowy.project as wm

script_id = "import_scans"


def init(process):
    """Say where the results go, before the process is queued."""
    process.set_param("unit", process.arguments.get("unit", "mm"))
    return process


def run(process):
    workspace = process.get_workspace("scans")
    status, message = workspace.copy_files(process.arguments["path"])
    process.completed(status, message)


if __name__ == "__main__":
    run(wm.get_project_process())
