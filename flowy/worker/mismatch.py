"""What becomes of an execution whose history its code does not follow: it is held, or it fails.

An execution that is held is not answered: its decision task times out and comes again, to this
worker or to one with other code, until one follows the history. Nothing is written to the history
but the time-outs, three events for each ``decision_duration``.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence

from flowy.decider.replay import located
from flowy.errors import FlowyError, NondeterminismError
from flowy.protocol.decisions import FailWorkflowExecution, FailWorkflowExecutionAttributes
from flowy.protocol.event import Event
from flowy.protocol.ids import ExecutionId
from flowy.task.definition import FAIL, WorkflowDefinition
from flowy.transport import sealed
from flowy.transport.packing import PACKING, Packing
from flowy.worker.settings import Mismatch

MAXIMUM = 10_000
"""Executions that are remembered as held."""

logger = logging.getLogger(__name__)


class Mismatches:
    """Knows the executions that a poller holds.

    Args:
        told: Hears of each one.
        packing: How the texts of the domain travel.
    """

    def __init__(self, told: Callable[[Mismatch], None], packing: Packing = PACKING) -> None:
        self.held: OrderedDict[ExecutionId, Mismatch] = OrderedDict()
        self._told = told
        self._packing = packing

    def met(
        self,
        definition: WorkflowDefinition,
        execution: ExecutionId,
        error: NondeterminismError,
        events: Callable[[], Sequence[Event]],
    ) -> FailWorkflowExecution | None:
        """Log that code and history part, and return the decision that fails the execution.

        Args:
            definition: The workflow's type, code and policy.
            execution: Which one.
            error: What the run raised.
            events: Reads the history from its first event.

        Returns:
            None for an execution that is held.
        """
        known = self.held.pop(execution, None)
        if known is None or known.error.event_id != error.event_id:
            error = self._located(definition, execution, error, events)
        else:
            error = known.error
        mismatch = Mismatch(
            execution=execution,
            type=definition.id,
            policy=definition.on_mismatch,
            error=error,
            times=1 if known is None else known.times + 1,
        )
        self._tell(mismatch)
        if definition.on_mismatch == FAIL:
            return _failed(error, self._packing)
        self.held[execution] = mismatch
        while len(self.held) > MAXIMUM:
            self.held.popitem(last=False)
        return None

    def _located(
        self,
        definition: WorkflowDefinition,
        execution: ExecutionId,
        error: NondeterminismError,
        events: Callable[[], Sequence[Event]],
    ) -> NondeterminismError:
        try:
            return located(definition, execution, events(), error, self._packing)
        except FlowyError as unread:
            logger.warning("execution %s: the line of its code is not known: %s", execution, unread)
        except Exception:
            logger.exception("execution %s: the line of its code is not known", execution)
        return error

    def followed(self, execution: ExecutionId) -> None:
        """Note that the code follows the history of an execution."""
        if self.held and self.held.pop(execution, None) is not None:
            logger.info("execution %s is held no more: the code follows its history", execution)

    def _tell(self, mismatch: Mismatch) -> None:
        _log(mismatch)
        try:
            self._told(mismatch)
        except Exception:
            logger.exception("the hook for mismatches failed; the worker goes on")


def _log(mismatch: Mismatch) -> None:
    what = f"workflow {mismatch.type}, execution {mismatch.execution}"
    if mismatch.policy == FAIL:
        logger.error(
            "%s: the code does not follow its history and fails it: %s", what, mismatch.error
        )
    elif mismatch.times == 1:
        logger.error(
            "%s: the code does not follow its history, it is held: %s. No decision is sent; the "
            "task comes again when it has timed out",
            what,
            mismatch.error,
        )
    else:
        logger.warning("%s is still held, tried %d times", what, mismatch.times)


def _failed(error: NondeterminismError, packing: Packing) -> FailWorkflowExecution:
    reason, details = sealed.describe(packing, error)
    attributes = FailWorkflowExecutionAttributes(reason=reason, details=details)
    return FailWorkflowExecution(attributes=attributes)
