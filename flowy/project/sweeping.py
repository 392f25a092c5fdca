"""Finish what killed processes have left between a project's files and rows.

Rows come before their folders and go before them. So a folder with a number that no row has is
garbage, and a row whose folder is not filled yet has a note that says by whom.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flowy.db.session import Session
from flowy.project import files
from flowy.project.holding_scripts import HoldingScripts
from flowy.project.home import script_folder, workspace_path
from flowy.project.store import folder_notes, processes, scripts, workspaces
from flowy.project.store.folder_notes import NOTES
from flowy.project.store.processes import PROCESSES
from flowy.project.store.workspaces import WORKSPACES
from flowy.project.values import FolderNote

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """What was found.

    Args:
        finished: Scripts and workspaces, as ``script 1``, whose folder a killed process had not
            filled; it is now, or the script that could not be imported is deleted.
        strays: Folders that belonged to nothing, relative to the project's, and are deleted.
        missing: Scripts and workspaces that have no folder any more, or not the file that is run.
    """

    finished: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def sweep(home: HoldingScripts) -> Swept:
    """Finish what killed processes have left; those that live are not disturbed.

    Raises:
        OSError: A folder cannot be made or deleted; what was done until then is done.
    """
    found = Swept()
    for note in home.read(lambda session: NOTES.find(session, folder_notes.ALL, home.id)):
        if folder_notes.is_left(note, home.clock.now()):
            _FINISH[note.kind](home, note)
            found.finished.append(f"{note.kind} {note.id}")
            home.step("folder swept")
    found.strays.extend(_delete_strays(home))
    found.missing.extend(_missing(home))
    return found


def _finish_script(home: HoldingScripts, note: FolderNote) -> None:
    label = home.read(lambda session: _label(session, home.id, note.id))
    if label is None:
        home.write(lambda session: folder_notes.end(session, home.id, note.kind, note.id))
    elif not home.script(label).finish_import():
        home.delete_script(label)


def _label(session: Session, project: int, number: int) -> str | None:
    found = (each.label for each in scripts.all_(session, project) if each.id == number)
    return next(found, None)


def _finish_workspace(home: HoldingScripts, note: FolderNote) -> None:
    if home.read(lambda session: WORKSPACES.get(session, home.id, id=note.id)) is not None:
        (home.root / workspace_path(note.id)).mkdir(parents=True, exist_ok=True)
    home.write(lambda session: folder_notes.end(session, home.id, note.kind, note.id))


_FINISH = {"script": _finish_script, "workspace": _finish_workspace}


def _delete_strays(home: HoldingScripts) -> Iterator[str]:
    """Delete folders without rows: they are listed first, so that what is new has its row."""
    versions = home.root / "workspaces" / "versions"
    for part in (*files.left_aside(home.root / "workspaces"), *files.left_aside(versions)):
        files.finish_aside(part, versions / part.name[1:].partition("~")[0])
        yield part.relative_to(home.root).as_posix()
    listed = [(parent, number) for parent in _PARENTS for number in _numbers(home.root / parent)]
    known = home.read(lambda session: _known(session, home.id))
    for parent, folder in listed:
        if int(folder.name) not in known[_PARENTS[parent]]:
            shutil.rmtree(folder)
            yield folder.relative_to(home.root).as_posix()


_PARENTS = {
    "processes": "processes",
    "scripts": "scripts",
    "workspaces": "workspaces",
    "workspaces/versions": "workspaces",
}
"""Where folders with numbers are, and whose numbers those are."""


def _numbers(folder: Path) -> list[Path]:
    found = folder.iterdir() if folder.exists() else iter(())
    return sorted(each for each in found if _NUMBER.fullmatch(each.name) and each.is_dir())


def _known(session: Session, project: int) -> dict[str, set[int]]:
    return {
        "processes": {each.id for each in PROCESSES.find(session, processes.ALL, project)},
        "scripts": {each.id for each in scripts.all_(session, project)},
        "workspaces": {each.id for each in WORKSPACES.find(session, workspaces.ALL, project)},
    }


def _missing(home: HoldingScripts) -> Iterator[str]:
    busy = {
        (note.kind, note.id)
        for note in home.read(lambda session: NOTES.find(session, folder_notes.ALL, home.id))
    }
    for script in home.read(lambda session: scripts.all_(session, home.id)):
        path = script_folder(home, script.id) / (script.filename or "")
        imported = script.import_path is not None
        whole = path.exists() if imported else path.parent.exists()
        if not whole and ("script", script.id) not in busy:
            yield f"script {script.id}"
    for record in home.read(lambda session: WORKSPACES.find(session, workspaces.ALL, home.id)):
        known = ("workspace", record.id) in busy
        if not known and not (home.root / record.path).exists():
            yield f"workspace {record.id}"
