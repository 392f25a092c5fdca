"""What SWF answers when it refuses a call: the 11 modelled faults and the framework's own."""

from flowy.errors import Fault


class UnknownResourceFault(Fault):
    """A domain, type, execution or open task of that name does not exist."""


class DefaultUndefinedFault(Fault):
    """A setting is given neither in the call nor by the type's defaults."""


class DomainAlreadyExistsFault(Fault):
    """A domain of that name exists, or is not deprecated."""


class DomainDeprecatedFault(Fault):
    """The domain is deprecated."""


class LimitExceededFault(Fault):
    """A quota of SWF is used up."""


class OperationNotPermittedFault(Fault):
    """The caller may not do this."""


class TooManyTagsFault(Fault):
    """A domain carries at most 50 tags."""


class TypeAlreadyExistsFault(Fault):
    """A type of that name and version exists, or is not deprecated."""


class TypeDeprecatedFault(Fault):
    """The type is deprecated."""


class TypeNotDeprecatedFault(Fault):
    """Only a deprecated type can be deleted."""


class WorkflowExecutionAlreadyStartedFault(Fault):
    """An open execution has that workflow id."""


class ValidationException(Fault):
    """A member of the request is missing, too long, out of range, or makes no sense."""


class SerializationException(Fault):
    """The request is not JSON, or a member has the wrong type."""


class UnknownOperationException(Fault):
    """There is no operation of that name."""


class ThrottlingException(Fault):
    """Too many calls; try again later."""


class RequestEntityTooLargeException(Fault):
    """The request is longer than SWF reads."""


class AccessDeniedException(Fault):
    """The caller may not call the service."""


class MissingAuthenticationTokenException(Fault):
    """The request is not signed, and the service takes only signed ones."""


class IncompleteSignatureException(Fault):
    """The request's signature lacks a part."""


class UnrecognizedClientException(Fault):
    """The request is signed with a key that the service does not know."""


class InvalidSignatureException(Fault):
    """The request's signature is wrong, or too old; the message says what was signed."""


class InternalFailure(Fault):
    """The service failed; nothing was changed."""


MODELLED: tuple[type[Fault], ...] = (
    DefaultUndefinedFault,
    DomainAlreadyExistsFault,
    DomainDeprecatedFault,
    LimitExceededFault,
    OperationNotPermittedFault,
    TooManyTagsFault,
    TypeAlreadyExistsFault,
    TypeDeprecatedFault,
    TypeNotDeprecatedFault,
    UnknownResourceFault,
    WorkflowExecutionAlreadyStartedFault,
)

NAME_SPACES: dict[type[Fault], str] = {
    **dict.fromkeys(MODELLED, "com.amazonaws.swf.base.model"),
    AccessDeniedException: "com.amazon.coral.service",
    IncompleteSignatureException: "com.amazon.coral.service",
    InternalFailure: "com.amazon.coral.service",
    InvalidSignatureException: "com.amazon.coral.service",
    MissingAuthenticationTokenException: "com.amazon.coral.service",
    RequestEntityTooLargeException: "com.amazon.coral.service",
    SerializationException: "com.amazon.coral.service",
    ThrottlingException: "com.amazon.coral.availability",
    UnknownOperationException: "com.amazon.coral.service",
    UnrecognizedClientException: "com.amazon.coral.service",
    ValidationException: "com.amazon.coral.validate",
}

FAULTS: dict[str, type[Fault]] = {cls.__name__: cls for cls in NAME_SPACES}


STATUS: dict[type[Fault], int] = {InternalFailure: 500, RequestEntityTooLargeException: 413}
"""The HTTP status of those faults that have another one than 400."""


def status(error: Fault) -> int:
    """Return the HTTP status with which a fault is sent."""
    return STATUS.get(type(error), 400)


def fault(name: str, message: str) -> Fault:
    """Make the fault of a name as the wire has it, with or without its name space.

    A name that is not known gives a plain ``Fault`` that says the name.
    """
    short = name.rpartition("#")[2]
    known = FAULTS.get(short)
    return known(message) if known else Fault(f"{short}: {message}")
