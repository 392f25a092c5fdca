"""`flowy server`: serve SWF over HTTP, from a database."""

import importlib
import logging
from pathlib import Path

import click

from flowy.config import ADDRESS

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--db", metavar="URL", default=ADDRESS, show_default=True, help="The database.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8_787, show_default=True)
@click.option(
    "--limit",
    "limits",
    metavar="NAME=VALUE",
    multiple=True,
    help="Set one of SWF's quotas, such as domains=10000; or throttle, by OPERATION=BURST/RATE or "
    "rates=swf. May be given several times.",
)
@click.option(
    "--keys",
    type=FILE,
    help="Take only requests signed with a key of this file, which is one of AWS credentials.",
)
@click.option("--cert", type=FILE, help="Serve HTTPS with this certificate chain (PEM).")
@click.option("--key", type=FILE, help="The certificate's key (PEM), if --cert does not hold it.")
@click.option("-v", "--verbose", is_flag=True, help="Log more.")
def server(verbose: bool, **options: object) -> None:
    """Serve SWF over HTTP until SIGTERM or Ctrl-C; any AWS SDK can use it by its endpoint URL.

    Port 0 takes a free one. Without --keys everybody who reaches the port may do everything: then
    listen on other addresses than this machine's own only in a network that you trust.

    GET /health, /ready and /metrics tell how it is.
    """
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # Its lines about itself say nothing that the announcement does not.
    logging.getLogger("uvicorn").setLevel(logging.DEBUG if verbose else logging.WARNING)
    serving = importlib.import_module("flowy.cli.serving")
    serving.serve(serving.Options(**options))
