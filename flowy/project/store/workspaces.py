"""Workspaces and the processes that made them."""

from sqlalchemy import bindparam

from flowy.project.store.rows import Rows
from flowy.project.store.schema import workspaces
from flowy.project.values import WorkspaceRecord

WORKSPACES = Rows(workspaces, WorkspaceRecord)

ALL = WORKSPACES.select()
OF_PROCESS = WORKSPACES.select(workspaces.c.process == bindparam("of_process"))
LABELLED = WORKSPACES.select(
    workspaces.c.process == bindparam("of_process"), workspaces.c.label == bindparam("of_label")
)
