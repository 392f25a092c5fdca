"""Activities that behave, and some that do not; a process finds them here."""

import asyncio
import os
import resource
import sys
import threading
from pathlib import Path

from flowy.errors import RetryAfter
from flowy.exception import SuspendTask
from flowy.execution.script import Script
from flowy.swf.scanner import activity
from flowy.task import Activity

NEVER = threading.Event()
"""What an activity waits for that is to be stopped; tests set it at their end."""


class Add(Activity):
    def run(self, a, b=0):
        return a + b


class AddLater(Activity):
    async def run(self, a, b=0):
        await asyncio.sleep(0)
        return a + b


class Fails(Activity):
    def run(self):
        raise ValueError("no such colour")


class TwoWordsError(Exception):
    """One that pickling cannot make again."""

    def __init__(self, first, second):
        super().__init__(f"{first} {second}")


class SilentError(Exception):
    def __str__(self):
        raise AttributeError("no words")


class Raises(Activity):
    def run(self, what):
        if what == "two words":
            raise TwoWordsError("so", "odd")
        if what == "silent":
            raise SilentError
        if what == "retry after":
            raise RetryAfter(7, "busy")
        if what == "causes":
            try:
                raise TwoWordsError("so", "odd")
            except TwoWordsError as error:
                raise ValueError("outer") from error
        raise ExceptionGroup("both", [TwoWordsError("so", "odd"), KeyError("key")])


class FailsLater(Activity):
    async def run(self):
        await asyncio.sleep(0)
        raise ValueError("no such colour")


class Suspends(Activity):
    def run(self):
        raise SuspendTask


class Tells(Activity):
    """Returns what it knows of itself, and reports."""

    def run(self):
        alive = self.heartbeat("half")
        self.progress(3, 4, "more")
        return {
            "alive": alive,
            "attempt": self.attempt,
            "key": self.idempotency_key,
            "id": self.info.activity_id,
            "before": self.heartbeat_details,
            "cancel": self.cancel_requested,
            "here": os.getpid(),
        }


class TellsLater(Activity):
    async def run(self):
        return Tells.run(self)


class Waits(Activity):
    """Until it is stopped from outside, or ends by itself after a long while."""

    def run(self, path=""):
        if path:
            Path(path).write_text(str(os.getpid()))
        for _ in range(6_000):
            if NEVER.wait(0.01):
                break
        return "not stopped"


class WaitsLater(Activity):
    BEGAN = threading.Event()

    async def run(self):
        try:
            self.BEGAN.set()
            await asyncio.sleep(60)
        finally:
            self.heartbeat("cleaned up")


class Looks(Activity):
    """Ends as soon as it sees that it is to stop."""

    def run(self):
        for _ in range(6_000):
            self.check_cancel()
            NEVER.wait(0.01)
        return "not stopped"


class IgnoresCancel(Activity):
    async def run(self):
        for _ in range(3):
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue
        return "finished all the same"


class Forks(Activity):
    """Comes back twice."""

    def run(self):
        os.fork()
        return "forked"


class Exits(Activity):
    def run(self):
        sys.exit(3)


class ExitsHard(Activity):
    def run(self):
        os._exit(3)


class Exhausts(Activity):
    def run(self):
        return len(bytearray(8 * 1024**3))


class Limited(Activity):
    def run(self):
        return resource.getrlimit(resource.RLIMIT_AS)[0]


class Prints(Activity):
    def run(self):
        sys.stdout.flush()
        os.write(1, b"\xff\xfe\x00 junk \x80\n")
        return "printed"


class Nan(Activity):
    def run(self):
        return {"ratio": float("nan")}


class Generates(Activity):
    def run(self):
        return (number for number in range(3))


class Cyclic(Activity):
    def run(self):
        items = []
        items.append(items)
        return items


class Unpicklable(Activity):
    def run(self):
        return threading.Lock()


class Runs(Activity):
    """Returns the script to run."""

    def run(self, path, *arguments):
        return Script(path=path, arguments=arguments)


class Sometimes(Activity):
    """Fails until it was tried so many times."""

    tries = 0

    def run(self, times):
        type(self).tries += 1
        if type(self).tries < times:
            raise OSError("not yet")
        return type(self).tries


class Sleeps(Activity):
    def run(self, seconds):
        NEVER.wait(seconds)
        return "waited"


@activity("function", 1, "images", strategy="process")
def function(activity: Activity, number: int) -> list[int]:
    return [number * 2, activity.attempt, os.getpid()]
