"""What workflow code reaches of the decider that runs it."""

from collections.abc import Callable
from typing import Any

from flowy.decider.asked import find_caller, kind_of, result_class
from flowy.decider.calls import Calls
from flowy.decider.externals import Externals
from flowy.decider.facts import RunFacts
from flowy.decider.loop import DeterministicLoop
from flowy.decider.signals import SignalQueues
from flowy.decider.texts import Texts
from flowy.protocol.decisions import RecordMarker, RecordMarkerAttributes
from flowy.task.context import Restart, TaskCall, ToWorkflow
from flowy.task.result import ChildResult, Result, copy_outcome


class RunContext:
    """Implements `flowy.task.context.WorkflowContext` for one run.

    Args:
        calls: The run's calls.
        loop: The run's loop.
        signals: What has come in.
        externals: What goes out.
        facts: What the code may know.
        texts: Packs what goes out.
    """

    def __init__(
        self,
        calls: Calls,
        loop: DeterministicLoop,
        signals: SignalQueues,
        externals: Externals,
        facts: RunFacts,
        texts: Texts,
    ) -> None:
        self._texts = texts
        self.restart_input = ""
        """The input of the wanted restart as it travels."""
        self.facts = facts
        self.execution_context: str | None = None
        self._signals = signals
        self._externals = externals
        self.wanted_restart: Restart | None = None
        self.dropped = False
        """The run is no more; what its finally blocks ask for goes nowhere."""
        self._calls = calls
        self._loop = loop
        self.steps = 0
        """How many events the code has seen."""
        self._left_abandon: tuple[int, int] | None = None

    def call(self, call: TaskCall) -> Result:
        """Ask for a task; returns at once.

        Raises:
            PayloadError: The arguments cannot travel.
            RuntimeError: It is another thread than the one that runs the workflow.
        """
        if self.dropped:
            return self._loop.create_result(result_class(kind_of(call)))
        if not self._loop.is_here():
            raise RuntimeError(
                f"{call.type} is called from a thread of the workflow's own, whose order a replay "
                "cannot repeat: call it in run; a call returns at once, so it needs no thread"
            )
        if self.facts.is_happening:
            self.facts.check(call.type)
        result = self._calls.ask(call, find_caller())
        if type(result) is ChildResult:
            result.on_signal = self._signal_child
        return result

    def restart(self, restart: Restart) -> None:
        """End this run and continue as new."""
        self.facts.check("a restart")
        self.restart_input = self._texts.pack(restart.input, restart.what)
        self.wanted_restart = restart
        self._signals.keeps_all = True

    def leave_abandon(self) -> None:
        """Note that the code left a block in which returning waits for nothing."""
        self.facts.check("abandon")
        self._left_abandon = self._position()

    def set_execution_context(self, text: str) -> None:
        """Have a text shown with the execution from this decision on."""
        self.facts.check("an execution context")
        self.execution_context = text

    def returned_abandoning(self) -> bool:
        """Tell whether the code that returns now does so from an abandoning block.

        Python does not tell a return from any other way out of a block; code that has asked for
        nothing and waited for nothing since it left the block has returned from it.
        """
        return self._left_abandon == self._position()

    def marker(self, name: str, details: str) -> None:
        """Leave a note in the history."""
        self.facts.check(f"marker {name}")
        if not self.dropped:
            self._calls.size.add(details)
            details = self._texts.note(details, f"the details of marker {name}")
            attributes = RecordMarkerAttributes(marker_name=name, details=details)
            key = "marker", str(self._calls.take_number())
            self._calls.slots.ask(key, RecordMarker(attributes=attributes))

    def sleep(self, seconds: float) -> Result:
        """Start a durable timer; the result comes when it fires."""
        self.facts.check("a timer")
        return self._loop.create_result() if self.dropped else self._calls.sleep(seconds)

    def next_signal(self, name: str, read: Callable[[Any], Any] | None = None) -> Result:
        """Take the next signal of a name, now or when it comes; ``read`` makes the value of it."""
        self.facts.check(f"signal {name}")
        return self._signals.next(name, read)

    def waiting_signals(self, name: str) -> int:
        """Return how many signals of a name have come that nobody has taken."""
        return self._signals.count(name)

    def tell(self, message: ToWorkflow) -> Result:
        """Tell another execution something; the result comes when it has got it."""
        self.facts.check("a message to another execution")
        if self.dropped:
            return self._loop.create_result()
        return self._externals.tell(self._calls.take_number(), message)

    def _signal_child(self, child: ChildResult, name: str, text: str) -> Result:
        self.facts.check(f"signal {name} to a child")
        number = self._calls.take_number()
        sent = self._loop.create_result()

        def send(started: Any) -> None:
            if self.dropped or sent.done():
                return
            if started.cancelled() or started.exception() is not None:
                copy_outcome(started, sent)
                return
            message = ToWorkflow(
                workflow_id=started.result().workflow_id, signal_name=name, input=text
            )
            self._externals.send(number, message, sent)

        if child.execution is not None:
            send(child.started)
        else:
            child.started.add_done_callback(send)
        return sent

    def _position(self) -> tuple[int, int]:
        return self._calls.next_number, self.steps
