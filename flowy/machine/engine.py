"""The engine: takes tokens, one at a time, through a nested list of tasks.

Theory of operation. A *pass* goes from the token after ``state.token_pos`` to the last one. Each
token goes through its *definition*, a list of tasks and of further lists, from the task that
``state.callback_pos`` names. A task steers by raising a transition (`flowy.machine.control`):

=====================  ============================================================
transition             where it is caught
=====================  ============================================================
JumpCall               in the list in which the task stands: another entry of it
BreakFromThisLoop      in that list: it ends, the list around it goes on
all others             in the pass: an action is chosen by the transition's name
                       (`flowy.machine.transitions`); what it raises leaves the pass
=====================  ============================================================

The position moves only after a task is done, so that after an exception it names the task that
raised. A restart moves the state and begins another pass, which descends straight to the path.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from flowy.errors import (
    BreakFromThisLoop,
    HaltProcessing,
    JumpCall,
    WorkflowError,
    WorkflowTransition,
)
from flowy.listening import RunListener
from flowy.machine.awaiting import Awaiter
from flowy.machine.branches import Branches
from flowy.machine.callbacks import ANY, Callbacks
from flowy.machine.deprecated import DeprecatedAccess, DeprecatedControl
from flowy.machine.moves import check_nested, check_tokens, move_task, move_token
from flowy.machine.notification import Signal, _Signal
from flowy.machine.processing import ActionMapper, ProcessingFactory
from flowy.machine.recorded import recorded
from flowy.machine.state import (
    MachineState,
    Snapshot,
    Transient,
    apply_snapshot,
    take_snapshot,
)
from flowy.machine.transitions import Break, Continue, TransitionActions, find_action
from flowy.machine.utils import resolve

__all__ = [
    "ActionMapper",
    "Break",
    "Callbacks",
    "Continue",
    "GenericWorkflowEngine",
    "MachineState",
    "ProcessingFactory",
    "Signal",
    "TransitionActions",
    "_Signal",
]


class GenericWorkflowEngine(DeprecatedControl, DeprecatedAccess, Transient):
    """Takes tokens through tasks; can be halted, moved, restarted and resumed elsewhere.

    Args:
        catalog: Makes a run of what the engine does, from the first token to its end or its error:
            `flowy.catalog.executions.ExecutionCatalogue`. It can be set on an engine too, and does
            not travel with it.
    """

    processing_factory: Any = ProcessingFactory
    catalog: RunListener | None = None
    _execute: Callable[[Any, Any], None] | None = None
    _definition: Any = None

    def __init__(self, *, catalog: RunListener | None = None) -> None:
        self.catalog = catalog
        self.callbacks = Callbacks()
        self.objects: Sequence[Any] = []
        self.log = self.init_logger()
        self.state = MachineState()
        self.extra_data: dict[str, Any] = {}
        self.branches = Branches()
        self._awaiter = Awaiter()

    def init_logger(self) -> logging.Logger:
        """Return the logger of this engine; override it to use your own."""
        return logging.getLogger(f"workflow.{type(self).__name__}")

    @property
    def current_object(self) -> Any:
        """The present token, or None before the first."""
        position = self.state.token_pos
        return None if position < 0 else list(self.objects)[position]

    @property
    def current_taskname(self) -> str | None:
        """The name of the present task, or None when the position is not in the definition."""
        entry = self.callbacks.get(ANY) if self._definition is None else self._definition
        try:
            for step in self.state.callback_pos:
                entry = entry if callable(entry) else entry[step]
        except IndexError:
            return None
        return str(getattr(entry, "__name__", entry))

    @property
    def has_completed(self) -> bool:
        """Whether the last pass has ended, and at the last token."""
        position = self.state.token_pos
        at_last = position != -1 and position == len(self.objects) - 1
        return at_last and self.state.current_object_processed

    def process(
        self,
        objects: Sequence[Any],
        stop_on_error: bool = True,
        stop_on_halt: bool = True,
        initial_run: bool = True,
        reset_state: bool = True,
    ) -> None:
        """Take tokens through the definition.

        Args:
            objects: The tokens, in a list or another sequence.
            stop_on_error: Raise a ``WorkflowError``; else go on with the next token.
            stop_on_halt: Raise a halt; else go on with the next token.
            initial_run: Whether these tokens are to be taken; else the engine goes on with those
                that it has.
            reset_state: Whether to begin before the first token.

        Raises:
            WorkflowError: There are no tokens in ``objects``' type, or no definition.
            HaltProcessing: A task has halted the engine.
            Exception: What a task has raised and no action has handled.
        """
        self._check(objects)
        if reset_state:
            self.state.reset()
        with recorded(self, objects):
            self._pass(objects, stop_on_error, stop_on_halt, initial_run)

    def _pass(
        self, objects: Sequence[Any], stop_on_error: bool, stop_on_halt: bool, initial_run: bool
    ) -> None:
        while True:
            try:
                if initial_run:
                    initial_run = False
                    self._process(objects)
                else:
                    self.restart("next", "first")
            except HaltProcessing:
                if stop_on_halt:
                    raise
            except WorkflowError:
                if stop_on_error:
                    raise
            else:
                return

    def restart(
        self,
        obj: str,
        task: str,
        objects: Sequence[Any] | None = None,
        stop_on_error: bool = True,
        stop_on_halt: bool = True,
    ) -> None:
        """Go on from a token and a task, both relative to where the engine stands.

        Args:
            obj: The token: ``"prev"``, ``"current"``, ``"next"`` or ``"first"``.
            task: The task that it begins with: the same words. Later tokens begin with the first.
            objects: Tokens in place of those that the engine has.
            stop_on_error: As for ``process``.
            stop_on_halt: As for ``process``.

        Raises:
            AttributeError: There is no token before the first.
            WorkflowAPIError: A word is not one of the four.
        """
        token_pos = move_token(obj, self.state.token_pos)
        callback_pos = move_task(task, tuple(self.state.callback_pos))
        self.log.debug("Restarting workflow from %s object and %s task", obj, task)
        self.state.token_pos = token_pos
        self.state.callback_pos = callback_pos
        self.process(
            objects if objects else self.objects,
            stop_on_error=stop_on_error,
            stop_on_halt=stop_on_halt,
            reset_state=False,
        )

    def snapshot(self) -> Snapshot:
        """Return where the engine stands and what its tasks keep, as a value to store."""
        return take_snapshot(self.state, self.extra_data)

    def restore(self, snapshot: Snapshot) -> None:
        """Stand where another engine of the same definition stood; then call `restart`."""
        apply_snapshot(snapshot, self.state, self.extra_data)

    def callback_chooser(self, obj: Any) -> Any:
        """Return the definition for a token; override it to choose by your own rules.

        A token with a method ``getFeature`` gets the definition of its ``getFeature("type")``,
        and none when that is false.
        """
        if not hasattr(obj, "getFeature"):
            return self.callbacks.get(ANY)
        kind = obj.getFeature("type")
        return self.callbacks.get(kind) if kind else None

    def execute_callback(self, callback: Any, obj: Any) -> None:
        """Run one task; override it to log, and call `super`, which waits for async tasks."""
        answer = callback(obj, self)
        if answer is not None:
            self._awaiter.settle(answer)

    def evaluate(self, function: Callable[[Any, Any], Any], obj: Any) -> Any:
        """Return what a function of token and engine gives, and wait for it when it is async."""
        answer = function(obj, self)
        return self._awaiter.settle(answer)

    def spawn(self) -> "GenericWorkflowEngine":
        """Return a new engine for a branch or a nested definition; override it with `__init__`."""
        return type(self)()

    def run_callbacks(  # noqa: C901 - the hot loop, in one piece
        self, callbacks: Any, objects: Any, obj: Any, indent: int = 0
    ) -> None:
        """Take a token through a list of tasks, from the position that the state names.

        Args:
            callbacks: Tasks, and further lists of them.
            objects: All tokens of the pass.
            obj: The token.
            indent: The depth of this list. The position's number at this depth moves after each
                task; in the end it is that of the last entry.
        """
        if not indent:
            self._execute = self._hooked()
        execute, settle, state = self._execute, self._awaiter.settle, self.state
        outer, index = state.outer, state.index
        descend = len(outer) > indent
        if descend:
            outer, index = outer[:indent], outer[indent]
        while index < len(callbacks):
            task = callbacks[index]
            if descend or not callable(task):
                if not descend:
                    state.outer, state.index, state.jumped = (*outer, index), 0, False
                descend = False
                if task.__class__ is not list:
                    check_nested(task, state.callback_pos)
                self.run_callbacks(task, objects, obj, indent + 1)
                index += 1
                continue
            state.outer = outer
            state.index = index
            try:
                if execute is not None:
                    execute(task, obj)
                elif (answer := task(obj, self)) is not None:
                    settle(answer)
            except BreakFromThisLoop:
                return
            except JumpCall as jump:
                index = max(0, index + jump.args[0])
                state.jumped = True
            else:
                index += 1
        state.outer, state.index = outer, len(callbacks) - 1

    def _check(self, objects: Sequence[Any]) -> None:
        check_tokens(objects)
        if not len(objects):
            self.log.warning(
                "List of objects is empty. Running workflow on empty set has no effect."
            )
        if self.callbacks.empty():
            raise WorkflowError("The callbacks are empty, did you set them?")

    def _process(self, objects: Sequence[Any]) -> None:
        """Make one pass over the tokens after the present position."""
        factory = resolve(self.processing_factory)
        state = self.state
        with self._awaiter:
            factory.before_processing(self, objects)
            while len(objects) - 1 > state.token_pos:
                state.token_pos += 1
                try:
                    self._process_token(factory, objects, objects[state.token_pos])
                except Break:
                    break
                except Continue:
                    continue
                state.callback_pos_reset()
            factory.after_processing(self, objects)

    def _process_token(self, factory: Any, objects: Sequence[Any], obj: Any) -> None:
        factory.before_object(self, objects, obj)
        callbacks = self._definition = self.callback_chooser(obj)
        if not callbacks:
            return
        mapper = resolve(factory.action_mapper)
        mapper.before_callbacks(obj, self)
        try:
            try:
                self.run_callbacks(callbacks, objects, obj)
            finally:
                mapper.after_callbacks(obj, self)
        except Exception as error:  # noqa: BLE001 - the outcome of a token, logged in _act
            self._act(factory, obj, callbacks, error)
        else:
            factory.after_object(self, objects, obj)

    def _act(self, factory: Any, obj: Any, callbacks: Any, error: Exception) -> None:
        """Do what the factory's mapper says about an exception."""
        self.log.debug("A task of token %s raised %r", self.state.token_pos, error)
        action = find_action(resolve(factory.transition_exception_mapper), error)
        steers = isinstance(error, WorkflowTransition)
        exc_info = error if steers else (type(error), error, error.__traceback__)
        action(obj, self, callbacks, exc_info)

    def _hooked(self) -> Callable[[Any, Any], None] | None:
        """Return how to run each task, or None when nothing is to be done but to call it."""
        mapper = resolve(resolve(self.processing_factory).action_mapper)
        plain = (
            mapper.before_each_callback is ActionMapper.before_each_callback
            and mapper.after_each_callback is ActionMapper.after_each_callback
            and type(self).execute_callback is GenericWorkflowEngine.execute_callback
            and "execute_callback" not in self.__dict__
            and not self.log.isEnabledFor(logging.DEBUG)
        )
        return None if plain else self._execute_with_hooks

    def _execute_with_hooks(self, task: Any, obj: Any) -> None:
        mapper = resolve(resolve(self.processing_factory).action_mapper)
        if self.log.isEnabledFor(logging.DEBUG):
            name = getattr(task, "__name__", "<Unnamed Function>")
            self.log.debug("Running (%s) callback %s for %r", self.state.callback_pos, name, obj)
        mapper.before_each_callback(self, task, obj)
        try:
            self.execute_callback(task, obj)
        finally:
            mapper.after_each_callback(self, task, obj)

    def __getstate__(self) -> dict[str, Any]:
        kept = dict(self.__dict__)
        for name in ("_awaiter", "_execute", "branches", "catalog"):
            kept.pop(name, None)
        return kept

    def __setstate__(self, kept: dict[str, Any]) -> None:
        self.__dict__.update(kept)
        self.branches = Branches()
        self._awaiter = Awaiter()
