"""A token machine as a durable workflow: each photograph is made small, looked at, and sorted.

The photographs are the machine's tokens. What touches a file is an activity; it may run twice, when
its worker is killed after the work and before the answer, and stores the same file again.
"""

import tempfile
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from examples.images.colors import Tally
from examples.images.settings import SHADES
from examples.photo_lab.settings import LIST
from flowy.machine.patterns import IF_ELSE
from flowy.swf.machine import MachineWorkflow, activity_step
from flowy.swf.scanner import workflow
from flowy.task.runs import current_run

SIDE = 240
STEP = {"heartbeat": 10, "retry": 3}


@activity_step("lab.thumbnail", 1, LIST, **STEP)
def thumbnail(photo: dict[str, Any], eng: Any) -> None:
    """Store a small copy in the run of this execution."""
    image = ImageOps.exif_transpose(Image.open(photo["path"])).convert("RGB")
    image.thumbnail((SIDE, SIDE))
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, Path(photo["path"]).name)
        image.save(path, "JPEG", quality=85)
        photo["thumbnail"] = current_run().store(path, f"thumbnails/{path.name}")


@activity_step("lab.colour", 1, LIST, **STEP)
def colour(photo: dict[str, Any], eng: Any) -> None:
    """Find the colour that stands out, in the small copy that the run has."""
    tally = Tally()
    with current_run().open(photo["thumbnail"]) as file:
        tally.add(Image.open(file).convert("RGB"))
    photo["colour"] = tally.name()


def is_colourless(photo: dict[str, Any], eng: Any) -> bool:
    """Tell whether a photograph is grey, black or white."""
    return photo["colour"] in SHADES


def into(album: str) -> Any:
    """Return a task that puts a photograph into an album."""

    def put(photo: dict[str, Any], eng: Any) -> None:
        photo["album"] = album

    put.__name__ = f"into {album}"
    return put


@workflow("lab.sort", 1, LIST, workflow_duration=24 * 60 * 60, decision_duration=10)
class SortPhotos(MachineWorkflow):
    """Sorts photographs, one token each."""

    callbacks = [  # noqa: RUF012 -- the definition, never changed
        thumbnail,
        colour,
        IF_ELSE(is_colourless, [into("without colour")], [into("in colour")]),
    ]
