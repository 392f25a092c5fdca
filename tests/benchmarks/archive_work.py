"""Archive a run's files through the catalogue; prints what it took, as JSON."""

import json
import resource
import sys
import time
from pathlib import Path

from flowy.catalog.base import GroupObject, WorkflowObject
from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.volume.base import FSFile
from flowy.volume.fs import FileSystemStorage


def main(folder: str, target: str) -> None:
    """Store the files of a folder in a run, make it successful, and write its archive."""
    database = DB("sqlite://")
    database.init()
    with database.session() as session:
        group = GroupObject(name="g", workflow=WorkflowObject(name="w"))
        session.add(group)
        session.commit()
        runs = RunManager(session, FileSystemStorage(f"{folder}-catalogue"))
        run = runs.create_run(group=group)
        for path in sorted(Path(folder).iterdir()):
            runs.store_runfile(run.run_id, FSFile(path), path.name)
        runs.update_run(run.run_id, run.state().success(files=[]), FileSystemStorage(folder))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        written = 0
        with runs.get_runarchive(run.run_id).open() as archive, Path(target).open("wb") as file:
            while piece := archive.read(1 << 20):
                written += file.write(piece)
        seconds = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = {"seconds": seconds, "bytes": written, "grown": (after - before) * 1024}
    print(json.dumps(figures))  # noqa: T201 -- what it is for


if __name__ == "__main__":
    main(*sys.argv[1:])
