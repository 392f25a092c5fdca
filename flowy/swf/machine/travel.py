"""What a task needs to run elsewhere, and what it sends back: its changes, not its world.

Tasks of parallel branches may run at the same time on copies of one token. So a task sends back
only what it has changed. Of a token the top level is compared: two tasks may change two keys.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from flowy.errors import HaltProcessing, WorkflowError, WorkflowTransition
from flowy.machine.patterns.loops import ITERATORS
from flowy.machine.state import Transient


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What a task is called with.

    Args:
        token: The token, as JSON says it.
        extra_data: What the tasks keep.
        callback_pos: The path to the task.
    """

    token: Any
    extra_data: dict[str, Any]
    callback_pos: tuple[int, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a value.

    Args:
        put: Keys that are new, or have another value.
        removed: Keys that are gone.
        whole: A value without keys, such as a list, in a list of one; empty if it is the same.
    """

    put: dict[str, Any] = {}
    removed: tuple[str, ...] = ()
    whole: tuple[Any, ...] = ()


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a task came to.

    Args:
        token: What became of the token.
        extra_data: What became of what the tasks keep.
        value: What the task returned.
        transition: The name of the transition that it raised.
        arguments: What that was made with.
        error: The type and the message of an error that it raised.
    """

    token: Change = Change()
    extra_data: Change = Change()
    value: Any = None
    transition: str | None = None
    arguments: tuple[Any, ...] = ()
    error: tuple[str, str] | None = None


def kept(extra_data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what tasks elsewhere may see: not the turns of loops, engines and locks."""
    return {
        key: value
        for key, value in extra_data.items()
        if key != ITERATORS and not isinstance(value, Transient)
    }


def plain(value: Any, what: str) -> Any:
    """Return a value as JSON would say it.

    Raises:
        WorkflowError: JSON cannot say it.
    """
    try:
        return msgspec.json.decode(msgspec.json.encode(value))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise WorkflowError(
            f"{what} cannot be sent as JSON: {error}; use dicts, lists, texts and numbers, or a "
            "dataclass of them"
        ) from error


def difference(before: Any, after: Any) -> Change:
    """Return what became of a plain value."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return Change() if before == after else Change(whole=(after,))
    return Change(
        put={
            key: value for key, value in after.items() if key not in before or before[key] != value
        },
        removed=tuple(key for key in before if key not in after),
    )


def apply(change: Change, value: Any) -> None:
    """Do to a value what was done to its copy: in place, since others hold it too.

    Raises:
        WorkflowError: A value of its type cannot be changed in place.
    """
    if change.whole:
        if not isinstance(value, list) or not isinstance(change.whole[0], list):
            raise WorkflowError(
                f"a task elsewhere has made {change.whole[0]!r} of the token {value!r}, which "
                "cannot be changed in place: let the tokens be dicts, lists or dataclasses"
            )
        value[:] = change.whole[0]
    elif isinstance(value, dict):
        value.update(change.put)
        for key in change.removed:
            value.pop(key, None)
    elif change.put:
        whole = msgspec.convert({**msgspec.to_builtins(value), **change.put}, type(value))
        for name in change.put:
            setattr(value, name, getattr(whole, name))


def describe(transition: WorkflowTransition) -> tuple[str, tuple[Any, ...]]:
    """Return the name of a transition and what it was made with."""
    if isinstance(transition, HaltProcessing):
        return "HaltProcessing", (transition.message, transition.action, transition.payload)
    return type(transition).__name__, tuple(transition.args)


def revive(name: str, arguments: tuple[Any, ...]) -> WorkflowTransition:
    """Return the transition of a name.

    Raises:
        WorkflowError: There is none; only those of the engine travel.
    """
    kind = _kinds(WorkflowTransition).get(name)
    if kind is None:
        raise WorkflowError(f"a task elsewhere has raised the transition {name}, unknown here")
    return kind(*arguments)


def _kinds(kind: type[WorkflowTransition]) -> dict[str, type[WorkflowTransition]]:
    found = {kind.__name__: kind}
    for derived in kind.__subclasses__():
        found |= _kinds(derived)
    return found
