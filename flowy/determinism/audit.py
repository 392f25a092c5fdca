"""Python's audit events, by which the guards see files, sockets, threads and processes.

An audit hook cannot be removed; this one looks at a context variable and at nothing else unless
workflow code runs.
"""

import sys
from typing import Any

from flowy.determinism.refusal import refuse_behind
from flowy.determinism.rules import FILES, NETWORK, SUBPROCESS, THREADS, Rule
from flowy.task.guarding import watched

EVENTS: dict[str, Rule] = {
    "_thread.start_joinable_thread": THREADS,
    "_thread.start_new_thread": THREADS,
    "builtins.input": FILES,
    "ftplib.connect": NETWORK,
    "http.client.connect": NETWORK,
    "open": FILES,
    "os.chmod": FILES,
    "os.exec": SUBPROCESS,
    "os.fork": SUBPROCESS,
    "os.forkpty": SUBPROCESS,
    "os.link": FILES,
    "os.listdir": FILES,
    "os.mkdir": FILES,
    "os.posix_spawn": SUBPROCESS,
    "os.remove": FILES,
    "os.rename": FILES,
    "os.rmdir": FILES,
    "os.scandir": FILES,
    "os.spawn": SUBPROCESS,
    "os.symlink": FILES,
    "os.system": SUBPROCESS,
    "os.truncate": FILES,
    "os.utime": FILES,
    "shutil.copyfile": FILES,
    "shutil.rmtree": FILES,
    "smtplib.connect": NETWORK,
    "socket.__new__": NETWORK,
    "socket.bind": NETWORK,
    "socket.connect": NETWORK,
    "socket.getaddrinfo": NETWORK,
    "socket.gethostbyaddr": NETWORK,
    "socket.gethostbyname": NETWORK,
    "socket.gethostname": NETWORK,
    "sqlite3.connect": FILES,
    "subprocess.Popen": SUBPROCESS,
    "tempfile.mkdtemp": FILES,
    "tempfile.mkstemp": FILES,
    "urllib.Request": NETWORK,
}


def install() -> None:
    """Look at audit events from now on."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    rule = EVENTS.get(event)
    if rule is None:
        return
    run = watched.get()
    if run is not None:
        shown = f"({arguments[0]!r})" if arguments and isinstance(arguments[0], str) else ""
        refuse_behind(run, f"{event}{shown}", rule, sys._getframe(1))
