"""Who takes part in what workers and starters do: refused by name where it is something else."""

from typing import Any

from flowy.given import has, kind
from flowy.telemetry import Telemetry

_LISTENER = ("pending", "running", "closed", "files", "unfinished")


def check(telemetry: Any, catalog: Any) -> None:
    """Refuse what is no telemetry, and what is no catalogue.

    Args:
        telemetry: What was given as ``telemetry``.
        catalog: What was given as ``catalog``; None is none.

    Raises:
        DefinitionError: It is something else.
    """
    kind(telemetry, Telemetry, "telemetry")
    if catalog is not None:
        wanted = "a flowy.catalog.executions.ExecutionCatalogue"
        has(catalog, _LISTENER, "catalog", wanted)
