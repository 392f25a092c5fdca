"""Patterns that go elsewhere: to another task, another token, or out of the machine."""

from collections.abc import Callable
from typing import Any

from flowy.machine.callbacks import Task
from flowy.machine.patterns.comments import with_nice_docs
from flowy.machine.ways import END, LEAVE, TOKEN, Way, about, make_task


@with_nice_docs
def TASK_JUMP_BWD(step: int = -1) -> Task:
    """Go back in this list: by default to the task before.

    Args:
        step: How many entries on, negative; -2 after A and B runs A and B for ever.
    """

    def jump(obj: Any, eng: Any) -> None:
        eng.jump_call(step)

    return make_task(jump, "TASK_JUMP_BWD", Way(step, "again"))


@with_nice_docs
def TASK_JUMP_FWD(step: int = 1) -> Task:
    """Go forward in this list: by default to the next task.

    Args:
        step: How many entries on; 2 between B and C, D goes from B to D.
    """

    def jump(obj: Any, eng: Any) -> None:
        eng.jump_call(step)

    return make_task(jump, "TASK_JUMP_FWD", Way(step))


@with_nice_docs
def TASK_JUMP_IF(cond: Callable[[Any, Any], Any], step: int) -> Task:
    """Go elsewhere in this list when a condition holds; no list is put around anything.

    Args:
        cond: A function of token and engine.
        step: How many entries on; negative goes back.
    """

    def jump(obj: Any, eng: Any) -> None:
        if eng.evaluate(cond, obj):
            eng.jump_call(step)

    return about(make_task(jump, "TASK_JUMP_IF", Way(step, "yes"), Way(1, "no")), cond)


@with_nice_docs
def BREAK() -> Task:
    """Leave this list; the list around it goes on."""

    def leave(obj: Any, eng: Any) -> None:
        eng.break_current_loop()

    return make_task(leave, "BREAK", Way(LEAVE))


@with_nice_docs
def STOP() -> Task:
    """End the pass."""

    def stop(obj: Any, eng: Any) -> None:
        eng.stop()

    return make_task(stop, "STOP", Way(END, "stop"))


@with_nice_docs
def HALT() -> Task:
    """Halt the engine, which can be restarted."""

    def halt(obj: Any, eng: Any) -> None:
        eng.halt()

    return make_task(halt, "HALT", Way(END, "halt"), Way(1, "restarted"))


@with_nice_docs
def OBJ_NEXT() -> Task:
    """End the work on this token and begin that on the next, from any depth."""

    def go_on(obj: Any, eng: Any) -> None:
        eng.continue_next_token()

    return make_task(go_on, "OBJ_NEXT", Way(TOKEN, "next token"))


@with_nice_docs
def OBJ_JUMP_FWD(step: int = 1) -> Task:
    """End the work on this token and begin that on a later one.

    Args:
        step: How many tokens on.
    """

    def jump(obj: Any, eng: Any) -> None:
        eng.jump_token(step)

    return make_task(jump, "OBJ_JUMP_FWD", Way(TOKEN, f"token {step:+}"))


@with_nice_docs
def OBJ_JUMP_BWD(step: int = -1) -> Task:
    """End the work on this token and begin that on an earlier one.

    Args:
        step: How many tokens on, negative.
    """

    def jump(obj: Any, eng: Any) -> None:
        eng.jump_token(step)

    return make_task(jump, "OBJ_JUMP_BWD", Way(TOKEN, f"token {step:+}"))
