"""Ready-made storage for workflows and their tokens, on SQLite and PostgreSQL alike."""

from flowy.machine.store.opened import MachineStore
from flowy.machine.store.tables import MachineObject, MachineTables, MachineWorkflow

__all__ = ["MachineObject", "MachineStore", "MachineTables", "MachineWorkflow"]
