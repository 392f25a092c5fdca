"""A script's file as a module: what it says about itself, and its function ``init``."""

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from flowy.errors import DefinitionError, UnknownInProject

_NAME = "flowy_project_script"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a script's file says about itself, under these names.

    Args:
        script_id: Its label; None for the file's name.
        run_program: The interpreter; None for the one that starts it.
        run_script: The file to run; None for this one.
        depends_on: Labels of the scripts that it depends on.
        files: Further files that it needs; relative to this one.
        cores: How many cores it takes.
        time_limit: How many seconds it may take; negative for any number.
        join: Whether one process waits for all parents.
        only_on_success: Whether it is queued only when its parent succeeded.
        fail_if_parent_fails: Whether it fails when its parent failed.
        init: Called with each new process, before that is queued.
    """

    script_id: str | None = None
    run_program: str | None = None
    run_script: str | None = None
    depends_on: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    cores: int | None = None
    time_limit: float | None = None
    join: bool | None = None
    only_on_success: bool | None = None
    fail_if_parent_fails: bool | None = None
    init: Any = None


_LISTS = ("depends_on", "files")
_CHECKED: dict[str, type | tuple[type, ...]] = {
    "script_id": str,
    "run_program": str,
    "run_script": str,
    "cores": int,
    "time_limit": (int, float),
    "join": bool,
    "only_on_success": bool,
    "fail_if_parent_fails": bool,
}


def declaration(path: Path) -> Declaration:
    """Run a script's file as a module and return what it says about itself.

    Raises:
        UnknownInProject: There is no such file.
        DefinitionError: A name has a value of another kind than it must have.
    """
    module = load(path)
    values: dict[str, Any] = {}
    for name, kind in _CHECKED.items():
        value = getattr(module, name, None)
        if value is not None and not isinstance(value, kind):
            raise DefinitionError(f"{path}: {name} must be of {kind}, not {value!r}")
        values[name] = value
    for name in _LISTS:
        several: Any = getattr(module, name, ())
        if isinstance(several, str) or not all(isinstance(each, str) for each in several):
            raise DefinitionError(f"{path}: {name} must be a list of texts, not {several!r}")
        values[name] = tuple(several)
    return Declaration(**values, init=getattr(module, "init", None))


def load(path: Path) -> ModuleType:
    """Run a file as a module of its own, with its folder first on the path meanwhile.

    Raises:
        UnknownInProject: There is no such file.
    """
    if not path.is_file():
        raise UnknownInProject(f"there is no script file {path}")
    spec = importlib.util.spec_from_file_location(_NAME, path)
    if spec is None or spec.loader is None:
        return ModuleType(_NAME)
    module = importlib.util.module_from_spec(spec)
    folder = str(path.parent)
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module
