"""What the processes of this example agree on: names, and places read from the environment."""

import os
from pathlib import Path
from urllib.parse import urljoin

HERE = Path(__file__).parent
DOMAIN = "images"
DECISIONS = "images_decisions"
PHOTOS = "images_photos"
"""The task lists of the workflow and of the activities."""

SHADES = ("black", "grey", "white")
"""What the colour of a photograph without a colour is called."""


def source(photo: str) -> str:
    """Return the address of a photograph.

    The workflow's input names the photograph (`cat.jpg`), not the server: what stands in a history
    stays there for good, and a server may move. A whole address is taken as it is.

    Raises:
        LookupError: The name is not a whole address and `IMAGES_URL` is not set.
    """
    address = urljoin(os.environ.get("IMAGES_URL", ""), photo)
    if not address.startswith(("http://", "https://")):
        raise LookupError(
            f"no server is known for {photo}: set IMAGES_URL to the address that `python -m "
            "examples.images.serve` prints, or give a whole address"
        )
    return address


def work() -> Path:
    """Return the folder for the resized photographs, `IMAGES_WORK` or `work` in this folder."""
    return Path(os.environ.get("IMAGES_WORK") or HERE / "work")
