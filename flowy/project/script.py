"""Script: how to process data — a program, a file, dependencies and limits."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from flowy.db.session import Session
from flowy.errors import AlreadyInProject, DefinitionError, ProjectError, UnknownInProject
from flowy.project import growing, tree
from flowy.project.home import Home, from_root, script_folder
from flowy.project.jsonable import jsonable, jsonable_values
from flowy.project.modules import Declaration, declaration
from flowy.project.process import Process
from flowy.project.states import Status
from flowy.project.store import folder_notes, processes, projects, scripts
from flowy.project.store.processes import PROCESSES
from flowy.project.store.scripts import SCRIPTS
from flowy.project.values import NEVER, ProcessRecord, ScriptRecord

COLUMNS = frozenset(
    {
        "cores",
        "fail_if_parent_fails",
        "filename",
        "import_path",
        "join",
        "on_hold",
        "only_on_success",
        "program",
        "source_path",
        "time_limit",
        "updated",
    }
)
RENAMED = {"timelimit": "time_limit"}
FIXED = frozenset({"added", "dependent_on", "dependents", "id", "label", "sources", "user"})
COPY = "copy"


class Script:
    """A script of a project; ``Project.script`` gives it, ``Project.new_script`` makes it.

    Args:
        project: The project.
        label: Its label.
        create: Make it.

    Raises:
        UnknownInProject: There is no such script, and it was not to be made.
        AlreadyInProject: There is one, and it was to be made.
    """

    def __init__(self, project: Home, label: str, create: bool = False) -> None:
        self.project = project
        self.label = label
        self.id = project.write(self._new) if create else self._record().id
        if create:
            project.step("script noted")
            self._folder.mkdir(parents=True, exist_ok=True)
            self._note_end()

    def __repr__(self) -> str:
        return f"<Script {self.label!r} of project {self.project.name!r}>"

    @property
    def data(self) -> dict[str, Any]:
        """The whole record as a dictionary, read anew."""

        def read(session: Session) -> dict[str, Any]:
            project = self.project.id
            found = msgspec.structs.asdict(tree.require_script(session, project, self.label))
            extra = found.pop("extra")
            del found["has_init"]
            found["sources"] = [dict(source) for source in found["sources"]]
            found["timelimit"] = found.pop("time_limit")
            found["dependent_on"] = scripts.dependent_on(session, project, self.label)
            found["dependents"] = scripts.dependents(session, project, self.label)
            return {**extra, **found}

        return self.project.read(read)

    @property
    def directory(self) -> str:
        """The folder that has its files."""
        return str(self._folder)

    @property
    def path(self) -> str:
        """The file that is run."""
        return str(self._folder / (self._record().filename or ""))

    @property
    def cores(self) -> int:
        """How many cores a process takes."""
        return self._record().cores

    @property
    def on_hold(self) -> bool:
        """Whether its processes fail instead of running."""
        return self._record().on_hold

    def set_program(self, program: str) -> None:
        """Set the interpreter."""
        self._set(program=str(program))

    def set_filename(self, filename: str) -> None:
        """Set the file that is run; it is in the script's folder."""
        self._set(filename=str(filename))

    set_script = set_filename

    def set_time_limit(self, timelimit: float) -> None:
        """Set how many seconds a process may take; -1 is any number."""
        self._set(time_limit=float(timelimit))

    def set_cores_required(self, number_cores: int = 1) -> None:
        """Set how many cores a process takes.

        Raises:
            DefinitionError: It is not a number from 0.
        """
        if number_cores < 0:
            raise DefinitionError(f"{self!r} cannot take {number_cores!r} cores; give 1 or more")
        self._set(cores=number_cores)

    def set_hold_state(self, state: bool) -> None:
        """Set whether its processes fail instead of running."""
        self._set(on_hold=bool(state))

    def set_fail_if_parent_fails(self, state: bool) -> None:
        """Set whether its processes fail, without running, when a parent failed."""
        self._set(fail_if_parent_fails=bool(state))

    def set_join(self, state: bool) -> None:
        """Set whether one process waits for all parents in a tree, instead of one a parent."""
        self._set(join=bool(state))

    def set_only_on_success(self, state: bool) -> None:
        """Set whether a failed parent leaves its processes waiting."""
        self._set(only_on_success=bool(state))

    def set_data(self, key: str, value: Any) -> None:
        """Set a value of the record.

        Raises:
            ProjectError: The value cannot be set.
        """
        if key in FIXED:
            raise ProjectError(f"{key!r} of {self!r} is not set by hand")
        name = RENAMED.get(key, key)
        new = jsonable(f"{key!r} of {self!r}", value)
        if name in COLUMNS:
            self._set(**{name: new})
        else:
            self._change(lambda record: {"extra": {**record.extra, key: new}})

    def add_dependency(self, parent: str) -> None:
        """Make this script depend on another one: it gets a process when that one's ends.

        Args:
            parent: The label of the other one.

        Raises:
            UnknownInProject: There is no such script.
            DefinitionError: That one depends on this one.
        """

        def work(session: Session) -> None:
            tree.require_script(session, self.project.id, parent)
            known = scripts.dependent_on(session, self.project.id, self.label)
            if parent in known:
                return
            if parent == self.label or self.label in _above(session, self.project.id, parent):
                raise DefinitionError(
                    f"{self.label!r} cannot depend on {parent!r}, which depends on it: they would "
                    "run for ever"
                )
            scripts.depend(session, self.project.id, parent, self.label)

        self.project.write(work)

    def add_source(self, path: str, update_mode: str = COPY) -> None:
        """Add a file that belongs to the script; it comes with the next ``update_from_source``.

        Args:
            path: The file; relative to the folder that the script was imported from.
            update_mode: ``copy`` is the only one there is.

        Raises:
            DefinitionError: There is no such mode.
        """
        if update_mode != COPY:
            raise DefinitionError(f"{path}: there is no update mode {update_mode!r}, only {COPY!r}")
        source = {"path": str(path), "update_mode": update_mode}

        def added(record: ScriptRecord) -> dict[str, Any]:
            others = [each for each in record.sources if each["path"] != source["path"]]
            return {"sources": [*others, source]}

        self._change(added)

    def has_source(self, source: str) -> bool:
        """Tell whether a file belongs to the script."""
        return any(each["path"] == source for each in self._record().sources)

    def clear_sources(self) -> None:
        """Forget which files belong to the script."""
        self._set(sources=[])

    def update_from_source(self) -> None:
        """Read the file that the script was imported from again, and copy all its files.

        Raises:
            ProjectError: The script was not imported.
            UnknownInProject: A file is missing; nothing was copied.
            DefinitionError: The file says something about itself that cannot be.
        """
        record = self._record()
        if record.import_path is not None:
            self._declare(declaration(Path(record.import_path)), Path(record.import_path))
        elif not record.sources:
            raise ProjectError(f"{self!r} has no sources; add_source() adds one")
        self._copy_sources()

    def run(
        self,
        params: Mapping[str, Any] | None = None,
        parent_id: int | None = None,
        status: str = Status.PENDING,
    ) -> Process:
        """Make a process of the script, with all that will depend on it, and queue it.

        Args:
            params: Its arguments.
            parent_id: The process that it is a child of; if that has such a child already, the
                child is queued again.
            status: ``waiting`` makes it without queueing it.

        Returns:
            The process.

        Raises:
            PayloadError: An argument cannot be kept.
            UnknownInProject: There is no such parent.
        """
        arguments = jsonable_values("argument", params or {})

        def work(session: Session) -> tuple[int, tree.Growth]:
            return tree.launch(session, self.project.id, self.label, arguments, parent_id)

        number, growth = self.project.write(work)
        try:
            for created, _ in growth.created:
                growing.initialise(self.project, growth, created)
        except BaseException:
            self.project.write(lambda session: _undo(session, self.project.id, growth))
            raise
        if status == Status.PENDING:
            growing.enqueue(self.project, number)
        return Process(self.project, number)

    def processes(self) -> list[Process]:
        """Return its processes, the newest first."""

        def find(session: Session) -> list[ProcessRecord]:
            of_label = processes.OF_LABEL
            return PROCESSES.find(session, of_label, self.project.id, label=self.label)

        return [Process(self.project, each.id) for each in self.project.read(find)]

    def import_from(self, path: Path) -> None:
        """Take what a file says about itself, and copy it with the files that it names."""
        declared = declaration(path)
        self.project.write(lambda session: self._note(session, self.id))
        self._declare(declared, path)
        self.project.step("script declared")
        self._copy_sources()

    def finish_import(self) -> bool:
        """Finish what a killed process has begun; return whether the script is whole now.

        One whose files have gone, and that was never whole, is to be deleted.
        """
        record = self._record()
        try:
            if record.sources:
                self._copy_sources()
            self._folder.mkdir(parents=True, exist_ok=True)
        except UnknownInProject:
            if record.updated == NEVER:
                return False
        self._note_end()
        return True

    @property
    def _folder(self) -> Path:
        return script_folder(self.project, self.id)

    def _record(self) -> ScriptRecord:
        return self.project.read(
            lambda session: tree.require_script(session, self.project.id, self.label)
        )

    def _new(self, session: Session) -> int:
        if scripts.by_label(session, self.project.id, self.label) is not None:
            raise AlreadyInProject(f"project {self.project.name!r} has a script {self.label!r}")
        number = projects.next_number(session, self.project.id, "last_script")
        record = ScriptRecord(
            id=number or 0,
            label=self.label,
            user=self.project.user,
            added=self.project.clock.now(),
        )
        SCRIPTS.insert(session, self.project.id, record)
        self._note(session, record.id)
        return record.id

    def _note(self, session: Session, number: int) -> None:
        now = self.project.clock.now()
        folder_notes.begin(session, self.project.id, "script", number, now)

    def _note_end(self) -> None:
        self.project.write(
            lambda session: folder_notes.end(session, self.project.id, "script", self.id)
        )

    def _declare(self, declared: Declaration, path: Path) -> None:
        file = declared.run_script or path.name
        sources = list(dict.fromkeys([*declared.files, file, path.name]))
        values = {
            "program": declared.run_program,
            "filename": Path(file).name,
            "import_path": str(path.absolute()),
            "source_path": str(path.absolute().parent),
            "has_init": declared.init is not None,
            "sources": [{"path": each, "update_mode": COPY} for each in sources],
        }
        names = ("cores", "time_limit", "join", "only_on_success", "fail_if_parent_fails")
        said = {name: getattr(declared, name) for name in names}
        self._set(**values, **{name: value for name, value in said.items() if value is not None})
        for parent in declared.depends_on:
            self.add_dependency(parent)

    def _copy_sources(self) -> None:
        record = self._record()
        folder = Path(record.source_path or self.project.root)
        found = [folder / str(source["path"]) for source in record.sources]
        for path in found:
            if not path.exists():
                raise UnknownInProject(
                    f"{self!r} needs {from_root(self.project, path)}, which is "
                    "not there; nothing was copied"
                )
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in found:
            if path.is_dir():
                shutil.copytree(path, self._folder / path.name, dirs_exist_ok=True)
            else:
                shutil.copy2(path, self._folder / path.name)
            self.project.step(f"script copied {path.name}")
        self._set(updated=self.project.clock.now())
        self._note_end()
        self.project.step("script ready")

    def _set(self, **values: Any) -> None:
        self._change(lambda _: values)

    def _change(self, change: Any) -> None:
        def work(session: Session) -> None:
            record = tree.require_script(session, self.project.id, self.label)
            SCRIPTS.set(session, self.project.id, change(record), id=record.id)

        self.project.write(work)


def _above(session: Session, project: int, label: str) -> set[str]:
    found: set[str] = set()
    unseen = [label]
    while unseen:
        parents = set(scripts.dependent_on(session, project, unseen.pop())) - found
        found |= parents
        unseen += parents
    return found


def _undo(session: Session, project: int, growth: tree.Growth) -> None:
    for number, _ in growth.created:
        processes.delete_all_of(session, project, number)
