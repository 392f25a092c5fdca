"""How a photograph is sorted: the order of the activities, and nothing that touches a file."""

from typing import Any

from examples.images.settings import DECISIONS, DOMAIN, SHADES
from flowy.swf.boilerplate import start_workflow_worker
from flowy.swf.scanner import workflow
from flowy.swf.task import ActivityProxy
from flowy.task import Workflow

WEEK = 7 * 24 * 60 * 60


@workflow(
    name="CategorizeImage",
    version=1,
    task_list=DECISIONS,
    workflow_duration=WEEK,  # long enough to stop everything and go on another day
    decision_duration=10,  # when a decider was killed, another one is asked after this
)
class CategorizeImage(Workflow):
    """Sort one photograph into the folder of its colour."""

    resize = ActivityProxy(name="ResizePhoto", version=1)
    predominant_color = ActivityProxy(name="PredominantColor", version=1)
    move = ActivityProxy(name="MovePhoto", version=1)

    def run(self, photo: str) -> dict[str, Any]:
        """Return what became of the photograph."""
        # Neither call waits: the photograph is resized while its colour is looked for.
        resized = self.resize(photo)
        color = self.predominant_color(photo)
        # A branch needs a value, so `result` waits for it.
        folder = f"colorless/{color.result()}" if color.result() in SHADES else color.result()
        # `resized` may be unfinished still. It is an argument all the same: the move begins when
        # its value is there.
        with self.options(start_to_close=5):
            moved = self.move(resized, folder)
        return {"photo": photo, "color": color.result(), "folder": folder, "path": moved.result()}


if __name__ == "__main__":
    start_workflow_worker(domain=DOMAIN, task_list=DECISIONS)
