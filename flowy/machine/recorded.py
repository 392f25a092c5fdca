"""An engine's work as a run of a catalogue: from its first token to its end, over all its halts."""

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from flowy.errors import HaltProcessing
from flowy.listening import Close, RunListener, tell

DOMAIN = "flowy.machine"
"""The domain of the runs of machines."""

RUN = "_Run"
"""Where ``extra_data`` has the run id: it travels with the engine, wherever it is resumed."""


ENDED = frozenset({"COMPLETED", "ERROR"})
"""The statuses of stored engines whose run is over: who resumes one begins another run."""


class Recorded(Protocol):
    """What is asked of an engine."""

    catalog: RunListener | None
    extra_data: dict[str, Any]
    state: Any
    objects: Sequence[Any]


@contextmanager
def recorded(eng: Recorded, objects: Sequence[Any]) -> Iterator[None]:
    """Tell the engine's catalogue how a block of its work begins and ends.

    A halt leaves the run RUNNING: what resumes the engine, here or elsewhere, goes on with it.
    Passes inside the block, which tasks begin, are part of it.
    """
    catalog = eng.catalog
    if catalog is None:
        yield
        return
    eng.catalog = None  # a restart by a task is no run of its own
    place = _place(eng)
    tell("a machine began", lambda: _begin(catalog, place, objects))
    close: Close | None = None
    try:
        yield
        close = _ended(eng, eng.objects or objects)
    except HaltProcessing:
        raise
    except Exception as error:
        close = ("ERROR", [f"{type(error).__name__}: {error}"], None)
        raise
    except BaseException as error:
        close = ("CANCELED", [f"it was interrupted by {type(error).__name__}"], None)
        raise
    finally:
        eng.catalog = catalog
        if close is not None:
            eng.extra_data.pop(RUN, None)
            tell("a machine ended", lambda: catalog.closed(*place, *close))


def _place(eng: Any) -> tuple[str, str, str, str]:
    if getattr(getattr(eng, "status", None), "name", None) in ENDED:
        eng.extra_data.pop(RUN, None)  # it was stored when the run before had not been closed yet
    run_id = eng.extra_data.setdefault(RUN, uuid.uuid4().hex)
    workflow_id = str(getattr(eng, "uuid", run_id))
    return DOMAIN, workflow_id, run_id, str(getattr(eng, "name", type(eng).__name__))


def _begin(catalog: RunListener, place: tuple[str, str, str, str], objects: Sequence[Any]) -> None:
    catalog.pending(*place, _text(objects))
    catalog.running(*place)


def _ended(eng: Recorded, objects: Sequence[Any]) -> Close:
    """Return how a pass without an exception has ended."""
    position, count = eng.state.token_pos, len(objects)
    if position >= count - 1:
        return "SUCCESS", [], _text(objects)
    return "CANCELED", [f"it was stopped at token {position} of {count}"], None


def _text(objects: Sequence[Any]) -> str | None:
    """Return tokens as JSON, or None when JSON cannot say them."""
    try:
        return json.dumps(list(objects))
    except (TypeError, ValueError, RecursionError):
        return None
