"""The volume that `--payloads` names, for commands that read it and store nothing there."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click

from flowy.config import PAYLOADS_VARIABLE
from flowy.errors import FlowyError
from flowy.transport.payloads import Payloads, as_payloads

FILE = "file://"


def existing(url: str | None) -> Payloads:
    """Return how texts travel.

    Args:
        url: The volume; None is what the environment says.

    Raises:
        ClickException: The volume or the codec cannot be used; or the volume is a folder that is
            not there: a command that only looks must not make one.
    """
    named = url or os.environ.get(PAYLOADS_VARIABLE) or None
    folder = None if named is None else _folder(named)
    if folder is not None and not folder.is_dir():
        raise click.ClickException(f"there is no folder {folder}: give the volume by --payloads")
    try:
        return as_payloads(url)
    except FlowyError as error:
        raise click.ClickException(str(error)) from error


def _folder(url: str) -> Path | None:
    if url.startswith(FILE):
        return Path(unquote(urlsplit(url).path))
    return None if "://" in url else Path(url)
