"""The states of a stored workflow and of a stored token, with their labels for people."""

from enum import Enum
from typing import Self


class _Labelled(Enum):
    """A status with a number to store and a label to show."""

    label: str

    def __new__(cls, value: int, label: str = "") -> Self:
        """Make a member of a number and a label."""
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        return member


class ObjectStatus(_Labelled):
    """The states of a token."""

    INITIAL = 0, "New"
    COMPLETED = 1, "Done"
    HALTED = 2, "Need action"
    RUNNING = 3, "In process"
    ERROR = 4, "Error"


class WorkflowStatus(_Labelled):
    """The states of a workflow."""

    NEW = 0, "New"
    RUNNING = 1, "Running"
    HALTED = 2, "Halted"
    ERROR = 3, "Error"
    COMPLETED = 4, "Completed"
