"""How large a run's history has grown: what code may ask to decide when to continue as new."""

EVENT = 220
"""Characters of an event on the wire without what users put into it: the mean of histories."""


class HistorySize:
    """Counts while a run is fed, the same in every replay.

    Attributes:
        events: The events up to the decision that is made.
        characters: What users' texts have: inputs, results, details, signals, markers.
    """

    __slots__ = ("characters", "events")

    def __init__(self) -> None:
        self.events = 0
        self.characters = 0

    def add(self, text: str | None) -> None:
        """Count a text that stands in the history, or is going to."""
        if text is not None:
            self.characters += len(text)

    @property
    def bytes(self) -> int:
        """About how many bytes the history has."""
        return self.events * EVENT + self.characters
