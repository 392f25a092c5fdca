"""A definition as the body of a workflow, in which a halt waits for the signal `restart`."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from flowy.errors import HaltProcessing, WorkflowAPIError
from flowy.machine.callbacks import ANY
from flowy.machine.moves import move_task, move_token
from flowy.swf.machine.engine import DurableEngine
from flowy.task.signal import Signal
from flowy.task.workflow import Workflow

SIGNAL = "restart"
"""The name of the signal that restarts a halted machine."""


class Halted(msgspec.Struct, frozen=True, kw_only=True):
    """Where a halted machine stands: the execution context of its execution.

    Args:
        halt: Which halt of the execution this is, from 1.
        message: Why it halts.
        action: What somebody is to do about it.
        payload: What they need for that.
        token_pos: The index of the present token.
        callback_pos: The path to the present task.
        token: The present token.
        refused: Why the last ``restart`` was not taken, if one was not.
    """

    halt: int
    message: str
    action: Any
    payload: Any
    token_pos: int
    callback_pos: tuple[int, ...]
    token: Any
    refused: str | None = None


class Restart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the signal `restart` says.

    Args:
        obj: The token to begin with: ``"prev"``, ``"current"``, ``"next"`` or ``"first"``.
        task: The task that it begins with: the same words.
        halt: Which halt is meant; None is the next one that waits.
        token: What to put into the place of the present token.
        extra_data: What to put into ``extra_data``.
        objects: Tokens in place of all.
    """

    obj: str = "current"
    task: str = "current"
    halt: int | None = None
    token: Any = msgspec.UNSET
    extra_data: dict[str, Any] = {}
    objects: list[Any] | msgspec.UnsetType = msgspec.UNSET


class MachineWorkflow(Workflow):
    """A nested list of tasks as the body of a workflow.

    Say ``callbacks`` in a subclass and decorate it with ``flowy.swf.scanner.workflow``. The engine
    runs anew in every replay; so tasks without a mark must give the same each time, and all others
    are marked as activity steps or local steps.

    Attributes:
        callbacks: The definition, or definitions by key.
        engine: The class of the engine; derive it from ``DurableEngine``.
        token_type: A dataclass or msgspec struct that tokens are made into; None leaves them as
            JSON has them.
    """

    callbacks: Sequence[Any] | Mapping[str, Sequence[Any]] = ()
    engine: type[DurableEngine] = DurableEngine
    token_type: Any = None
    restarted = Signal(SIGNAL)

    def run(self, tokens: list[Any], extra_data: Mapping[str, Any] | None = None) -> Any:
        """Take tokens through the definition, with a wait at each halt.

        Args:
            tokens: The tokens.
            extra_data: What the tasks share from the start.

        Returns:
            What ``outcome`` gives.
        """
        engine = self._make_engine()
        engine.extra_data.update(extra_data or {})
        go_on: Callable[[], None] = partial(engine.process, self._tokens(tokens))
        halts = 0
        while True:
            try:
                go_on()
            except HaltProcessing as halt:
                halts += 1
                go_on = self._wait(engine, halt, halts)
            else:
                break
        engine.branches.join()
        return self.outcome(engine)

    def outcome(self, engine: DurableEngine) -> Any:
        """Return the workflow's result: the tokens; override it to give something else."""
        return list(engine.objects)

    def _make_engine(self) -> DurableEngine:
        engine = self.engine(self)
        definitions = self.callbacks
        if not isinstance(definitions, Mapping):
            definitions = {ANY: definitions}
        for key, tasks in definitions.items():
            engine.callbacks.add_many(tasks, key)
        return engine

    def _tokens(self, tokens: list[Any]) -> list[Any]:
        kind = self.token_type
        return tokens if kind is None else [msgspec.convert(token, kind) for token in tokens]

    def _wait(self, engine: DurableEngine, halt: HaltProcessing, halts: int) -> Callable[[], None]:
        """Wait for a restart that can be done, and return what does it."""
        standing = Halted(
            halt=halts,
            message=halt.message,
            action=halt.action,
            payload=halt.payload,
            token_pos=engine.state.token_pos,
            callback_pos=tuple(engine.state.callback_pos),
            token=engine.current_object,
        )
        while True:
            self.set_execution_context(standing)
            asked = self.restarted.get().result()
            try:
                restart = self._read(asked, standing)
                objects = self._place(engine, restart)
            except (msgspec.ValidationError, WorkflowAPIError) as error:
                standing = msgspec.structs.replace(standing, refused=str(error))
                continue
            self.set_execution_context(None)
            engine.extra_data.update(restart.extra_data)
            return partial(engine.restart, restart.obj, restart.task, objects=objects)

    def _read(self, asked: Any, standing: Halted) -> Restart:
        restart = msgspec.convert({} if asked is None else asked, Restart)
        if restart.halt not in (None, standing.halt):
            raise WorkflowAPIError(
                f"the restart was for halt {restart.halt}, this is halt {standing.halt}"
            )
        move_task(restart.task, standing.callback_pos)
        if move_token(restart.obj, standing.token_pos) < -1:
            raise WorkflowAPIError(f"there is no token before the first: {restart.obj!r}")
        return restart

    def _place(self, engine: DurableEngine, restart: Restart) -> list[Any]:
        """Return the tokens of a restart, with the present one in its new form."""
        given = restart.objects
        objects = list(engine.objects) if given is msgspec.UNSET else self._tokens(given)
        if restart.token is not msgspec.UNSET:
            [objects[engine.state.token_pos]] = self._tokens([restart.token])
        return objects
