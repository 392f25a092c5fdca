"""An event that the decider must see: recorded, with a decision task behind it."""

from typing import Any

from flowy.protocol.event import Event
from flowy.service.domain.change import Change
from flowy.service.domain.closing import finish
from flowy.service.domain.context import CommandContext
from flowy.service.domain.draft import Draft
from flowy.service.domain.execution import ExecutionState


def tell_decider(
    state: ExecutionState, event_class: type[Event], attributes: Any, context: CommandContext
) -> Change:
    """Record an event and wake the decider."""
    draft = Draft(state, context.now, context.has_left)
    draft.record(event_class, attributes)
    draft.wake()
    return finish(draft, context.limits)
