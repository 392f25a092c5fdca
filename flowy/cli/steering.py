"""`flowy signal`, `flowy cancel` and `flowy terminate`: tell an open execution, or end it."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import click
import msgspec

from flowy import config
from flowy.cli import visibility
from flowy.cli.connection import (
    chosen,
    connected,
    payloads_option,
    require_database,
    run_option,
    service_options,
)
from flowy.cli.tables import moment
from flowy.protocol.client import SwfClient
from flowy.protocol.executions import WorkflowExecutionInfo
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.requests.executions import (
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    TerminateWorkflowExecution,
)
from flowy.swf import arguments
from flowy.task import naming, outgoing
from flowy.task.definition import checked_name
from flowy.task.option_values import CHILD_POLICIES
from flowy.task.options import ChildPolicy
from flowy.transport.failure import DETAILS_MAXIMUM, REASON_MAXIMUM
from flowy.transport.payloads import as_payloads

Steering = RequestCancelWorkflowExecution | SignalWorkflowExecution | TerminateWorkflowExecution


@dataclass(frozen=True, kw_only=True, slots=True)
class _Target:
    """Which execution is meant, and where it is; ``run_id`` None is the open run."""

    client: SwfClient
    settings: config.Settings
    workflow_id: str
    run_id: str | None

    def send(self, request: Steering) -> None:
        """Send a request about it, with words of its own when it is not there or not open."""
        try:
            self.client.call(request)
        except UnknownResourceFault as fault:
            found = visibility.wanted(self.client, self.settings, self.workflow_id, self.run_id)
            if found.close_status is None:
                raise
            raise click.ClickException(_closed(found, self.run_id)) from fault

    def open(self) -> WorkflowExecutionInfo | None:
        """Find it among the open executions; Amazon SWF lists a new one only after some seconds."""
        for found in visibility.opened(self.client, self.settings.domain, self.workflow_id):
            if self.run_id in (None, found.execution.run_id):
                return found
        return None

    def __str__(self) -> str:
        return f"{self.workflow_id} (run {self.run_id})" if self.run_id else self.workflow_id


Reach = Callable[[], Any]


def _execution_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what says which execution is meant; the command gets ``reach``, which connects to it."""

    @functools.wraps(command)
    def with_execution(
        *args: Any,
        workflow_id: str,
        run_id: str | None,
        address: str | None,
        domain: str | None,
        **kwargs: Any,
    ) -> None:
        @contextmanager
        def reach() -> Iterator[_Target]:
            settings = chosen(address, domain)
            require_database(settings)
            with connected(settings) as client:
                yield _Target(
                    client=client,
                    settings=replace(settings, domain=checked_name(settings.domain, "domain")),
                    workflow_id=checked_name(workflow_id, "workflow id"),
                    run_id=naming.run_id(run_id, "the execution"),
                )

        command(*args, reach=reach, **kwargs)

    return click.argument("workflow_id")(run_option(service_options(with_execution)))


@click.command()
@_execution_options
@click.argument("name")
@click.argument("values", metavar="[VALUE]", nargs=-1)
@payloads_option
def signal(reach: Reach, name: str, values: tuple[str, ...], payloads: str | None) -> None:
    """Send the open execution WORKFLOW_ID the signal NAME, with VALUE if there is one.

    VALUE is JSON, or a text that stands for itself. What begins with a dash goes behind --.
    """
    if len(values) > 1:
        raise click.UsageError(
            f"a signal has one value, not {len(values)}: give several as one JSON list, "
            """such as '["a", 2]', and a text with blanks in quotes"""
        )
    with reach() as target:
        text = None
        if values:
            ((value,), _) = arguments.read(values)
            packing = as_payloads(payloads).packing(target.settings.domain)
            text = packing.pack(outgoing.dump(name, value), f"the value of signal {name}")
        target.send(
            SignalWorkflowExecution(
                domain=target.settings.domain,
                workflow_id=target.workflow_id,
                run_id=target.run_id,
                signal_name=naming.signal(name),
                input=text,
            )
        )
    click.echo(f"sent signal {name} to {target}")


@click.command()
@_execution_options
def cancel(reach: Reach) -> None:
    """Ask the open execution WORKFLOW_ID to cancel itself; its code may clean up first."""
    with reach() as target:
        target.send(
            RequestCancelWorkflowExecution(
                domain=target.settings.domain,
                workflow_id=target.workflow_id,
                run_id=target.run_id,
            )
        )
    click.echo(f"asked {target} to cancel itself")


def _at_most(maximum: int) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    def check(_context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
        if text is not None and len(text) > maximum:
            raise click.BadParameter(
                f"it has {len(text):,} characters, SWF takes {maximum:,}", param=parameter
            )
        return text

    return check


@click.command()
@_execution_options
@click.option(
    "--reason",
    metavar="TEXT",
    callback=_at_most(REASON_MAXIMUM),
    help="Why, for its history.",
)
@click.option(
    "--details",
    metavar="TEXT",
    callback=_at_most(DETAILS_MAXIMUM),
    help="More about it; neither is encoded.",
)
@click.option(
    "--child-policy",
    type=click.Choice(CHILD_POLICIES, case_sensitive=False),
    help="What becomes of its open children. [default: what it was started with]",
)
def terminate(
    reach: Reach, reason: str | None, details: str | None, child_policy: ChildPolicy | None
) -> None:
    """End the open execution WORKFLOW_ID at once, without asking; its code cannot clean up.

    `flowy cancel` lets it end by itself.
    """
    with reach() as target:
        request = TerminateWorkflowExecution(
            domain=target.settings.domain,
            workflow_id=target.workflow_id,
            run_id=target.run_id,
            reason=reason,
            details=details,
            child_policy=child_policy,
        )
        ended = _end(target, request)
    click.echo(f"terminated {ended}")


def _end(target: _Target, request: TerminateWorkflowExecution) -> str:
    """Terminate an execution and say which: the run that was found open, unless it has gone on."""
    found = target.open()
    if found is not None:
        try:
            target.client.call(msgspec.structs.replace(request, run_id=found.execution.run_id))
        except UnknownResourceFault:
            pass  # it was closed just now; where no run was named, another one may be open
        else:
            return f"{found.execution}, {found.workflow_type}"
    target.send(request)
    return str(target)


def _closed(found: WorkflowExecutionInfo, run_id: str | None) -> str:
    when = "" if found.close_timestamp is None else f" at {moment(found.close_timestamp)} UTC"
    how = f"was closed{when}: {found.close_status}"
    if run_id is not None:
        return f"{found.execution} {how}"
    execution = found.execution
    return f"{execution.workflow_id} is not open; its newest run {execution.run_id} {how}"
