"""What `flowy server` runs; apart from its options, so that ``--help`` need not import it."""

import click

from flowy.errors import FlowyError
from flowy.service.http.serve import HttpOptions, HttpServer
from flowy.service.server import Service


def serve(db: str, host: str, port: int) -> None:
    """Serve a database over HTTP until SIGTERM or Ctrl-C.

    Raises:
        ClickException: The database cannot be used, or the address not listened on.
    """
    try:
        with Service(db) as service:
            front = HttpServer(service, HttpOptions(host=host, port=port))
            front.run(announce=lambda address: _announce(address, db))
    except FlowyError as error:
        raise click.ClickException(str(error)) from error


def _announce(address: str, db: str) -> None:
    click.echo(f"serving {db} on {address}; use it with --address or FLOWY_ENDPOINT={address}")
