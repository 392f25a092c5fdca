"""What a run tells other executions: signals and cancel requests, and what became of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

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


class Externals:
    """The messages of one run that are on their way.

    Each carries its number as SWF's ``control``, by which the history's echo finds it.

    Args:
        slots: Takes the decisions.
        make_result: Makes a result of the run's loop.
        texts: Packs what goes out.
    """

    def __init__(
        self, slots: Slots, make_result: Callable[[type[Result]], Result], texts: Texts
    ) -> None:
        self._texts = texts
        self._slots = slots
        self._make_result = make_result
        self._asked: dict[str, tuple[ToWorkflow, Result]] = {}
        self._initiated: dict[int, tuple[ToWorkflow, Result]] = {}

    def tell(self, number: int, message: ToWorkflow) -> Result:
        """Ask for a message to be sent."""
        result = self._make_result(Result)
        self.send(number, message, result)
        return result

    def send(self, number: int, message: ToWorkflow, result: Result) -> None:
        """Ask for a message to be sent, and give a result what becomes of it."""
        control = str(number)
        if message.input is not None:
            text = self._texts.pack(message.input, f"the value of signal {message.signal_name}")
            message = replace(message, input=text)
        self._asked[control] = message, result
        self._slots.ask(("tell", control), _decision(message, control))

    def echoed(self, event: Event) -> None:
        """Tie the event of a message that is on its way to its result."""
        if isinstance(event, Initiated):
            found = self._asked.pop(event.attributes.control or "", None)
            if found is not None:
                self._initiated[event.event_id] = found

    def delivered(self, event: Any) -> None:
        """Note that a message has arrived."""
        found = self._initiated.pop(event.attributes.initiated_event_id, None)
        if found is not None and not found[1].done():
            found[1].set_result(None)

    def refused(self, event: Any) -> None:
        """Note that a message could not be delivered."""
        found = self._initiated.pop(event.attributes.initiated_event_id, None)
        if found is not None and not found[1].done():
            message, result = found
            what = f"signal {message.signal_name}" if message.signal_name else "the cancel request"
            cause = event.attributes.cause
            text = f"{what} did not reach workflow {message.workflow_id}: {cause}"
            result.set_exception(TaskNotScheduled(text, None, cause))


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
