"""All patterns of control flow, under the documented name."""

from flowy.machine.patterns.branching import CHOICE, CMP, IF, IF_ELSE, IF_NOT, SIMPLE_MERGE
from flowy.machine.patterns.jumps import (
    BREAK,
    HALT,
    OBJ_JUMP_BWD,
    OBJ_JUMP_FWD,
    OBJ_NEXT,
    STOP,
    TASK_JUMP_BWD,
    TASK_JUMP_FWD,
    TASK_JUMP_IF,
)
from flowy.machine.patterns.loops import FOR, WHILE
from flowy.machine.patterns.parallel import MAX_TIMEOUT, PARALLEL_SPLIT, SYNCHRONIZE

__all__ = [
    "BREAK",
    "CHOICE",
    "CMP",
    "FOR",
    "HALT",
    "IF",
    "IF_ELSE",
    "IF_NOT",
    "MAX_TIMEOUT",
    "OBJ_JUMP_BWD",
    "OBJ_JUMP_FWD",
    "OBJ_NEXT",
    "PARALLEL_SPLIT",
    "SIMPLE_MERGE",
    "STOP",
    "SYNCHRONIZE",
    "TASK_JUMP_BWD",
    "TASK_JUMP_FWD",
    "TASK_JUMP_IF",
    "WHILE",
]
