"""What `flowy server` runs; apart from its options, so that ``--help`` need not import it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from flowy.config import without_secret
from flowy.errors import FlowyError
from flowy.protocol.operations import OPERATIONS
from flowy.service.http.serve import HttpOptions, HttpServer
from flowy.service.http.signatures import read_keys
from flowy.service.operations.quotas import Quotas
from flowy.service.rates import SWF_RATES, Rate, Rates
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
    quotas, rates = read_limits(options.limits)
    if options.key is not None and options.cert is None:
        raise click.UsageError("--key is the key of a certificate: give --cert too")
    try:
        front_options = _front_options(options)
        with Service(options.db, limits=quotas, rates=rates) as service:
            front = HttpServer(service, front_options)
            front.run(announce=lambda address: _announce(address, options.db))
    except FlowyError as error:
        raise click.ClickException(str(error)) from error


def read_limits(limits: Iterable[str]) -> tuple[Quotas, Rates]:
    """Return SWF's quotas with those that are given in their place, and the rates.

    Args:
        limits: ``NAME=VALUE`` for a quota, ``OPERATION=BURST/RATE`` to throttle an operation, or
            ``rates=swf`` to throttle as SWF does.

    Raises:
        BadParameter: There is no such quota or operation, or a value is of another form.
    """
    quotas: dict[str, int] = {}
    rates: dict[str, Rate] = {}
    for limit in limits:
        name, _, value = limit.partition("=")
        if (name, value) == ("rates", "swf"):
            rates = {**SWF_RATES, **rates}
        elif name in OPERATIONS:
            rates[name] = _rate(name, value)
        elif name in Quotas.__struct_fields__:
            quotas[name] = _quota(name, value)
        else:
            known = ", ".join(sorted(Quotas.__struct_fields__))
            raise click.BadParameter(
                f"there is no quota {name!r}; there are {known}, rates=swf and the operations"
            )
    return Quotas(**quotas), rates


def _quota(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise click.BadParameter(f"{name} takes a whole number, not {value!r}")
    if name == "page" and not int(value):
        raise click.BadParameter("a page has at least one item: give page=1 or more")
    return int(value)


def _rate(name: str, value: str) -> Rate:
    burst, _, per_second = value.partition("/")
    try:
        rate = Rate(int(burst), float(per_second))
    except ValueError:
        rate = Rate(0, 0)
    if not (rate.burst >= 1 and 0 < rate.per_second < math.inf):
        raise click.BadParameter(
            f"{name} takes calls at once / calls a second, such as 2000/200, not {value!r}"
        )
    return rate


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
