"""What the stores hand out: projects, scripts, processes, workspaces as frozen values."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from flowy.project.states import Status

NEVER = -1.0
"""The moment of what has not happened, and the length of what has not ended."""


class ProjectRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A project.

    Args:
        id: Its key in the database.
        name: Its name, unique in the database.
        root_dir: The folder that has its scripts, logs and workspaces.
        user: Who made it.
        created_at: When, in seconds since the epoch.
    """

    id: int
    name: str
    root_dir: str
    user: str
    created_at: float


class ScriptRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A script.

    Args:
        id: Its number in the project.
        label: Its name in the project.
        program: The interpreter; None for the one that starts it.
        filename: The file that is run, in the script's folder.
        source_path: The folder that its files are copied from.
        import_path: The file that it was imported from.
        sources: The files that belong to it, each with ``path`` and ``update_mode``.
        user: Who added it.
        added: When it was added, in seconds since the epoch.
        updated: When its files were last copied, or ``NEVER``.
        time_limit: How many seconds a process may take; negative for any number.
        cores: How many cores a process takes.
        on_hold: Whether its processes fail instead of running.
        fail_if_parent_fails: Whether its processes fail when their parent did.
        join: Whether one process waits for all parents, instead of one process a parent.
        only_on_success: Whether a parent's failure leaves its processes waiting.
        has_init: Whether its file has a function ``init(process)``.
        extra: What else was set on it.
    """

    id: int
    label: str
    program: str | None = None
    filename: str | None = None
    source_path: str | None = None
    import_path: str | None = None
    sources: tuple[Mapping[str, Any], ...] = ()
    user: str = ""
    added: float = NEVER
    updated: float = NEVER
    time_limit: float = NEVER
    cores: int = 1
    on_hold: bool = False
    fail_if_parent_fails: bool = True
    join: bool = False
    only_on_success: bool = False
    has_init: bool = False
    extra: Mapping[str, Any] = {}


class ProcessRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A process.

    Args:
        id: Its number in the project.
        label: The label of its script.
        params: The arguments that it was launched with.
        metadata: What its script noted about it.
        parent: The process that spawned it; None for a root.
        root: The top of its tree; itself for a root.
        status: Where it stands.
        message: What was last said about it.
        started: When its script was last started, in seconds since the epoch, or ``NEVER``.
        duration: How many seconds it took, or ``NEVER``.
        propagate: Whether its end queues dependents; None until that was said.
        attempt: How many times it was started.
        takeovers: How many times it was queued again because its monitor was lost.
        pid: The process id of its interpreter; None where none was started.
        pid_birth: When the system started that, to tell it from others with the same id.
        host: The machine on which it was last started.
        owner: The monitor that has it; None unless a monitor started it.
        lease_until: Until when the monitor holds it without saying so again.
        killed: Whether it was killed while its script ran.
        extra: What else was set on it.
    """

    id: int
    label: str
    params: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    parent: int | None = None
    root: int
    status: Status
    message: str = ""
    started: float = NEVER
    duration: float = NEVER
    propagate: bool | None = None
    attempt: int = 0
    takeovers: int = 0
    pid: int | None = None
    pid_birth: str | None = None
    host: str | None = None
    owner: str | None = None
    lease_until: float | None = None
    killed: bool = False
    extra: Mapping[str, Any] = {}


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a process's script: a line of its history.

    Args:
        process: The process's number.
        number: 1 for the first.
        started: When, in seconds since the epoch.
        ended: When, or None while it runs.
        status: How it ended, or ``processing``.
        message: What was said at its end.
        duration: How many seconds it took, or ``NEVER``.
        host: On which machine.
        owner: The monitor that started it; None without a monitor.
        log: The name of its log in the process's folder.
    """

    process: int
    number: int
    started: float
    ended: float | None = None
    status: Status = Status.PROCESSING
    message: str = ""
    duration: float = NEVER
    host: str | None = None
    owner: str | None = None
    log: str | None = None


class WorkspaceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace.

    Args:
        id: Its number in the project.
        label: Its label; unique among those of one process.
        process: The process that made it; None if it was made without one.
        path: Its folder, relative to the project's root.
        status: ``active``, or what was set.
        user: Who made it.
        created: When, in seconds since the epoch.
        extra: What else was set on it.
    """

    id: int
    label: str | None
    process: int | None
    path: str
    status: str = "active"
    user: str = ""
    created: float = NEVER
    extra: Mapping[str, Any] = {}


FolderKind = Literal["script", "workspace"]
"""Whose folder it is."""


class FolderNote(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody fills a folder.

    Args:
        kind: Whose folder it is.
        id: The number of that script or workspace.
        host: The machine of who fills it.
        pid: His process id.
        pid_birth: When that process was started, in the system's own terms.
        since: When he began, in seconds since the epoch.
    """

    kind: FolderKind
    id: int
    host: str
    pid: int
    pid_birth: str | None
    since: float
