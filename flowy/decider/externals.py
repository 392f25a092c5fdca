"""What a run tells other executions: signals and cancel requests, and what became of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flowy.decider.refusals import TIMES, Refusals, passes, pause
from flowy.decider.slots import Slots
from flowy.decider.texts import Texts
from flowy.errors import TaskNotScheduled
from flowy.protocol import decisions
from flowy.protocol.event import Event
from flowy.protocol.events.external import (
    RequestCancelExternalWorkflowExecutionInitiated,
    SignalExternalWorkflowExecutionInitiated,
)
from flowy.task.context import ToWorkflow
from flowy.task.result import Result

Initiated = (
    RequestCancelExternalWorkflowExecutionInitiated,
    SignalExternalWorkflowExecutionInitiated,
)


class _Sent:
    """A message on its way."""

    __slots__ = ("control", "message", "refusals", "result")

    def __init__(self, control: str, message: ToWorkflow, result: Result) -> None:
        self.control = control
        self.message = message
        self.result = result
        self.refusals = 0

    def __str__(self) -> str:
        name = self.message.signal_name
        return f"signal {name}" if name else "the cancel request"


class Externals:
    """The messages of one run that are on their way.

    Each carries its number as SWF's ``control``, by which the history's echo finds it.

    Args:
        slots: Takes the decisions.
        make_result: Makes a result of the run's loop.
        texts: Packs what goes out.
        refusals: Waits where the service does not pass a message on for now.
    """

    def __init__(
        self,
        slots: Slots,
        make_result: Callable[[type[Result]], Result],
        texts: Texts,
        refusals: Refusals,
    ) -> None:
        self._texts = texts
        self._slots = slots
        self._make_result = make_result
        self._refusals = refusals
        self._asked: dict[str, _Sent] = {}
        self._initiated: dict[int, _Sent] = {}

    def tell(self, number: int, message: ToWorkflow) -> Result:
        """Ask for a message to be sent."""
        result = self._make_result(Result)
        self.send(number, message, result)
        return result

    def send(self, number: int, message: ToWorkflow, result: Result) -> None:
        """Ask for a message to be sent, and give a result what becomes of it."""
        if message.input is not None:
            text = self._texts.pack(message.input, f"the value of signal {message.signal_name}")
            message = replace(message, input=text)
        self._ask(_Sent(str(number), message, result))

    def echoed(self, event: Event) -> None:
        """Tie the event of a message that is on its way to its result."""
        if isinstance(event, Initiated):
            found = self._asked.pop(event.attributes.control or "", None)
            if found is not None:
                self._initiated[event.event_id] = found

    def delivered(self, event: Any) -> None:
        """Note that a message has arrived."""
        found = self._initiated.pop(event.attributes.initiated_event_id, None)
        if found is not None and not found.result.done():
            found.result.set_result(None)

    def refused(self, event: Any) -> bool:
        """Note that a message could not be delivered; tell whether it is one of these."""
        sent = self._initiated.pop(event.attributes.initiated_event_id, None)
        if sent is None:
            return False
        cause = event.attributes.cause
        sent.refusals += 1
        if passes(cause) and sent.refusals <= TIMES:
            self._refusals.after(pause(sent.refusals), lambda: self._ask(sent))
        elif not sent.result.done():
            text = f"{sent} did not reach workflow {sent.message.workflow_id}: {cause}"
            sent.result.set_exception(TaskNotScheduled(text, None, cause))
        return True

    def _ask(self, sent: _Sent) -> None:
        self._asked[sent.control] = sent
        self._slots.ask(("tell", sent.control), _decision(sent.message, sent.control))


def _decision(message: ToWorkflow, control: str) -> decisions.AnyDecision:
    if message.signal_name is None:
        return decisions.RequestCancelExternalWorkflowExecution(
            attributes=decisions.RequestCancelExternalWorkflowExecutionAttributes(
                workflow_id=message.workflow_id, run_id=message.run_id, control=control
            )
        )
    return decisions.SignalExternalWorkflowExecution(
        attributes=decisions.SignalExternalWorkflowExecutionAttributes(
            workflow_id=message.workflow_id,
            run_id=message.run_id,
            signal_name=message.signal_name,
            input=message.input,
            control=control,
        )
    )
