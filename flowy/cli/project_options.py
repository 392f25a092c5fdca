"""How commands say which project they mean, and how its refusals read."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from flowy.errors import FlowyError
from flowy.project.places import URL_VARIABLE
from flowy.project.project import Project

Command = TypeVar("Command", bound=Callable[..., Any])


def database_option(command: Command) -> Command:
    """Add ``--db`` to a command."""
    return click.option(
        "--db",
        metavar="URL",
        help=f"The database that has the projects. [default: {URL_VARIABLE}, else this user's own]",
    )(command)


@contextmanager
def refusals() -> Iterator[None]:
    """End the command with one clear line where Flowy refuses something.

    Raises:
        ClickException: It did.
    """
    try:
        yield
    except FlowyError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def opened(name: str, url: str | None) -> Iterator[Project]:
    """Open a project for a block.

    Raises:
        ClickException: There is none of that name, or it refuses something.
    """
    with refusals(), Project(name, url=url) as project:
        yield project


def parameters(texts: Iterable[str]) -> dict[str, Any]:
    """Read ``key=value`` texts; a value is JSON, or a text that stands for itself.

    Raises:
        UsageError: A text has no ``=``.
    """
    read: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not (equals and key):
            raise click.UsageError(f"{text!r} is no KEY=VALUE")
        try:
            read[key] = json.loads(value)
        except ValueError:
            read[key] = value
    return read
