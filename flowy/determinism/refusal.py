"""Refuse what workflow code does, if it is workflow code that does it."""

from types import FrameType

from flowy.determinism.rules import Rule
from flowy.determinism.unasked import runs_unasked
from flowy.determinism.users import is_users
from flowy.errors import ForbiddenCallError
from flowy.task.guarding import Watched, watched
from flowy.task.place import named

_PASSING = frozenset(
    {
        "_pytest",
        "bdb",
        "coverage",
        "encodings",
        "gettext",
        "importlib",
        "inspect",
        "linecache",
        "locale",
        "logging",
        "pdb",
        "pkgutil",
        "tokenize",
        "traceback",
        "tracemalloc",
        "venusian",
        "warnings",
        "zipimport",
        "zoneinfo",
    }
)
"""Packages that read files and the like for reasons of their own, whoever calls them."""

_OWN = (
    "flowy.machine",
    "flowy.process",
    "flowy.swf.machine",
    "flowy.swf.processes",
    "flowy.transport",
)
"""Our own packages that keep threads, logs or large texts beside workflow code."""


def refuse_caller(run: Watched, what: str, rule: Rule, frame: FrameType) -> None:
    """Refuse a call that the user's code itself makes; what a library does for itself may pass.

    Args:
        run: The run whose code is on the stack.
        what: What is called.
        rule: The rule that forbids it.
        frame: Who calls.

    Raises:
        ForbiddenCallError: It is the user's code.
    """
    if is_users(frame):
        _refuse(run, what, rule, frame)


def refuse_behind(run: Watched, what: str, rule: Rule, frame: FrameType | None) -> None:
    """Refuse what a library does for the user's code, unless it does so for itself.

    Takes and raises what ``refuse_caller`` does.
    """
    while frame is not None:
        module = frame.f_globals.get("__name__")
        if isinstance(module, str) and (
            module.partition(".")[0] in _PASSING or module.startswith(_OWN)
        ):
            return
        if is_users(frame):
            _refuse(run, what, rule, frame)
            return
        if frame.f_code.co_name == "<module>":
            return
        frame = frame.f_back


def _refuse(run: Watched, what: str, rule: Rule, frame: FrameType) -> None:
    if runs_unasked(frame):
        return
    place = named(frame, frame.f_lineno)
    error = ForbiddenCallError(
        f"{rule.code} {rule.name}: {what} is called at {place}; {rule.why}: use {rule.instead} "
        "(or `with flowy.unguarded():` around what cannot change a decision)",
        rule.code,
        place,
    )
    # Code may swallow the error; inside of logging and the like, the next guard must not see us.
    token = watched.set(None)
    try:
        run.diverges_by(error)
    finally:
        watched.reset(token)
    raise error
