"""What `flowy server` runs; apart from its options, so that ``--help`` need not import it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from flowy.config import without_secret
from flowy.errors import FlowyError
from flowy.service.http.serve import HttpOptions, HttpServer
from flowy.service.http.signatures import read_keys
from flowy.service.operations.quotas import Quotas
from flowy.service.server import Service


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What is served, and how; names and meanings are those of the command's options."""

    db: str
    host: str
    port: int
    limits: tuple[str, ...] = ()
    keys: Path | None = None
    cert: Path | None = None
    key: Path | None = None


def serve(options: Options) -> None:
    """Serve a database over HTTP until SIGTERM or Ctrl-C.

    Raises:
        ClickException: An option is wrong, the database cannot be used, or the address not
            listened on.
    """
    quotas = read_limits(options.limits)
    if options.key is not None and options.cert is None:
        raise click.UsageError("--key is the key of a certificate: give --cert too")
    try:
        front_options = _front_options(options)
        with Service(options.db, limits=quotas) as service:
            front = HttpServer(service, front_options)
            front.run(announce=lambda address: _announce(address, options.db))
    except FlowyError as error:
        raise click.ClickException(str(error)) from error


def read_limits(limits: Iterable[str]) -> Quotas:
    """Return SWF's quotas with those that are given as ``NAME=VALUE`` in their place.

    Raises:
        BadParameter: There is no such quota, or a value is not a whole number from 0.
    """
    names = Quotas.__struct_fields__
    given: dict[str, int] = {}
    for limit in limits:
        name, _, value = limit.partition("=")
        if name not in names:
            known = ", ".join(sorted(names))
            raise click.BadParameter(f"there is no quota {name!r}; there are {known}")
        if not (value.isascii() and value.isdigit()):
            raise click.BadParameter(f"{name} takes a whole number, not {value!r}")
        given[name] = int(value)
        if name == "page" and not given[name]:
            raise click.BadParameter("a page has at least one item: give page=1 or more")
    return Quotas(**given)


def _front_options(options: Options) -> HttpOptions:
    return HttpOptions(
        host=options.host,
        port=options.port,
        certificate=None if options.cert is None else str(options.cert),
        key=None if options.key is None else str(options.key),
        keys=None if options.keys is None else read_keys(options.keys),
    )


def _announce(address: str, db: str) -> None:
    use = f"use it with --address or FLOWY_ENDPOINT={address}"
    click.echo(f"serving {without_secret(db)} on {address}; {use}")
