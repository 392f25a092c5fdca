"""What a batch of decisions shares: the draft, and the open things as the batch has left them."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from flowy.protocol.event import Event
from flowy.service.domain.context import CommandContext
from flowy.service.domain.draft import Draft

Thing = TypeVar("Thing")


class Layer(Generic[Thing]):
    """Open things by name: those of a state, and on top of them what a batch did.

    Args:
        ids: The state's event ids by name.
        things: The state's things by event id.
    """

    __slots__ = ("_changed", "_ids", "_things", "count")

    def __init__(self, ids: Mapping[str, int], things: Mapping[int, Thing]) -> None:
        self._ids = ids
        self._things = things
        self._changed: dict[str, Thing | None] = {}
        self.count = len(ids)

    def find(self, name: str) -> Thing | None:
        """Return the open thing of a name."""
        if name in self._changed:
            return self._changed[name]
        event_id = self._ids.get(name)
        return None if event_id is None else self._things[event_id]

    def put(self, name: str, thing: Thing) -> None:
        """Open a thing, or put a newer value in its place."""
        self.count += self.find(name) is None
        self._changed[name] = thing

    def remove(self, name: str) -> None:
        """Close the thing of a name, which is open."""
        self._changed[name] = None
        self.count -= 1


class Batch:
    """The decisions of one answer while they are carried out one after another.

    ``unseen`` says whether a decision task waited already: the decider has not seen everything and
    may not close. ``wakes`` says whether the decider must be told what came of its decisions.

    Args:
        draft: The change so far, its last event being ``DecisionTaskCompleted``.
        context: What the command may know.
    """

    __slots__ = (
        "activities",
        "completed_event_id",
        "context",
        "draft",
        "lambdas",
        "new_children",
        "timers",
        "unseen",
        "wakes",
    )

    def __init__(self, draft: Draft, context: CommandContext) -> None:
        state = draft.state
        self.draft = draft
        self.context = context
        self.completed_event_id = draft.events[-1].event_id
        self.activities = Layer(state.activity_ids, state.activities)
        self.lambdas = Layer(state.lambda_ids, state.lambdas)
        self.timers = Layer(state.timer_ids, state.timers)
        self.new_children = 0
        self.unseen = draft.waiting is not None
        self.wakes = False

    def record(self, event_class: type[Event], attributes: Any) -> int:
        """Add an event and return its id."""
        return self.draft.record(event_class, attributes)


class Rule(NamedTuple):
    """How decisions of one class are treated.

    ``carry_out`` records what the decision does, or returns the cause for which it cannot be done;
    ``fail`` records the failure for a cause. ``rate_exceeded`` is the cause for a decision that
    comes too fast, None where SWF knows none; ``forbidden`` the cause for one that is not allowed.
    """

    carry_out: Callable[[Batch, Any], str | None]
    fail: Callable[[Batch, Any, Any], None]
    rate_exceeded: str | None = None
    forbidden: str | None = "OPERATION_NOT_PERMITTED"
