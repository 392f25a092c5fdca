"""What the contract of strategies is tried with: the same behaviours, as functions and scripts."""

import asyncio
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from flowy.execution.call import Call
from flowy.execution.script import Script

NEVER = threading.Event()


def mark(marker):
    Path(marker).write_text(str(os.getpid()))


def answer(a, b=2):
    return a * b


def fail(text):
    raise ValueError(text)


def hang(marker, seconds=30.0):
    Path(marker).write_text(str(os.getpid()))
    NEVER.wait(seconds)


def fail_until(marker, times):
    count = int(Path(marker).read_text()) + 1 if Path(marker).exists() else 1
    Path(marker).write_text(str(count))
    if count <= times:
        raise ConnectionError(f"attempt {count}")
    return count


def hang_with_grandchildren(marker, *, own_session):
    child = subprocess.Popen(
        [sys.executable, "-c", "import signal; signal.pause()"], start_new_session=own_session
    )
    written = Path(f"{marker}.new")
    written.write_text(f"{os.getpid()} {child.pid}")
    written.rename(marker)  # whoever sees it sees both
    NEVER.wait(30.0)


def die(status):
    os._exit(status)


def leave(status):
    sys.exit(status)


def unpicklable():
    return lambda: None


def name_of_thread():
    return threading.current_thread().name


class Picky(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def fail_pickily():
    raise Picky("one", "two")


def environment(name):
    return os.environ.get(name)


async def answer_async(a, b=2):
    await asyncio.sleep(0)
    return a * b


async def fail_async(text):
    await asyncio.sleep(0)
    raise ValueError(text)


async def hang_async(marker):
    mark(marker)
    await asyncio.Event().wait()


async def fail_until_async(marker, times):
    return fail_until(marker, times)


@dataclass(frozen=True)
class Functions:
    """Plain functions."""

    folder: Path

    def answer(self):
        return Call(function=answer, arguments=(20,), keywords={"b": 3}, name="answer"), 60

    def fail(self):
        return Call(function=fail, arguments=("bad",), name="fail"), "bad"

    def hang(self, marker):
        return Call(function=hang, arguments=(str(marker),), name="hang")

    def fail_until(self, marker, times):
        return Call(function=fail_until, arguments=(str(marker), times), name="fail_until")


@dataclass(frozen=True)
class Coroutines:
    """Coroutine functions."""

    folder: Path

    def answer(self):
        return Call(function=answer_async, arguments=(20,), keywords={"b": 3}, name="answer"), 60

    def fail(self):
        return Call(function=fail_async, arguments=("bad",), name="fail"), "bad"

    def hang(self, marker):
        return Call(function=hang_async, arguments=(str(marker),), name="hang")

    def fail_until(self, marker, times):
        return Call(function=fail_until_async, arguments=(str(marker), times), name="fail_until")


@dataclass(frozen=True)
class Scripts:
    """Scripts that do the same."""

    folder: Path

    def answer(self):
        return self._call("print(60, end='')"), "60"

    def fail(self):
        return self._call("import sys; sys.exit('bad')"), "bad"

    def hang(self, marker):
        return self._call(
            "import signal, sys\nopen(sys.argv[1], 'w').write('here')\nsignal.pause()",
            str(marker),
        )

    def fail_until(self, marker, times):
        text = (
            "import sys\n"
            "from pathlib import Path\n"
            "marker, times = Path(sys.argv[1]), int(sys.argv[2])\n"
            "count = int(marker.read_text()) + 1 if marker.exists() else 1\n"
            "marker.write_text(str(count))\n"
            "sys.exit(f'attempt {count}' if count <= times else 0)\n"
        )
        return self._call(text, str(marker), str(times))

    def _call(self, text, *arguments):
        path = self.folder / "script.py"
        path.write_text(text)
        return Call(function=Script(path=path, arguments=arguments), name="a script")
