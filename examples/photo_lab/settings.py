"""What the processes of this example agree on: names, and places below one folder."""

import os
from pathlib import Path

DOMAIN = "photo-lab"
LIST = "photo-lab"
PROJECT = "photo-lab"
FOLDER = "PHOTO_LAB"
"""The variable that says where everything is kept; scripts inherit it from the monitor."""


def folder() -> Path:
    """Return the folder that has everything."""
    return Path(os.environ[FOLDER])


def service() -> str:
    """Return the address of the service: a SQLite file that all processes share."""
    return f"sqlite:///{folder()}/service.db"


def catalogue() -> tuple[str, str]:
    """Return the catalogue's database, and the volume with its files."""
    return f"sqlite:///{folder()}/runs.db", f"{folder()}/runs"


def projects() -> str:
    """Return the database of projects."""
    return f"sqlite:///{folder()}/projects.db"
