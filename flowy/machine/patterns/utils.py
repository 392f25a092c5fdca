"""All patterns that are not control flow, under the documented name."""

from flowy.machine.patterns.attempts import ERROR, TRY
from flowy.machine.patterns.calls import CALLFUNC, RUN_WF
from flowy.machine.patterns.comments import with_nice_docs
from flowy.machine.patterns.data import EMPTY_CALL, ENG_GET, ENG_SET, OBJ_GET, OBJ_SET
from flowy.machine.patterns.measuring import DEBUG_CYCLE, PROFILE

__all__ = [
    "CALLFUNC",
    "DEBUG_CYCLE",
    "EMPTY_CALL",
    "ENG_GET",
    "ENG_SET",
    "ERROR",
    "OBJ_GET",
    "OBJ_SET",
    "PROFILE",
    "RUN_WF",
    "TRY",
    "with_nice_docs",
]
