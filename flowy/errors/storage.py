"""A database, an archive or a volume cannot be used."""

from flowy.errors.root import FlowyError


class DatabaseError(FlowyError):
    """The database cannot be opened, written, or is of another version of Flowy."""


class ConnectionLost(DatabaseError):
    """The connection to the database broke; what was being committed is perhaps stored."""


class TransactionConflict(DatabaseError):
    """Another transaction changed the same thing; nothing of this one was stored."""


class ArchiveError(FlowyError):
    """Executions cannot be exported to a file, or imported from it; nothing was stored."""


class VolumeError(FlowyError):
    """A volume is full or gone, or cannot be read or written."""


class InvalidKeyError(VolumeError, ValueError):
    """A key is no key, or would lead out of its volume."""
