"""Durable graphs of processes; the names users import."""

from flowy.swf.processes.declaring import durable_graph
from flowy.swf.processes.node import NodeActivity
from flowy.swf.processes.workflow import GraphWorkflow

__all__ = ["GraphWorkflow", "NodeActivity", "durable_graph"]
