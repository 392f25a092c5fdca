"""Notes that a decider leaves in the history."""

from msgspec import field

from flowy.protocol.event import Event
from flowy.protocol.fields import Data, EventId, MarkerName, RecordMarkerFailedCause
from flowy.protocol.value import Value


class MarkerRecordedAttributes(Value):
    """What ``MarkerRecorded`` says."""

    marker_name: MarkerName
    decision_task_completed_event_id: EventId
    details: Data | None = None


class MarkerRecorded(Event, tag="MarkerRecorded"):
    """The decider left a note in the history."""

    attributes: MarkerRecordedAttributes = field(name="markerRecordedEventAttributes")


class RecordMarkerFailedAttributes(Value):
    """What ``RecordMarkerFailed`` says."""

    marker_name: MarkerName
    cause: RecordMarkerFailedCause
    decision_task_completed_event_id: EventId


class RecordMarkerFailed(Event, tag="RecordMarkerFailed"):
    """A note could not be left in the history."""

    attributes: RecordMarkerFailedAttributes = field(name="recordMarkerFailedEventAttributes")
