"""`flowy debug`: replay a history into pdb, and stop where the code sees an event."""

import pdb
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import click

from flowy.cli import visibility
from flowy.cli.connection import (
    chosen,
    connected,
    payloads_option,
    require_database,
    service_options,
)
from flowy.cli.modules import module
from flowy.cli.replay import read
from flowy.cli.volume import existing
from flowy.decider.loop import DeterministicLoop
from flowy.decider.replay import SteppedRun
from flowy.determinism.users import is_users_file, serve
from flowy.errors import HistoryFileError, NondeterminismError
from flowy.protocol.event import Event
from flowy.replay.files import History, histories
from flowy.task import scanner
from flowy.task.definition import WorkflowDefinition
from flowy.transport.packing import Packing


@click.command()
@click.argument("modules", metavar="MODULE...", nargs=-1, required=True)
@click.option(
    "--history",
    "path",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the history.",
)
@click.option("--id", "workflow_id", metavar="ID", help="The workflow id of an execution.")
@click.option("--run-id", metavar="ID", help="Which run. [default: the open one, else the newest]")
@click.option(
    "--at-event",
    metavar="N",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Stop when the code is about to see this event, or the next one that it sees.",
)
@payloads_option
@service_options
def debug(
    modules: tuple[str, ...],
    path: Path | None,
    workflow_id: str | None,
    run_id: str | None,
    at_event: int,
    payloads: str | None,
    address: str | None,
    domain: str | None,
) -> None:
    """Stop in pdb in the workflow code of MODULE..., at a point of a recorded history.

    Give --history, or --id of an execution in the domain. Nothing is sent to the service: the code
    only goes again through what happened.
    """
    if (path is None) == (workflow_id is None):
        raise click.UsageError("give either --history or --id")
    registry = scanner.scan_workflows([module(name) for name in modules])
    if path is not None:
        history = _of_file(path, run_id)
    else:
        history = _live(workflow_id or "", run_id, address, domain)
    definition = registry.get(history.type)
    if definition is None:
        raise click.ClickException(f"there is no workflow {history.type} in {' '.join(modules)}")
    packing = existing(payloads).packing(chosen(address, domain).domain)
    _debug(definition, history, at_event, packing)


def _of_file(path: Path, run_id: str | None) -> History:
    try:
        found = list(histories(path, run_id))
    except HistoryFileError as error:
        raise click.ClickException(str(error)) from error
    if len(found) > 1:
        raise click.ClickException(f"{path} holds {len(found)} histories; save the one you mean")
    return found[0]


def _live(workflow_id: str, run_id: str | None, address: str | None, domain: str | None) -> History:
    settings = chosen(address, domain)
    require_database(settings)
    with connected(settings) as client:
        info = visibility.newest(client, settings.domain, workflow_id, run_id)
        if info is None:
            raise click.ClickException(f"no execution {workflow_id} in domain {settings.domain}")
        return read(client, settings.domain, info)


def _debug(
    definition: WorkflowDefinition, history: History, at_event: int, packing: Packing
) -> None:
    serve(sys.modules[definition.factory.__module__])
    debugger = _Debugger()
    seen: list[int] = []

    def before(event: Event) -> None:
        seen.append(event.event_id)
        if event.event_id >= at_event and not debugger.has_stopped:
            debugger.arm(event)

    run = SteppedRun(definition, history.execution, before, packing, is_guarded=False)
    if at_event <= _FIRST:
        debugger.arm(history.events[0])
    try:
        debugger.follow(lambda: run.feed(history.events))
    except NondeterminismError as error:
        if not debugger.quitting:  # leaving ends the code as no history does
            click.echo(f"code and history part: {error}", err=True)
    finally:
        run.close()
    if not debugger.has_stopped:
        last = f"the last that it sees is {seen[-1]}" if seen else "it sees none"
        raise click.ClickException(f"the code sees no event from {at_event} on: {last}")


_LOOP = DeterministicLoop.run_ready.__code__

_FIRST = 3
"""Until the first decision task is started, nothing of the code runs."""


class _Debugger(pdb.Pdb):
    """Traces workflow code from its start, and stops at the first line that runs when it is armed.

    Tracing from the start lets it stop also in functions that wait already: a coroutine, or the
    greenlet of a plain ``run``.
    """

    def __init__(self) -> None:
        super().__init__(nosigint=True)
        self.has_stopped = False
        self._is_armed = False
        self.reset()
        self.set_continue()

    def arm(self, event: Event) -> None:
        """Stop at the next line of the user's code."""
        self._is_armed = True
        kind = type(event).__name__
        self._message = f"the code is about to see event {event.event_id} {kind}"

    def follow(self, work: Callable[[], Any]) -> None:
        """Do something under this debugger."""
        sys.settrace(self._trace)
        try:
            work()
        finally:
            sys.settrace(None)

    def set_continue(self) -> None:
        """Go on to the next breakpoint, still tracing: the code may have yet to be armed."""
        self._set_stopinfo(self.botframe, None, -1)  # type: ignore[attr-defined]

    def _trace(self, frame: FrameType, what: str, argument: Any) -> Any:
        if not is_users_file(frame.f_code.co_filename) or self.quitting:
            return None
        if what == "exception" and issubclass(argument[0], StopIteration):
            return self._trace  # an await goes on
        if self._is_armed and what == "line":
            self._is_armed, self.has_stopped = False, True
            self.botframe = _outermost(frame)
            self.message(self._message)
            self.set_step()
        if self.has_stopped:
            self.trace_dispatch(frame, what, argument)
        return self._trace


def _outermost(frame: FrameType) -> FrameType:
    """Return the first frame of the workflow's code: what is outside of it runs the code."""
    found, current = frame, frame.f_back
    while current is not None and current.f_code is not _LOOP:
        if is_users_file(current.f_code.co_filename):
            found = current
        current = current.f_back
    return found
