"""Whom starters, workers, machines and graphs tell what becomes of a run, such as a catalogue."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

logger = logging.getLogger(__name__)

Close = tuple[str, list[str], str | None]
"""State, messages, and result as text: how a run ended."""


class RunListener(Protocol):
    """Is told what has become of runs, perhaps more than once and by several processes.

    It is told after the fact. A process that is killed in between tells nothing. Domain, workflow
    id and run id together name a run: an execution's own, or what a machine or graph makes up.
    """

    def pending(
        self, domain: str, workflow_id: str, run_id: str, type_name: str, arguments: str | None
    ) -> None:
        """Take note that a run was started."""
        ...

    def running(self, domain: str, workflow_id: str, run_id: str, type_name: str) -> None:
        """Take note that its work has begun."""
        ...

    def closed(
        self,
        domain: str,
        workflow_id: str,
        run_id: str,
        type_name: str,
        state: str,
        messages: Sequence[str],
        result: str | None,
    ) -> None:
        """Take note that it has ended as SUCCESS, ERROR or CANCELED."""
        ...


def tell(what: str, telling: Callable[[], None]) -> None:
    """Tell a listener something; what it cannot take does not stop the work, and is logged."""
    try:
        telling()
    except Exception:
        logger.exception("the catalogue was not told that %s", what)
