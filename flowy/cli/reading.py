"""Packed texts of a history as people read them: unpacked, or what there is to say of them."""

import click

from flowy.cli.volume import existing
from flowy.errors import PayloadError
from flowy.transport import packed
from flowy.transport.packing import PACKING, Packing

DAMAGED = "(damaged)"
"""What is shown of a text that begins as a packed one and is none."""

ENCODED = "(encoded)"
"""What is shown of a text that the workers' codec has encoded, where it cannot be decoded."""


class Reader:
    """Reads texts, and notes in ``problem`` why the first one could not be read.

    Args:
        packing: How texts travel here.
        problem: What is wrong with it already.
    """

    def __init__(self, packing: Packing = PACKING, problem: str | None = None) -> None:
        self.problem = problem
        self._packing = packing

    def __call__(self, text: str) -> str:
        """Return the text that another one stands for, or in parentheses where that is."""
        try:
            return self._packing.unpack(text, "a text of the history")
        except PayloadError as error:
            self.problem = self.problem or str(error)
            return _place(text)


def reader_of(payloads: str | None, domain: str) -> Reader:
    """Make what reads the texts of a domain.

    Args:
        payloads: The URL of the volume; None is what the environment says. When that cannot be
            used, texts that need it are not read, and all the rest is.
        domain: The domain.

    Raises:
        ClickException: The volume that is given cannot be opened.
    """
    try:
        return Reader(existing(payloads).packing(domain))
    except click.ClickException as error:
        if payloads is not None:
            raise
        return Reader(problem=error.message)


def _place(text: str) -> str:
    try:
        found = packed.read(text)
    except PayloadError:
        return DAMAGED
    return f"(on the volume, {found.size:,} bytes)" if found.is_reference else ENCODED
