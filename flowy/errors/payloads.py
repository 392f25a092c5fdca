"""A value cannot travel."""

from flowy.errors.root import FlowyError


class PayloadError(FlowyError):
    """A value cannot be carried by the transport, or a carried text cannot be read."""


class PayloadMismatch(PayloadError, TypeError):
    """A value is not what the annotation of an argument, a result or a signal asks for.

    A task that fails with it is not tried again: the same value would not fit again.
    """


class PayloadTooLarge(PayloadError):
    """An encoded value is longer than the field that would carry it."""


class PayloadLost(PayloadError):
    """A text that travels packed cannot be had: it is damaged, gone, or its codec cannot read it.

    To try again does not help; an execution that needs the text fails.
    """


class PayloadUnavailable(PayloadError):
    """The volume of large texts cannot be used now: it is full, gone, or out of reach."""
