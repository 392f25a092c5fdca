"""Take the photographs of a folder into a workspace."""

import flowy.project

script_id = "import_photos"

if __name__ == "__main__":
    process = flowy.project.get_project_process()
    workspace = process.get_workspace("photos")
    copied, reason = workspace.copy_files(process.arguments["path"])
    process.completed(status=copied, message=reason or f"{len(workspace.list())} photographs")
