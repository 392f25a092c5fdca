"""A project refuses."""

from flowy.errors.root import FlowyError


class ProjectError(FlowyError):
    """A project, or something in it, cannot do what was asked."""


class UnknownInProject(ProjectError, LookupError):
    """There is no project, script, process or workspace of that name or number."""


class AlreadyInProject(ProjectError):
    """There is a project or a script of that name already."""


class IllegalMove(ProjectError):
    """A process is in a state that does not allow the move; nothing was changed."""


class UnsafeArchive(ProjectError):
    """An archive would write outside of its folder, or more than it may; nothing was unpacked."""
