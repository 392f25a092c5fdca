"""`flowy.catalog.base` under the documented path."""

from flowy.catalog.base import (
    Base,
    GroupObject,
    RunFile,
    RunMessage,
    RunObject,
    UploadFile,
    User,
    WorkflowObject,
    WorkflowOutputFile,
    WorkflowRankingRun,
)

__all__ = [
    "Base",
    "GroupObject",
    "RunFile",
    "RunMessage",
    "RunObject",
    "UploadFile",
    "User",
    "WorkflowObject",
    "WorkflowOutputFile",
    "WorkflowRankingRun",
]
