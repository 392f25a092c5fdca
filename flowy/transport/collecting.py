"""Delete the texts on a volume that no execution needs any more.

A text is needed while a history names it: of an open execution, or of a closed one that the
service still keeps. What was stored lately is left alone too: its history may not name it yet.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flowy.errors import DefinitionError, UnknownFileError
from flowy.transport.blobs import FRESH, VolumeBlobs

GRACE = 7 * 24 * 3600.0
"""Seconds for which a text that no history names is kept, unless told otherwise."""

SHORTEST = 4 * FRESH
"""Seconds that the grace has at least: processes do not store again what they have just stored."""

_ADDRESS = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """What was found.

    Args:
        deleted: Addresses of the texts that were deleted, or would be.
        bytes: How much they took.
        kept: How many others there are.
    """

    deleted: tuple[str, ...] = ()
    bytes: int = 0
    kept: int = 0


def collect(
    blobs: VolumeBlobs,
    events: Iterable[bytes],
    now: float,
    grace: float = GRACE,
    *,
    dry_run: bool = False,
) -> Collected:
    """Delete what is older than the grace and named by no event; others may work meanwhile.

    Args:
        blobs: The texts of a domain.
        events: All events of all executions of the domain as they travel: of the open ones, then of
            the closed ones. They are not read when there is nothing old.
        now: The moment, in seconds since the epoch.
        grace: Seconds for which a text is kept after it was stored last, at least an hour.
        dry_run: Delete nothing, and only say what would be.

    Raises:
        DefinitionError: The grace is too short.
        VolumeError: The volume cannot be used; what was deleted until then is.
    """
    if grace < SHORTEST:
        raise DefinitionError(f"the grace is at least {SHORTEST:g} seconds, not {grace:g}")
    sizes = dict(blobs.all())
    unneeded = {address for address in sizes if _is_old(blobs, address, now - grace)}
    if unneeded:
        for event in events:
            unneeded.difference_update(found.decode() for found in _ADDRESS.findall(event))
    # What was stored again while the histories were read is needed by now.
    deleted = [address for address in sorted(unneeded) if _is_old(blobs, address, now - grace)]
    if not dry_run:
        for address in deleted:
            blobs.delete(address)
    return Collected(
        deleted=tuple(deleted),
        bytes=sum(sizes[address] for address in deleted),
        kept=len(sizes) - len(deleted),
    )


def _is_old(blobs: VolumeBlobs, address: str, since: float) -> bool:
    try:
        return blobs.stored_at(address) < since
    except UnknownFileError:
        return False
