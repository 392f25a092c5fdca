"""The calls by which a task steers its engine: each raises the transition that says where to go."""

import logging
from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn

from flowy.errors import (
    AbortProcessing,
    BreakFromThisLoop,
    ContinueNextToken,
    HaltProcessing,
    JumpCall,
    JumpToken,
    SkipToken,
    StopProcessing,
)
from flowy.machine.callbacks import Callbacks
from flowy.machine.notification import Signal, _Signal
from flowy.machine.state import MachineState


class EngineControl:
    """What an engine is to its tasks and to the hooks of a pass."""

    callbacks: Callbacks
    extra_data: dict[str, Any]
    log: logging.Logger
    objects: Sequence[Any]
    signal: ClassVar[_Signal] = Signal
    state: MachineState

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.objects)

    @staticmethod
    def abort() -> NoReturn:
        """End the pass without saving the present token."""
        raise AbortProcessing

    def break_current_loop(self) -> NoReturn:
        """Leave the innermost list of tasks; the list around it goes on."""
        raise BreakFromThisLoop

    def continue_next_token(self) -> NoReturn:
        """Go on with the next token at the first task, from any depth."""
        raise ContinueNextToken

    def halt(self, msg: str = "", action: Any = None, payload: Any = None) -> NoReturn:
        """Leave the engine, and the engines around it, keeping the state for a restart.

        Args:
            msg: Why.
            action: What somebody is to do about it.
            payload: What they need for that.

        Raises:
            HaltProcessing: Always; it carries the three.
        """
        raise HaltProcessing(msg, action=action, payload=payload)

    def jump_call(self, offset: int) -> NoReturn:
        """Go to another entry of the innermost list of tasks.

        Args:
            offset: How many entries on; 0 is the present task again, before the start is the
                list's first, past the end leaves the list.
        """
        raise JumpCall(offset)

    @staticmethod
    def jump_token(offset: int) -> NoReturn:
        """Go to another token, at the first task.

        Args:
            offset: How many tokens on; 0 is the present token again, before the start is the
                first, past the end ends the pass.
        """
        raise JumpToken(offset)

    @staticmethod
    def skip_token() -> NoReturn:
        """Go on with the next token without saving the present one."""
        raise SkipToken

    def stop(self) -> NoReturn:
        """End the pass of this engine, quietly."""
        raise StopProcessing
