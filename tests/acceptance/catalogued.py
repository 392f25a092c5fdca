"""Workflows of which some end well."""

import asyncio
import os
from pathlib import Path

from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy
from flowy.task import Activity, Workflow
from flowy.task.runs import current_run

LIST = "catalogued"


@activity("double", 1, LIST, heartbeat=60)
class Double(Activity):
    """Doubles a number."""

    def run(self, number):
        return 2 * number


@workflow("well", 1, LIST, 3600, 60)
class Well(Workflow):
    """Gives a number doubled."""

    double = ActivityProxy("double", 1)

    def run(self, number):
        return self.double(number)


@workflow("badly", 1, LIST, 3600, 60)
class Badly(Workflow):
    """Gives nothing but trouble."""

    double = ActivityProxy("double", 1)

    def run(self, number):
        self.double(number).result()
        raise ValueError("there is no such photograph")


@activity("paint", 1, LIST, heartbeat=60)
class Paint(Activity):
    """Stores a picture in its run; another one a helper stores."""

    def run(self, folder, colour):
        path = Path(folder, f"{colour}.txt")
        path.write_text(colour)
        return [self.run.store(path, f"pictures/{colour}.txt"), store_twin(path)]


def store_twin(path):
    """Do what code does that has no self."""
    return current_run().store(path)


@activity("frame", 1, LIST, heartbeat=60)
class Frame(Activity):
    """Takes what another activity of the run has stored, and says what there is."""

    async def run(self, folder, key):
        copied = await asyncio.to_thread(self.run.download, key, folder)
        with self.run.open(key) as stream:
            assert stream.read() == copied.read_bytes()
        return [copied.name, self.run.keys()]


@activity("copy", 1, LIST, heartbeat=60)
class Copy(Activity):
    """Takes a file of another run."""

    def run(self, folder, run, key):
        return [self.run.keys(run), self.run.download(key, Path(folder, "copy"), run).read_text()]


@activity("claim result", 1, LIST, heartbeat=60)
class ClaimResult(Activity):
    """Stores what is not its own to store."""

    def run(self, folder):
        path = Path(folder, "result.json")
        path.write_text("{}")
        self.run.store(path)


@workflow("painting", 1, LIST, 3600, 60)
class Painting(Workflow):
    """Stores pictures in its run."""

    paint = ActivityProxy("paint", 1)
    frame = ActivityProxy("frame", 1)

    def run(self, folder):
        key, twin = self.paint(folder, "blue").result()
        return [twin, self.frame(folder, key).result()]


@workflow("copying", 1, LIST, 3600, 60)
class Copying(Workflow):
    """Takes what another run has stored."""

    copy = ActivityProxy("copy", 1)

    def run(self, folder, run, key):
        return self.copy(folder, run, key)


@workflow("claiming", 1, LIST, 3600, 60)
class Claiming(Workflow):
    """Tries to store its result by hand."""

    claim = ActivityProxy("claim result", 1)

    def run(self, folder):
        self.claim(folder).result()


@workflow("endless", 1, LIST, 600, 60)
class Endless(Workflow):
    """Waits until the service closes it."""

    def run(self):
        self.sleep(1_000_000).result()


@activity("paint elsewhere", 1, LIST, heartbeat=60, strategy="process")
class PaintElsewhere(Activity):
    """Stores a picture from a process of its own."""

    def run(self, folder):
        path = Path(folder, "green.txt")
        path.write_text(str(os.getpid()))
        return self.run.store(path)


@workflow("painting elsewhere", 1, LIST, 3600, 60)
class PaintingElsewhere(Workflow):
    """Has a picture painted in another process."""

    paint = ActivityProxy("paint elsewhere", 1)

    def run(self, folder):
        return self.paint(folder)
