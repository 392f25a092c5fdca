"""Projects: scripts that depend on each other, their processes, a job queue and workspaces."""

from flowy.project.archives import ZipLimits
from flowy.project.files import Comparison
from flowy.project.lineage import Lineage
from flowy.project.monitor import Monitor, MonitorOptions
from flowy.project.process import Process
from flowy.project.project import (
    Project,
    create_project,
    drop_database,
    get_project_process,
    list_projects,
    start_process_monitor,
)
from flowy.project.script import Script
from flowy.project.values import Attempt
from flowy.project.workspace import Workspace

__all__ = [
    "Attempt",
    "Comparison",
    "Lineage",
    "Monitor",
    "MonitorOptions",
    "Process",
    "Project",
    "Script",
    "Workspace",
    "ZipLimits",
    "create_project",
    "drop_database",
    "get_project_process",
    "list_projects",
    "start_process_monitor",
]
