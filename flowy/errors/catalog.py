"""The run catalogue refuses a call."""

from flowy.errors.root import FlowyError


class CatalogError(FlowyError):
    """The run catalogue refused a call.

    Args:
        message: What happened, to which run, and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotCatalogued(CatalogError):
    """There is no run to ask for: the code runs outside of a worker that has a catalogue."""


class ConstraintViolationError(CatalogError):
    """What is asked for is against the catalogue's rules."""


class InvalidRunStateError(ConstraintViolationError):
    """A run is not in a state for what is asked for."""


class MissingArgumentError(ConstraintViolationError, ValueError):
    """An argument is missing that the call takes."""


class DuplicateArgumentError(ConstraintViolationError, ValueError):
    """An argument is given twice."""


class InvalidTemplateError(ConstraintViolationError):
    """A result schema cannot be read."""


class UnknownObjectError(CatalogError):
    """There is no such thing.

    Args:
        identifier: What was asked for.
    """

    kind = "object"

    def __init__(self, identifier: object) -> None:
        super().__init__(f"unknown {self.kind} '{identifier}'")
        self.identifier = identifier


class UnknownFileError(UnknownObjectError):
    """There is no such file."""

    kind = "file"


class UnknownRunError(UnknownObjectError):
    """There is no such run, or it has not what was asked for."""

    kind = "run"


class UnknownWorkflowError(UnknownObjectError):
    """There is no such workflow in the catalogue."""

    kind = "workflow"


class UnknownWorkflowGroupError(UnknownObjectError):
    """There is no such group of runs."""

    kind = "workflow group"
