"""Where a machine stands: which token, which task, and what its tasks have kept.

A position is a value. The path ``[2, 0, 1]`` is the third entry of the definition, its first entry,
and that one's second. Inside, a path is kept as the tuple of its outer steps and its last step
apart, so that going on to the next task stores one number and makes no list.
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

STATE_KEYS = ("token_pos", "callback_pos", "current_object_processed")


class Position(tuple[int, ...]):
    """A path to a task; equal to the list of the same numbers, and written like it."""

    __slots__ = ()
    __hash__ = tuple.__hash__

    def __eq__(self, other: object) -> bool:
        return tuple.__eq__(self, tuple(other) if isinstance(other, list) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __repr__(self) -> str:
        return repr(list(self))


class Transient:
    """Marks a value of ``extra_data`` that is of this process only and is never saved."""


class MachineState:
    """Where the machine stands.

    Args:
        token_pos: The index of the present token; -1 before the first.
        callback_pos: The path to the present task.
    """

    __slots__ = ("_token_pos", "current_object_processed", "index", "jumped", "outer")

    def __init__(
        self, token_pos: int | None = None, callback_pos: Iterable[int] | None = None
    ) -> None:
        self.reset()
        if token_pos is not None:
            self.token_pos = token_pos
        if callback_pos is not None:
            self.callback_pos = Position(callback_pos)

    @property
    def token_pos(self) -> int:
        """The index of the present token. It is raised before the token is taken."""
        return self._token_pos

    @token_pos.setter
    def token_pos(self, value: int) -> None:
        if value < -1:
            raise AttributeError(
                f"token_pos may not be < -1, but it was to become {value}: there is no token "
                "before the first"
            )
        self._token_pos = value

    @property
    def callback_pos(self) -> Position:
        """The path to the present task; after an error it names the task that failed."""
        return Position((*self.outer, self.index))

    @callback_pos.setter
    def callback_pos(self, path: Iterable[int]) -> None:
        steps = tuple(path)
        if not steps:
            raise AttributeError("callback_pos may not be empty; [0] is the first task")
        self.outer: tuple[int, ...] = steps[:-1]
        self.index = steps[-1]

    def reset(self) -> None:
        """Go back before the first token."""
        self.token_pos_reset()
        self.callback_pos_reset()
        self.current_object_processed = False
        self.jumped = False

    def token_pos_reset(self) -> None:
        """Go back before the first token, at the same task."""
        self._token_pos = -1

    def callback_pos_reset(self) -> None:
        """Go back to the first task, at the same token."""
        self.outer = ()
        self.index = 0

    def __getstate__(self) -> dict[str, Any]:
        return {
            "token_pos": self._token_pos,
            "callback_pos": list(self.callback_pos),
            "current_object_processed": self.current_object_processed,
        }

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.reset()
        for key in STATE_KEYS:
            setattr(self, key, state[key])

    def __repr__(self) -> str:
        return f"MachineState(token_pos={self._token_pos}, callback_pos={self.callback_pos})"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All that is needed to go on elsewhere with the same tokens and the same definition.

    Args:
        token_pos: The index of the present token.
        callback_pos: The path to the present task.
        current_object_processed: Whether the pass had ended.
        extra_data: What the tasks keep, without what is of one process only.
    """

    token_pos: int = -1
    callback_pos: tuple[int, ...] = (0,)
    current_object_processed: bool = False
    extra_data: Mapping[str, Any] = field(default_factory=dict)


def take_snapshot(state: MachineState, extra_data: Mapping[str, Any]) -> Snapshot:
    """Copy a state and what belongs to it."""
    kept = {key: value for key, value in extra_data.items() if not isinstance(value, Transient)}
    return Snapshot(
        token_pos=state.token_pos,
        callback_pos=tuple(state.callback_pos),
        current_object_processed=state.current_object_processed,
        extra_data=copy.deepcopy(kept),
    )


def apply_snapshot(snapshot: Snapshot, state: MachineState, extra_data: dict[str, Any]) -> None:
    """Put a state and its data back to where they were."""
    state.reset()
    state.token_pos = snapshot.token_pos
    state.callback_pos = Position(snapshot.callback_pos)
    state.current_object_processed = snapshot.current_object_processed
    for key in [key for key, value in extra_data.items() if not isinstance(value, Transient)]:
        del extra_data[key]
    extra_data.update(copy.deepcopy(dict(snapshot.extra_data)))
