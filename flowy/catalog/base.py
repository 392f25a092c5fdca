"""The catalogue's rows under the path that its users know."""

from flowy.catalog.store.models import (
    Base,
    GroupObject,
    RunFile,
    RunMessage,
    RunObject,
    UploadFile,
    User,
    WorkflowObject,
    WorkflowRankingRun,
)
from flowy.catalog.template.files import WorkflowOutputFile

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
