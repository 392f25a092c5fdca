"""`sys.monitoring`, by which the guards see calls of methods that are written in C (Python 3.12).

Only workflow code is looked at: the methods of the served classes, and each function of the user's
that they are seen to call. All other code runs as fast as without.
"""

import datetime as dt
import sys
from types import BuiltinFunctionType, CodeType
from typing import Any

from flowy.determinism.calls import METHODS
from flowy.determinism.refusal import refuse_caller
from flowy.determinism.rules import Rule
from flowy.determinism.users import is_users_file
from flowy.task.guarding import watched

_TOOLS = (4, 3)
"""Ids that Python leaves to whoever comes."""

_methods: dict[Any, tuple[str, Rule]] = {}
_seen: set[CodeType] = set()
_tool: int | None = None


def install() -> None:
    """Take a tool's id; without one, or on an older Python, these calls are not seen."""
    global _tool
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None or _tool is not None:
        return
    for name, rule in METHODS.items():
        kind, method = name.split(".")[1:]
        _methods[getattr(getattr(dt, kind), method)] = (name, rule)
    for tool in _TOOLS:
        if monitoring.get_tool(tool) is None:
            monitoring.use_tool_id(tool, "flowy")
            monitoring.register_callback(tool, monitoring.events.CALL, _called)
            _tool = tool
            return


def look_at(cls: Any) -> None:
    """Look at the calls that the methods of a class make."""
    for owner in getattr(cls, "__mro__", ()):
        for member in vars(owner).values():
            _look_at(getattr(member, "__code__", None))


def _look_at(code: Any) -> None:
    if _tool is None or not isinstance(code, CodeType) or code in _seen:
        return
    _seen.add(code)
    if not is_users_file(code.co_filename):
        return
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    monitoring.set_local_events(_tool, code, monitoring.events.CALL)
    for inner in code.co_consts:
        _look_at(inner)


def _called(_code: CodeType, _offset: int, called: Any, _first: Any) -> None:
    run = watched.get()
    if run is None:
        return
    if type(called) is BuiltinFunctionType:
        found = _methods.get(called)
        if found is not None:
            refuse_caller(run, f"{found[0]}()", found[1], sys._getframe(1))
    else:
        _look_at(getattr(called, "__code__", None))
