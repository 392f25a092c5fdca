"""The decorators that users put on their classes."""

from flowy.task.decorators import activity, workflow

__all__ = ["activity", "workflow"]
