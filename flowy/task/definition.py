"""What a decorator says about a class: the type that is registered and served."""

from dataclasses import dataclass
from typing import Any

from flowy.errors import DefinitionError
from flowy.execution.retry import RetryPolicy
from flowy.protocol.ids import TypeId

NAME_MAXIMUM = 256
VERSION_MAXIMUM = 64
HOLD = "hold"
FAIL = "fail"
_NO_NAMES = (bytes, dict, frozenset, list, set, tuple, type)
"""What would become a text, and was hardly meant as one."""

_FORBIDDEN = frozenset(":/|") | {chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)]}


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityDefinition:
    """An activity type, its registered defaults, and the class that does it.

    Timeouts are whole seconds; ``heartbeat`` None is no heartbeat timeout. The other settings are
    its worker's alone: ``strategy`` is how its code is run, None as the worker says;
    ``at_most_once`` lets no attempt follow one that began; ``local_retry`` is when the worker tries
    it again by itself, in the same task.
    """

    id: TypeId
    task_list: str
    heartbeat: int | None
    schedule_to_close: int
    schedule_to_start: int
    start_to_close: int
    factory: Any
    strategy: str | None = None
    at_most_once: bool = False
    local_retry: RetryPolicy | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkflowDefinition:
    """A workflow type, its registered defaults, and the class that says what follows what.

    Durations are whole seconds. ``max_open_tasks`` bounds how many activities, children and timers
    of an execution are open at once, each kind by itself; further ones wait in the decider.
    ``on_mismatch`` is what becomes of an execution whose history the code does not follow.
    """

    id: TypeId
    task_list: str
    workflow_duration: int
    decision_duration: int
    factory: Any
    max_open_tasks: int = 1_000
    on_mismatch: str = HOLD


def type_id(name: Any, version: Any) -> TypeId:
    """Make the id of a type; both parts become texts, so version 1 and "1" are the same.

    Raises:
        DefinitionError: SWF does not take such a name or version.
    """
    return TypeId(
        name=checked_name(name, "name", NAME_MAXIMUM),
        version=checked_name(version, "version", VERSION_MAXIMUM),
    )


def mismatch_policy(value: Any) -> str:
    """Return what is to become of executions whose history the code does not follow.

    Raises:
        DefinitionError: It is neither "hold" nor "fail".
    """
    if value not in (HOLD, FAIL):
        raise DefinitionError(f'on_mismatch is "hold" or "fail", not {value!r}')
    return str(value)


def checked_name(value: Any, what: str, maximum: int = NAME_MAXIMUM) -> str:
    """Return a text that SWF takes as a name.

    Raises:
        DefinitionError: The text is empty, too long or holds what SWF forbids.
    """
    if value is None or isinstance(value, _NO_NAMES):
        raise DefinitionError(f"a {what} is a text, not {value!r:.100}")
    text = str(value)
    if not 1 <= len(text) <= maximum:
        raise DefinitionError(
            f"a {what} has 1 to {maximum} characters, not {len(text):,}: {text[:100]!r}"
        )
    bad = sorted(_FORBIDDEN.intersection(text))
    if bad or text == "arn":
        found = ", ".join(map(repr, bad)) or "the text 'arn'"
        raise DefinitionError(f"SWF does not take {found} in a {what}: {text[:100]!r}")
    return text
