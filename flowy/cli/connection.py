"""How commands say which service they talk to, and how its refusals read."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from flowy import config
from flowy.errors import Fault, FlowyError, ServiceUnavailable
from flowy.protocol.client import SwfClient
from flowy.protocol.faults import (
    MissingAuthenticationTokenException,
    UnknownResourceFault,
    UnrecognizedClientException,
    WorkflowExecutionAlreadyStartedFault,
)
from flowy.swf.connect import connect

Command = TypeVar("Command", bound=Callable[..., Any])

SQLITE_FILE = "sqlite:///"

SIGN = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key that the service knows"

HINTS: dict[type[FlowyError], str] = {
    MissingAuthenticationTokenException: SIGN,
    UnrecognizedClientException: SIGN,
    ServiceUnavailable: "start it with `flowy server`, or give another --address",
    UnknownResourceFault: (
        "check --domain, name and version; domain and types are registered by the first "
        "`flowy worker` that serves them"
    ),
    WorkflowExecutionAlreadyStartedFault: "give another --id, or wait until that one is closed",
}
"""What to do about an error, where that is known."""


ADDRESS_OPTION = click.option(
    "--address",
    metavar="URL",
    help="The service: sqlite:///file, postgresql://user@host/database, http://host:port or "
    f"aws://region. [default: {' or '.join(config.ADDRESS_VARIABLES)}, else {config.ADDRESS}]",
)
"""``--address``, for a command."""


def service_options(command: Command) -> Command:
    """Add ``--address`` and ``--domain`` to a command."""
    domain = click.option(
        "--domain",
        metavar="NAME",
        help=f"The domain. [default: {config.DOMAIN_VARIABLE}, else {config.DOMAIN}]",
    )
    return ADDRESS_OPTION(domain(command))


def payloads_option(command: Command) -> Command:
    """Add ``--payloads`` to a command."""
    return click.option(
        "--payloads",
        metavar="URL",
        help="The volume of large inputs and results: a folder, file:///folder, "
        f"s3://bucket/folder. [default: {config.PAYLOADS_VARIABLE}]",
    )(command)


def run_option(command: Command) -> Command:
    """Add ``--run-id`` to a command, for one that tells an open execution something."""
    return click.option(
        "--run-id", "--run", "run_id", metavar="ID", help="Which run. [default: the open one]"
    )(command)


def json_option(command: Command) -> Command:
    """Add ``--json`` to a command."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")(
        command
    )


def chosen(address: str | None, domain: str | None) -> config.Settings:
    """Return what the command is to talk to."""
    return config.settings(os.environ, address, domain)


def require_database(settings: config.Settings) -> None:
    """Refuse a SQLite file that is not there: a command that only looks must not make one.

    Raises:
        ClickException: There is no such file.
    """
    name = settings.address.removeprefix(SQLITE_FILE).partition("?")[0]
    is_file = settings.address.startswith(SQLITE_FILE) and name not in ("", ":memory:")
    if is_file and not Path(name).exists():
        raise click.ClickException(
            f"there is no database {name}: run this where it is, start a `flowy worker` that makes "
            "it, or give --address"
        )


@contextmanager
def connected(settings: config.Settings) -> Iterator[SwfClient]:
    """Connect to the service for a block; what it refuses ends the command with one clear line.

    Raises:
        ClickException: The service refused, could not be reached, or a value was wrong.
    """
    try:
        client = connect(settings.address)
        try:
            yield client
        finally:
            client.close()
    except FlowyError as error:
        raise click.ClickException(_line(error, settings)) from error
    except UnicodeEncodeError as error:  # bytes of the command line that are no text
        raise click.ClickException(f"{error.object!r:.100} is no text in UTF-8") from error


def _line(error: FlowyError, settings: config.Settings) -> str:
    if not isinstance(error, Fault | ServiceUnavailable):
        return str(error)
    place = f"{config.without_secret(settings.address)}, domain {settings.domain}"
    line = f"{place}: {type(error).__name__}: {error}"
    hint = HINTS.get(type(error))
    return f"{line}; {hint}" if hint else line
