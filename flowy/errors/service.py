"""The service refuses a call, or gives no answer."""

from flowy.errors.root import FlowyError


class Fault(FlowyError):
    """The service refused a call.

    Args:
        message: What the service says about it.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class ServiceUnavailable(FlowyError):
    """The service could not be reached, or its answer could not be read; try again later."""


class ServiceUnreachable(ServiceUnavailable):
    """Nobody listens at the service's address, and so nothing was sent; it may be starting anew."""
