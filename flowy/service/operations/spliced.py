"""Answers with events that are already in the form of the wire."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import msgspec

from flowy.protocol.event import Event
from flowy.protocol.history import HistoryEvent
from flowy.protocol.tasks import DecisionTask, History
from flowy.protocol.wire import decode_events, encode, join_events

Answer = TypeVar("Answer", DecisionTask, History)


class Spliced:
    """A page of history whose events are stored bytes.

    Args:
        answer: The answer without its events.
        events: The events as they are stored.
        values: The same events as values, where these are at hand.
    """

    __slots__ = ("_answer", "_events", "_values")

    def __init__(
        self,
        answer: DecisionTask | History,
        events: Sequence[bytes],
        values: Sequence[Event] | None = None,
    ) -> None:
        self._answer = answer
        self._events = events
        self._values = values

    def typed(self) -> DecisionTask | History:
        """Return the answer as a value, for callers in this process."""
        if self._values is None:
            events = decode_events(join_events(self._events))
        else:
            events = cast(tuple[HistoryEvent, ...], tuple(self._values))
        return msgspec.structs.replace(self._answer, events=events)

    def body(self) -> bytes:
        """Return the answer as bytes; no event is decoded or encoded."""
        events = cast(Any, msgspec.Raw(join_events(self._events)))
        return encode(msgspec.structs.replace(self._answer, events=events))
