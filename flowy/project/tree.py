"""Process trees: which children a process has, and which of them its end puts into the queue.

All functions are commands of one transaction in which the project is locked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowy.db.session import Session
from flowy.errors import UnknownInProject
from flowy.project.states import FINAL, QUEUEABLE, Status
from flowy.project.store import processes, projects, scripts
from flowy.project.store.processes import PROCESSES
from flowy.project.values import ProcessRecord, ScriptRecord


@dataclass(slots=True)
class Growth:
    """What a transaction added to the trees of a project.

    Attributes:
        created: Number and script of each new process.
        deferred: New processes that are to be queued once their script's ``init`` has seen them.
    """

    created: list[tuple[int, ScriptRecord]] = field(default_factory=list)
    deferred: list[int] = field(default_factory=list)

    def has_created(self, process: int) -> bool:
        """Tell whether a process is new."""
        return any(number == process for number, _ in self.created)


def require_script(session: Session, project: int, label: str) -> ScriptRecord:
    """Return a script.

    Raises:
        UnknownInProject: There is none with this label.
    """
    script = scripts.by_label(session, project, label)
    if script is None:
        known = ", ".join(repr(each.label) for each in scripts.all_(session, project)) or "none"
        raise UnknownInProject(f"there is no script {label!r}; the project's scripts: {known}")
    return script


def require_process(session: Session, project: int, process: int) -> ProcessRecord:
    """Return a process.

    Raises:
        UnknownInProject: There is none with this number.
    """
    record = PROCESSES.get(session, project, id=process)
    if record is None:
        raise UnknownInProject(
            f"unknown process {process}: it was deleted, or is another project's; "
            "list_processes() shows what there is"
        )
    return record


def launch(
    session: Session,
    project: int,
    label: str,
    params: Mapping[str, Any],
    parent: int | None = None,
) -> tuple[int, Growth]:
    """Make the process of a script, with all that will depend on it, in ``waiting``.

    If the parent has such a child already, that one is taken.

    Returns:
        The number of the process, and what was made.
    """
    growth = Growth()
    script = require_script(session, project, label)
    if parent is None:
        return _create(session, project, script, params, None, growth), growth
    above = require_process(session, project, parent)
    return _ensure_child(session, project, script, params, above, growth), growth


def queue(
    session: Session, project: int, record: ProcessRecord, *, propagate: bool | None = True
) -> bool:
    """Put a process into the queue, unless it is there or processing; return whether it was put.

    What was said of it so far goes into square brackets.
    """
    message = f"[{record.message}]" if record.message else ""
    if record.status not in QUEUEABLE:
        return False
    values = {"message": message, "propagate": propagate}
    fresh = {"killed": False, "takeovers": 0, "owner": None, "lease_until": None}
    return processes.move(session, project, record, Status.PENDING, {**values, **fresh})


def queue_dependents(session: Session, project: int, ended: ProcessRecord) -> Growth:
    """Queue the children of a process that has ended, after making those that are missing."""
    growth = Growth()
    for label in scripts.dependents(session, project, ended.label):
        script = scripts.by_label(session, project, label)
        if script is None:
            continue
        child = _ensure_child(session, project, script, {}, ended, growth)
        if _may_run(session, project, script, child):
            put_into_queue(session, project, child, script, growth)
    return growth


def add_children(session: Session, project: int, label: str) -> Growth:
    """Make the processes of a script that those of its parents lack; queue those that may run."""
    growth = Growth()
    script = require_script(session, project, label)
    for above in scripts.dependent_on(session, project, label):
        found = PROCESSES.find(session, processes.OF_LABEL, project, label=above)
        for parent in reversed(found):
            child = _ensure_child(session, project, script, {}, parent, growth)
            is_due = parent.status in FINAL and growth.has_created(child)
            if is_due and _may_run(session, project, script, child):
                put_into_queue(session, project, child, script, growth)
    return growth


def put_into_queue(
    session: Session, project: int, process: int, script: ScriptRecord, growth: Growth
) -> None:
    """Queue a process; a new one only after its script's ``init``."""
    if growth.has_created(process) and script.has_init:
        growth.deferred.append(process)
    else:
        queue(session, project, require_process(session, project, process))


def _may_run(session: Session, project: int, script: ScriptRecord, child: int) -> bool:
    unfinished, failed = processes.parents_in_state(session, project, child)
    if script.join and unfinished:
        return False
    return not (script.only_on_success and failed)


def _ensure_child(
    session: Session,
    project: int,
    script: ScriptRecord,
    params: Mapping[str, Any],
    parent: ProcessRecord,
    growth: Growth,
) -> int:
    if script.join:
        of_tree = {"root": parent.root, "label": script.label}
        found = PROCESSES.find(session, processes.IN_TREE, project, **of_tree)
    else:
        of_parent = {"parent": parent.id, "label": script.label}
        found = PROCESSES.find(session, processes.CHILD, project, **of_parent)
    if not found:
        return _create(session, project, script, params, parent, growth)
    child = found[0].id
    if parent.id not in processes.linked(session, project, child):
        processes.link(session, project, child, parent.id)
    return child


def _create(
    session: Session,
    project: int,
    script: ScriptRecord,
    params: Mapping[str, Any],
    parent: ProcessRecord | None,
    growth: Growth,
) -> int:
    number = projects.next_number(session, project, "last_process")
    if number is None:
        raise UnknownInProject("the project was deleted meanwhile")
    record = ProcessRecord(
        id=number,
        label=script.label,
        params=dict(params),
        parent=None if parent is None else parent.id,
        root=number if parent is None else parent.root,
        status=Status.WAITING,
    )
    PROCESSES.insert(session, project, record)
    if parent is not None:
        processes.link(session, project, number, parent.id)
    growth.created.append((number, script))
    for label in scripts.dependents(session, project, script.label):
        child = scripts.by_label(session, project, label)
        if child is not None:
            _ensure_child(session, project, child, {}, record, growth)
    return number
