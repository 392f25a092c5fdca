"""Have the photographs sorted by a durable workflow, and take what it has stored."""

from contextlib import closing

import flowy.project
from examples.photo_lab import settings
from examples.photo_lab.waiting import open_run, wait_for
from flowy.catalog.executions import ExecutionCatalogue
from flowy.swf.boilerplate import workflow_starter
from flowy.swf.connect import connect

script_id = "sort_photos"
depends_on = ["import_photos"]
time_limit = 600

if __name__ == "__main__":
    process = flowy.project.get_project_process()
    photos = process.parent.get_workspace("photos")
    tokens = [{"path": photos.path(name)} for name in photos.list()]
    with (
        closing(connect(settings.service())) as client,
        closing(ExecutionCatalogue(*settings.catalogue())) as catalogue,
    ):
        sort = workflow_starter(settings.DOMAIN, "lab.sort", 1, layer1=client, catalog=catalogue)
        # The workflow id is the process's: run again after a crash, the script finds what goes on.
        workflow_id = f"{settings.PROJECT}-{process.id}"
        with sort.id(workflow_id):
            run_id = sort(tokens) or open_run(client, workflow_id)
        status = wait_for(client, workflow_id, run_id)
        run = catalogue.files(settings.DOMAIN, workflow_id, run_id, lambda: "lab.sort 1")
        workspace = process.get_workspace("sorted")
        keys = run.keys()
        for key in keys:
            run.download(key, workspace.folder)
        process.set_metadata("run", run.id)
    process.completed(status=status == "COMPLETED", message=f"{len(tokens)} photographs {status}")
