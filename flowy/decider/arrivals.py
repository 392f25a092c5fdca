"""What comes to a run from outside: signals, cancel requests, and whether its own have arrived."""

from collections.abc import Callable, Mapping
from typing import Any

from flowy.decider import declined
from flowy.decider.calls import Calls
from flowy.decider.code import WorkflowCode
from flowy.decider.externals import Externals
from flowy.decider.signals import SignalQueues
from flowy.protocol.event import Event
from flowy.protocol.events import external, workflow


class Arrivals:
    """Brings what arrives to whom it concerns.

    Args:
        calls: The run's calls.
        code: Takes cancel requests.
        externals: What the run has sent.
        signals: Takes signals.
    """

    def __init__(
        self, calls: Calls, code: WorkflowCode, externals: Externals, signals: SignalQueues
    ) -> None:
        self._calls = calls
        self._code = code
        self._externals = externals
        self._signals = signals

    def take(self, event: Event) -> None:
        """Take an event of one of the ``ARRIVALS``."""
        ARRIVALS[type(event)](self, event)

    def cancel_requested(self, _event: Event) -> None:
        """Bring a cancel request to the code."""
        self._code.cancel()

    def signaled(self, event: workflow.WorkflowExecutionSignaled) -> None:
        """Bring a signal to the code."""
        self._calls.size.add(event.attributes.input)
        self._signals.arrived(event.attributes.signal_name, event.attributes.input)

    def told(self, event: Event) -> None:
        """Note that another execution has got what this one told it."""
        self._externals.delivered(event)

    def not_told(self, event: Any) -> None:
        """Note that another execution could not be told."""
        if not self._externals.refused(event):
            attributes = event.attributes
            declined.cancel_refused(self._calls, attributes.workflow_id, attributes.cause)


ARRIVALS: Mapping[type[Event], Callable[[Arrivals, Any], None]] = {
    external.ExternalWorkflowExecutionCancelRequested: Arrivals.told,
    external.ExternalWorkflowExecutionSignaled: Arrivals.told,
    external.RequestCancelExternalWorkflowExecutionFailed: Arrivals.not_told,
    external.SignalExternalWorkflowExecutionFailed: Arrivals.not_told,
    workflow.WorkflowExecutionCancelRequested: Arrivals.cancel_requested,
    workflow.WorkflowExecutionSignaled: Arrivals.signaled,
}
