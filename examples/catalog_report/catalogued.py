"""Count words in texts, each in a run of its own, and keep what came out."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from flowy.catalog.base import GroupObject, WorkflowObject
from flowy.catalog.database import DB
from flowy.catalog.files import io_file
from flowy.catalog.run import RunManager
from flowy.volume.manager import open_volume

TEXTS = {
    "haiku": "an old silent pond a frog jumps into the pond splash silence again",
    "motto": "festina lente",
    "empty": "",
}
SCHEMA = {
    "file": "results/words.json",
    "schema": [
        {"name": "words", "label": "Words", "dtype": "int"},
        {"name": "longest", "label": "Longest word", "dtype": "string", "path": "words_by/length"},
    ],
    "orderBy": [{"name": "words", "sortDesc": True}],
}


def count(runs: RunManager, group: GroupObject, name: str, folder: Path) -> None:
    """Count one text in a run of its own."""
    run = runs.create_run(group=group, arguments=[{"id": "text", "value": name}])
    started = runs.update_run(run.run_id, run.state().start())
    words = TEXTS[name].split()
    if not words:
        runs.update_run(run.run_id, started.state().error([f"the text {name!r} has no words"]))
        return
    runstore = open_volume(folder / run.run_id)
    found = {"words": len(words), "words_by": {"length": max(words, key=len)}}
    runstore.store(io_file(found), SCHEMA["file"])
    done = started.state().success(files=[SCHEMA["file"]])
    runs.update_run(run.run_id, done, runstore=runstore)
    runstore.erase()


def story(folder: Path) -> Iterator[str]:
    """Catalogue three runs and tell what is known of them."""
    database = DB(f"sqlite:///{folder}/runs.db")
    database.init()
    with database.session() as session:
        workflow = WorkflowObject(name="word counts", result_schema=SCHEMA)
        group = GroupObject(name="examples", workflow=workflow)
        session.add(group)
        session.commit()
        runs = RunManager(session=session, fs=open_volume(folder / "files"))
        for name in TEXTS:
            count(runs, group, name, folder / "work")
        for run in runs.list_runs(group.group_id):
            yield f"{run.arguments[0]['value']}: {run.state()} {run.result or run.state().messages}"
        good = runs.list_runs(group.group_id, state="SUCCESS")
        best = max(good, key=lambda run: run.result["words"])
        archive = runs.get_runarchive(best.run_id)
        with archive.open() as source, (folder / "best.tar.gz").open("wb") as target:
            shutil.copyfileobj(source, target)
        yield f"best: {best.arguments[0]['value']}, in best.tar.gz"
    database.close()


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    for line in story(where):
        print(line)
