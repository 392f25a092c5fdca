"""Durable machines: a nested list of tasks as the body of a workflow; the names users import."""

from flowy.swf.machine.engine import DurableEngine
from flowy.swf.machine.restarting import halted, restart
from flowy.swf.machine.steps import activity_step, local_step
from flowy.swf.machine.workflow import Halted, MachineWorkflow, Restart

__all__ = [
    "DurableEngine",
    "Halted",
    "MachineWorkflow",
    "Restart",
    "activity_step",
    "halted",
    "local_step",
    "restart",
]
