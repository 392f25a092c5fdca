"""`flowy server`: serve SWF over HTTP, from a database."""

import importlib
import logging

import click

from flowy.config import ADDRESS


@click.command()
@click.option("--db", metavar="URL", default=ADDRESS, show_default=True, help="The database.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8_787, show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Log more.")
def server(db: str, host: str, port: int, verbose: bool) -> None:
    """Serve SWF over HTTP until SIGTERM or Ctrl-C; any AWS SDK can use it by its endpoint URL.

    Port 0 takes a free one. There is no authentication: listen on other addresses than this
    machine's own only in a network that you trust.
    """
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # Its lines about itself say nothing that the announcement does not.
    logging.getLogger("uvicorn").setLevel(logging.DEBUG if verbose else logging.WARNING)
    importlib.import_module("flowy.cli.serving").serve(db, host, port)
