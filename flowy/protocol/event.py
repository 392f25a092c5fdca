"""The envelope of a history event."""

from typing import Any

from flowy.protocol.fields import EventId, Timestamp
from flowy.protocol.value import Value


class Event(Value, tag_field="eventType"):
    """One event of a history; the subclasses are the 54 types and carry the attributes."""

    event_id: EventId
    event_timestamp: Timestamp
    attributes: Any
