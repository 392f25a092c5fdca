"""The whole lab in one command: a project, a service, a worker, a catalogue, and what came of it.

``python -m examples.photo_lab.lab [FOLDER [PHOTOS]]``
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from examples.images.serve import PHOTO_FOLDER
from examples.photo_lab import settings, sorting
from flowy.catalog.database import DB
from flowy.catalog.executions import ExecutionCatalogue
from flowy.catalog.run import RunManager
from flowy.project import Monitor, MonitorOptions, Project, create_project
from flowy.swf.connect import connect
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.volume.manager import open_volume

SCRIPTS = ("import_photos", "sort_photos", "contact_sheet")


def run(photos: Path) -> Iterator[str]:
    """Process the photographs of a folder and tell what came of them."""
    with (
        working(),
        create_project(
            settings.PROJECT, settings.folder() / "project", url=settings.projects()
        ) as project,
    ):
        for script in SCRIPTS:
            project.import_script(Path(__file__).parent / "scripts" / f"{script}.py")
        project.run_script("import_photos", {"path": str(photos)})
        Monitor(project, MonitorOptions(cores=2, sleep=0.2)).run(drain=True)
        yield from what_became_of(project)
    yield from what_ran()


@contextmanager
def working() -> Iterator[None]:
    """Decide and do the workflow's tasks in threads of this process, for a block."""
    catalogue = ExecutionCatalogue(*settings.catalogue())
    with closing(catalogue), closing(connect(settings.service())) as client:
        plan = WorkerPlan(packages=[sorting], threads=2)
        worker = make_worker(client, settings.DOMAIN, plan, catalog=catalogue)
        worker.start()
        try:
            yield
        finally:
            worker.stop()
            worker.join(timeout=10)


def what_became_of(project: Project) -> Iterator[str]:
    """Tell of the project's processes, and where the contact sheet came from."""
    for process in reversed(project.list_processes()):
        yield f"process {process.id} {process.label}: {process.status}"
    sheet = project.processes("contact_sheet")[0].get_workspace("sheet")
    yield f"the workspace {sheet.label!r} has {', '.join(sheet.list())}"
    lineage = project.lineage(sheet)
    for step in (lineage.step, *lineage.ancestors):
        made = ", ".join(f"{each.label!r}" for each in step.workspaces)
        yield f"it came from process {step.process.id}, {step.process.label}, which made {made}"


def what_ran() -> Iterator[str]:
    """Tell of the catalogue's runs, and take the archive of the workflow's."""
    url, files = settings.catalogue()
    with closing(DB(url)) as database, database.session() as session:
        runs = RunManager(session=session, fs=open_volume(files))
        for found in runs.list_all_runs():
            keys = [file.key for file in found.files]
            yield f"run of {found.workflow.name}: {found.state()}, {len(keys)} files"
            if found.workflow.name == "lab.sort 1":
                archive = runs.get_runarchive(found.run_id)
                with archive.open() as source, archive_path().open("wb") as target:
                    shutil.copyfileobj(source, target)
    yield f"its archive is {archive_path().name}"


def archive_path() -> Path:
    """Return where the archive goes."""
    return settings.folder() / "sorted.tar.gz"


if __name__ == "__main__":
    _, *given = sys.argv
    place = Path(given[0] if given else "photo-lab").absolute()
    place.mkdir(parents=True)
    os.environ[settings.FOLDER] = str(place)
    for line in run(Path(given[1]).absolute() if len(given) > 1 else PHOTO_FOLDER):
        print(line)
