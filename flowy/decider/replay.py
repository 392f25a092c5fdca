"""Hold today's code against a recorded history, and say where in the code the two part.

A replay is deterministic, so the place of a call need not be noted while work is done: when code
and history part, the history is replayed once more by a run that notes who asks for what.
"""

import sys
from bisect import bisect
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, NamedTuple

from flowy.decider import matching
from flowy.decider.calls import Calls
from flowy.decider.loop import DeterministicLoop
from flowy.decider.run import WorkflowRun
from flowy.decider.slots import Key, Kind, Slots
from flowy.errors import (
    FlowyError,
    ForbiddenCallError,
    NondeterminismError,
    PayloadUnavailable,
)
from flowy.protocol.decisions import AnyDecision
from flowy.protocol.event import Event
from flowy.protocol.events.decision import DecisionTaskCompleted, DecisionTaskStarted
from flowy.protocol.ids import ExecutionId
from flowy.task.context import TaskCall
from flowy.task.definition import WorkflowDefinition
from flowy.task.place import place_of, raised_at
from flowy.task.result import Result
from flowy.transport.packing import PACKING, Packing

_LOOP = DeterministicLoop.run_ready.__code__


class Replayed(NamedTuple):
    """A replay that agreed with its history: events, and decisions that were compared."""

    events: int
    decisions: int


def replay(
    definition: WorkflowDefinition,
    execution: ExecutionId,
    events: Sequence[Event],
    *,
    is_whole: bool = True,
    packing: Packing = PACKING,
) -> Replayed:
    """Replay a history, open or closed, from its first event.

    A decision that the history has no answer to is looked at as well, for an execution may be held
    in it: a clock that its code calls, or a version that it has no more. There is nothing to hold
    what it asks for against, and it ends where it would do something new, a side effect.

    Args:
        definition: The workflow's type and today's code.
        execution: Which run it is; a run's id seeds its chance and its children's ids.
        events: The history in order.
        is_whole: Whether these are all events that there are; the last decision's events may be
            cut off otherwise.
        packing: How the texts of its domain travel.

    Raises:
        NondeterminismError: The code goes another way; it says where.
        StaleRunError: The history does not begin with its start.
        PayloadError: A text that the code looks at cannot be had.
    """
    run = WorkflowRun(definition, execution, packing)
    answered = _answered(events)
    try:
        run.feed(answered)
        if run.trouble is not None:
            raise run.trouble
        if is_whole:
            run.check_echoes()
    except NondeterminismError as error:
        raise located(definition, execution, answered, error, packing) from None
    finally:
        run.close()
    if is_whole:
        _look_at_the_last(definition, execution, events, packing)
    return Replayed(len(events), sum(isinstance(each, DecisionTaskCompleted) for each in events))


def _look_at_the_last(
    definition: WorkflowDefinition,
    execution: ExecutionId,
    events: Sequence[Event],
    packing: Packing,
) -> None:
    """Let the code make the decision that waits for an answer, and forget what it decides."""
    started = _unanswered(events)
    if started is None:
        return
    run = WorkflowRun(definition, execution, packing)
    run.only_look()
    try:
        run.feed(events)
    except NondeterminismError as error:
        if not run.has_stopped:
            found = located(definition, execution, events, error, packing)
            raise NondeterminismError(
                f"{found} (in the decision that event {started} started and that nobody has "
                "answered: workers with this code hold the execution, or fail it, as on_mismatch "
                "says)",
                event_id=found.event_id,
                recorded=found.recorded,
                asked=found.asked,
                place=found.place,
            ) from None
    except PayloadUnavailable:
        pass  # its worker waits for the volume; the code may follow
    finally:
        run.close()


def located(
    definition: WorkflowDefinition,
    execution: ExecutionId,
    events: Sequence[Event],
    error: NondeterminismError,
    packing: Packing = PACKING,
) -> NondeterminismError:
    """Return an error of a run that says where in the code it comes from.

    Args:
        definition: The workflow's type and code.
        execution: Which run it is.
        events: The history from its first event, as far as the run that failed was fed.
        error: What the run raised.
        packing: How the texts of its domain travel.
    """
    if isinstance(error, ForbiddenCallError):
        return error
    run = TracedRun(definition, execution, packing)
    run.only_look()
    try:
        run.feed(events)
        run.check_echoes()
    except NondeterminismError as again:
        if (again.event_id, again.recorded) == (error.event_id, error.recorded):
            return run.placed(again)
        return _unsteady(error)
    except FlowyError:
        return _unsteady(error)
    finally:
        run.close()
    return error if run.has_stopped else _unsteady(error)


def _unsteady(error: NondeterminismError) -> NondeterminismError:
    # A deterministic code would have parted from its history again.
    return NondeterminismError(
        f"{error} (a second replay went another way: the code depends on a clock, on chance or on "
        "something outside; `flowy check` finds most of that)",
        event_id=error.event_id,
        recorded=error.recorded,
        asked=error.asked,
    )


def _answered(events: Sequence[Event]) -> Sequence[Event]:
    """Return the events without the starts of decisions since the last one that was answered."""
    kept: list[Event] = []
    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], DecisionTaskCompleted):
            return [*events[: index + 1], *reversed(kept)]
        if not isinstance(events[index], DecisionTaskStarted):
            kept.append(events[index])
    return kept[::-1]


def _unanswered(events: Sequence[Event]) -> int | None:
    """Return the event that started the decision that waits for an answer, or waited last."""
    for event in reversed(events):
        if isinstance(event, DecisionTaskCompleted):
            return None
        if isinstance(event, DecisionTaskStarted):
            return event.event_id
    return None


class SteppedRun(WorkflowRun):
    """A run that tells before its code sees an event, such as to a debugger.

    Args:
        definition: The workflow's type and class.
        execution: Which run this is.
        before: Called with each event that the code is about to see.
        packing: How the texts of its domain travel.
        is_guarded: Whether the guards stop what a replay cannot repeat.
    """

    def __init__(
        self,
        definition: WorkflowDefinition,
        execution: ExecutionId,
        before: Callable[[Event], None],
        packing: Packing = PACKING,
        *,
        is_guarded: bool = True,
    ) -> None:
        super().__init__(definition, execution, packing, is_guarded=is_guarded)
        self._before = before


class TracedRun(WorkflowRun):
    """A run that notes where in the code each thing was asked for; slow."""

    def placed(self, error: NondeterminismError) -> NondeterminismError:
        """Return an error of this run with the place in the code that it comes from."""
        if error.event_id is None:
            place = raised_at(error.__traceback__)
            text = f"{error} (at {place})" if place else str(error)
            return NondeterminismError(text, place=place)
        place = self._place(error.asked)
        return matching.diverged(error.event_id, error.recorded, error.asked, place)

    def _make_calls(self, child_prefix: str, maximum: int) -> Calls:
        self._traced = _TracedCalls(child_prefix, maximum)
        return self._traced

    def _place(self, asked: Any) -> str | None:
        if asked is not None:
            found = self._traced.place(asked)
            if found is not None:
                return found
        return self._code.standing_at()


class _TracedSlots(Slots):
    """Notes the place of each decision that is asked for by code on the stack."""

    def __init__(self, maximum: int) -> None:
        super().__init__(maximum)
        self.places: dict[int, tuple[AnyDecision, str]] = {}

    def ask(self, key: Key, decision: AnyDecision) -> None:
        self._note(decision)
        super().ask(key, decision)

    def open(self, kind: Kind, key: Key, decision: AnyDecision) -> None:
        self._note(decision)
        super().open(kind, key, decision)

    def _note(self, decision: AnyDecision) -> None:
        place = place_of(sys._getframe(1), _LOOP)
        if place is not None:
            # With the decision itself, so that no other one gets its address.
            self.places.setdefault(id(decision), (decision, place))


class _TracedCalls(Calls):
    """Notes the place of each call by the numbers that it takes."""

    def __init__(self, child_prefix: str, maximum: int) -> None:
        self._notes = _TracedSlots(maximum)
        super().__init__(child_prefix, maximum, self._notes)
        self._starts: list[int] = []
        self._takers: list[str | None] = []

    def place(self, asked: AnyDecision) -> str | None:
        """Return where a decision was asked for."""
        noted = self._notes.places.get(id(asked))
        if noted is not None:
            return noted[1]
        number = _number(asked)
        index = bisect(self._starts, -1 if number is None else number) - 1
        return self._takers[index] if index >= 0 else None

    def ask(self, call: TaskCall, caller: FrameType | None = None) -> Result:
        """Ask for a task, and note who does."""
        self._note()
        return super().ask(call, caller)

    def take_number(self) -> int:
        """Take the next number, and note who does."""
        self._note()
        return super().take_number()

    def _note(self) -> None:
        self._starts.append(self.next_number)
        self._takers.append(place_of(sys._getframe(2), _LOOP))


def _number(asked: AnyDecision) -> int | None:
    """Return the number of the call that a decision is of."""
    for member in ("activity_id", "timer_id", "workflow_id", "id"):
        name = str(getattr(asked.attributes, member, ""))
        if name.startswith("flowy."):  # a timer of the decider's own
            return None
        last = name.rpartition("-")[2].partition("~")[0]
        if last.isdecimal():
            return int(last)
    return None
