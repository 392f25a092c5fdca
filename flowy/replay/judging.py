"""Judge a history: does today's code follow it, and if not, where do they part."""

from typing import Literal, NamedTuple

from flowy.decider.replay import replay
from flowy.errors import FlowyError, NondeterminismError
from flowy.replay.files import UNKNOWN_RUN, History
from flowy.task.definition import WorkflowDefinition
from flowy.task.registry import Registry
from flowy.transport.packing import PACKING, Packing

Status = Literal["ok", "mismatch", "unknown", "error"]


class Verdict(NamedTuple):
    """What became of the replay of one history.

    Args:
        status: "ok"; "mismatch" where the code goes another way; "unknown" where no code is there
            for the type; "error" where the history cannot be replayed.
        source: Where the history is from.
        workflow_id: Its execution's.
        run_id: Its run's.
        type: Its workflow type.
        events: How many it has.
        decisions: How many were compared.
        event_id: Where code and history part first.
        place: The line of the code that parts from the history.
        message: What is wrong.
    """

    status: Status
    source: str
    workflow_id: str
    run_id: str
    type: str
    events: int
    decisions: int = 0
    event_id: int | None = None
    place: str | None = None
    message: str = ""


def judge(
    history: History, registry: Registry[WorkflowDefinition], packing: Packing = PACKING
) -> Verdict:
    """Replay a history with the code that its type has today.

    Args:
        history: What is replayed.
        registry: The code.
        packing: How the texts of its domain travel, where large ones are kept elsewhere.
    """
    definition = registry.get(history.type)
    if definition is None:
        known = ", ".join(sorted(str(each.id) for each in registry)) or "none"
        return _verdict(history, "unknown", message=f"there is no code for it, only for {known}")
    try:
        done = replay(
            definition,
            history.execution,
            history.events,
            is_whole=history.is_whole,
            packing=packing,
        )
    except NondeterminismError as error:
        hint = _UNKNOWN if history.execution.run_id == UNKNOWN_RUN else ""
        return _verdict(history, "mismatch", f"{error}{hint}", error.event_id, error.place)
    except FlowyError as error:
        return _verdict(history, "error", str(error))
    return _verdict(history, "ok")._replace(decisions=done.decisions)


_UNKNOWN = (
    " (the file does not say which run this is, and a run's chance and its children's ids come "
    "from the run's id: give it with --run-id)"
)


def _verdict(
    history: History,
    status: Status,
    message: str = "",
    event_id: int | None = None,
    place: str | None = None,
) -> Verdict:
    return Verdict(
        status=status,
        source=history.source,
        workflow_id=history.execution.workflow_id,
        run_id=history.execution.run_id,
        type=str(history.type),
        events=len(history.events),
        event_id=event_id,
        place=place,
        message=message,
    )
