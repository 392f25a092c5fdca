"""The errors of the catalogue under the names that its users know."""

from flowy.errors import (
    CatalogError,
    ConstraintViolationError,
    DuplicateArgumentError,
    InvalidRunStateError,
    InvalidTemplateError,
    MissingArgumentError,
    UnknownFileError,
    UnknownObjectError,
    UnknownRunError,
    UnknownWorkflowError,
    UnknownWorkflowGroupError,
)

FlowservError = CatalogError

__all__ = [
    "CatalogError",
    "ConstraintViolationError",
    "DuplicateArgumentError",
    "FlowservError",
    "InvalidRunStateError",
    "InvalidTemplateError",
    "MissingArgumentError",
    "UnknownFileError",
    "UnknownObjectError",
    "UnknownRunError",
    "UnknownWorkflowError",
    "UnknownWorkflowGroupError",
]
