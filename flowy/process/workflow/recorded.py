"""One run of a graph as a run of a catalogue."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from flowy.listening import Close, RunListener, tell
from flowy.process.workflow.results import ProcessResult

DOMAIN = "flowy.process"
"""The domain of the runs of graphs."""


@asynccontextmanager
async def recorded(
    catalog: RunListener | None,
    graph: tuple[str, str],
    initial_data: Mapping[str, Any] | None,
    results: Mapping[str, ProcessResult],
) -> AsyncIterator[None]:
    """Tell a catalogue how a block begins and ends, from a thread: the event loop goes on.

    Args:
        catalog: The catalogue; None is told nothing.
        graph: What the graph is called, and what it is in the catalogue.
        initial_data: What the run was given.
        results: What its processes came to, at the end.
    """
    if catalog is None:
        yield
        return
    name, kind = graph
    place = (DOMAIN, name, uuid.uuid4().hex, kind)
    await asyncio.to_thread(_begin, catalog, place, _text(initial_data))
    close: Close = ("CANCELED", ["it was cancelled"], None)
    try:
        yield
        dumped = {node_id: result.model_dump() for node_id, result in results.items()}
        close = ("SUCCESS", [], json.dumps(dumped, default=str))
    except Exception as error:
        close = ("ERROR", [f"{type(error).__name__}: {error}"], None)
        raise
    finally:
        await asyncio.shield(asyncio.to_thread(_end, catalog, place, close))


def _begin(catalog: RunListener, place: tuple[str, str, str, str], data: str | None) -> None:
    def both() -> None:
        catalog.pending(*place, data)
        catalog.running(*place)

    tell(f"graph {place[1]} began", both)


def _end(catalog: RunListener, place: tuple[str, str, str, str], close: Close) -> None:
    tell(f"graph {place[1]} ended", lambda: catalog.closed(*place, *close))


def _text(data: Mapping[str, Any] | None) -> str | None:
    return None if data is None else json.dumps(data, default=str)
