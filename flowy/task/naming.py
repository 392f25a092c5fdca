"""What names an execution, a signal or a marker in a call: what SWF would refuse is refused there.

A decision that the service refuses is not made, and the execution waits until its code changes. So
the call fails, with an error that says which argument is to blame.
"""

from typing import Any

from flowy.errors import DefinitionError
from flowy.task.definition import NAME_MAXIMUM, checked_name

RUN_ID_MAXIMUM = 64
RESERVED = "flowy."
"""What the names of Flowy's own markers begin with."""


def workflow_id(value: Any, call: str) -> str:
    """Return the workflow id of another execution.

    Args:
        value: What was given.
        call: Who was given it, for the error: "send_signal".

    Raises:
        DefinitionError: SWF does not take it.
    """
    if not isinstance(value, str):
        raise DefinitionError(
            f"{call}: workflow_id is the text of a workflow id, not {_shown(value)}; a child's is "
            "result.workflow_id, which is None while its arguments are not there: use result.signal"
        )
    return checked_name(str.__str__(value), f"workflow_id of {call}")  # an enum's is its value


def run_id(value: Any, call: str) -> str | None:
    """Return the run id of another execution; None is the open run.

    Raises:
        DefinitionError: SWF does not take it.
    """
    return None if value is None else _text(value, f"run_id of {call}", RUN_ID_MAXIMUM)


def signal(value: Any) -> str:
    """Return the name of a signal.

    Raises:
        DefinitionError: SWF does not take it.
    """
    return _text(value, "signal's name", NAME_MAXIMUM)


def marker(value: Any) -> str:
    """Return the name of a marker of the user's.

    Raises:
        DefinitionError: SWF, or Flowy, does not take it.
    """
    name = _text(value, "marker's name", NAME_MAXIMUM)
    if name.startswith(RESERVED):
        raise DefinitionError(
            f"a marker's name has 1 to {NAME_MAXIMUM} characters and does not begin with "
            f"{RESERVED!r}: {name[:100]!r}"
        )
    return name


def change(value: Any) -> str:
    """Return the name of a change of the code.

    Raises:
        DefinitionError: It is no text, or too long.
    """
    return _text(value, "change's name", NAME_MAXIMUM)


def _text(value: Any, what: str, maximum: int) -> str:
    if not isinstance(value, str):
        raise DefinitionError(f"a {what} is a text, not {_shown(value)}")
    if not 1 <= len(value) <= maximum:
        raise DefinitionError(
            f"a {what} has 1 to {maximum} characters, not {len(value):,}: {value[:100]!r}"
        )
    return value


def _shown(value: Any) -> str:
    return f"{value!r:.100} ({type(value).__name__})"
