"""`flowy.catalog.run` under the documented path."""

from flowy.catalog.run import (
    RunManager,
    read_run_results,
    store_run_files,
    validate_state_transition,
)

__all__ = [
    "RunManager",
    "read_run_results",
    "store_run_files",
    "validate_state_transition",
]
