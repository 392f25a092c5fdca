"""What is done with one photograph: resize it, find its colour, move it to a folder.

An activity may run twice: its worker can be killed after the work and before the answer. So each
one leaves the same files behind, however often it runs.

The worker sends heartbeats while an activity runs, so a worker that was killed is missed after ten
seconds, and its task goes to another.
"""

import io
import os
import threading
import urllib.request
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from PIL import Image, ImageOps

from examples.images.colors import Tally
from examples.images.settings import DOMAIN, PHOTOS, source, work
from flowy.swf.boilerplate import start_activity_worker
from flowy.swf.scanner import activity
from flowy.task import Activity

LONGEST_SIDE = 480
ROWS = 64


@activity(name="ResizePhoto", version=1, task_list=PHOTOS, heartbeat=10)
class Resize(Activity):
    """Download a photograph and make it small."""

    def run(self, photo: str) -> str:
        """Return the path of the small copy."""
        _note("resize", photo)
        image = ImageOps.exif_transpose(download(photo))
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        path = work() / "resized" / _file_name(photo)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Nobody ever sees half a file: it gets its name when it is whole.
        unfinished = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
        image.save(unfinished, "JPEG", quality=85)
        unfinished.replace(path)
        return str(path)


@activity(name="PredominantColor", version=1, task_list=PHOTOS, heartbeat=10)
class PredominantColor(Activity):
    """Find the colour that stands out in a photograph."""

    def run(self, photo: str) -> str:
        """Return the colour's name, such as "red"."""
        _note("color", photo)
        image = download(photo)
        tally = Tally()
        for top in range(0, image.height, ROWS):
            tally.add(image.crop((0, top, image.width, min(top + ROWS, image.height))))
            # Said by hand, a heartbeat also shows that the work itself gets on.
            self.heartbeat(f"{top} of {image.height} rows")
        return tally.name()


@activity(name="MovePhoto", version=1, task_list=PHOTOS)
class Move(Activity):
    """Move a file to a folder beside its own."""

    def run(self, path: str, folder: str) -> str:
        """Return the file's new path.

        Raises:
            FileNotFoundError: The file is neither at its old place nor at the new one.
        """
        old = Path(path)
        _note("move", old.name)
        new = work() / folder / old.name
        new.parent.mkdir(parents=True, exist_ok=True)
        try:
            old.replace(new)
        except FileNotFoundError:
            # An earlier run of this very task may have moved it and been killed before it said so.
            if not new.exists():
                raise
        return str(new)


def download(photo: str) -> Image.Image:
    """Return a photograph from its server, in RGB."""
    with urllib.request.urlopen(source(photo), timeout=30) as answer:
        return Image.open(io.BytesIO(answer.read())).convert("RGB")


def _file_name(photo: str) -> str:
    return PurePosixPath(urlsplit(photo).path).name


def _note(action: str, photo: str) -> None:
    """Write down that an activity really ran; the tests count the lines."""
    log = work() / "activity.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as lines:
        lines.write(f"{action} {_file_name(photo)}\n")


if __name__ == "__main__":
    start_activity_worker(domain=DOMAIN, task_list=PHOTOS)
