"""The options that choose executions of a domain."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import click

from flowy.cli import visibility
from flowy.protocol.executions import WorkflowExecutionInfo

Find = Callable[..., Iterator[WorkflowExecutionInfo]]

_FINDS: dict[str | None, tuple[Find, ...]] = {
    "open": (visibility.opened,),
    "closed": (visibility.closed,),
    None: (visibility.opened, visibility.closed),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Which executions are meant.

    Args:
        status: "open", "closed" or None for both.
        workflow_id: Only those with this id.
        type_name: Only those of types with this name.
        tag: Only those that carry this tag.
        limit: How many of each status.
    """

    status: str | None
    workflow_id: str | None
    type_name: str | None
    tag: str | None
    limit: int

    @property
    def is_given(self) -> bool:
        """Whether anything was chosen."""
        return any((self.status, self.workflow_id, self.type_name, self.tag))

    @property
    def finds(self) -> tuple[Find, ...]:
        """The lists to ask."""
        return _FINDS[self.status]


def query_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which gets them as ``query``."""

    @functools.wraps(command)
    def with_query(
        *args: Any,
        status: str | None,
        workflow_id: str | None,
        type_name: str | None,
        tag: str | None,
        limit: int,
        **kwargs: Any,
    ) -> Any:
        if sum(each is not None for each in (workflow_id, type_name, tag)) > 1:
            raise click.UsageError("the service selects by one of --id, --type and --tag")
        query = Query(
            status=status, workflow_id=workflow_id, type_name=type_name, tag=tag, limit=limit
        )
        return command(*args, query=query, **kwargs)

    options = (
        click.option("--open", "status", flag_value="open", help="Only open executions."),
        click.option("--closed", "status", flag_value="closed", help="Only closed executions."),
        click.option("--id", "workflow_id", metavar="ID", help="Only those with this id."),
        click.option("--type", "type_name", metavar="NAME", help="Only those of this type."),
        click.option("--tag", metavar="TAG", help="Only those that carry this tag."),
        click.option(
            "--limit", type=click.IntRange(1), default=100, show_default=True, help="Of each."
        ),
    )
    for option in reversed(options):
        with_query = option(with_query)
    return with_query
