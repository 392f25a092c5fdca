"""Processes with execution strategies, alone and in graphs; the names that users import."""

from flowy.process.workflow.core import Workflow, WorkflowPoolManager, create_workflow
from flowy.process.workflow.id_generator import (
    ProcessIdGenerator,
    TimestampedProcessIdGenerator,
)
from flowy.process.workflow.process import BaseProcess, ProcessError
from flowy.process.workflow.results import ProcessResult
from flowy.process.workflow.states import ProcessMetadata, ProcessState
from flowy.process.workflow.workflow_types import (
    ProcessConfig,
    ProcessId,
    ProcessType,
    RetryStrategy,
    WorkflowNode,
)

__all__ = [
    "BaseProcess",
    "ProcessConfig",
    "ProcessError",
    "ProcessId",
    "ProcessIdGenerator",
    "ProcessMetadata",
    "ProcessResult",
    "ProcessState",
    "ProcessType",
    "RetryStrategy",
    "TimestampedProcessIdGenerator",
    "Workflow",
    "WorkflowNode",
    "WorkflowPoolManager",
    "create_workflow",
]
