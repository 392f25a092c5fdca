"""After a transaction that made processes: their scripts' ``init`` sees them, then they may run."""

import logging

from flowy.db.session import Session
from flowy.errors import IllegalMove, UnknownInProject
from flowy.project import lifecycle, tree
from flowy.project.home import Home, script_folder
from flowy.project.lifecycle import Ending
from flowy.project.modules import declaration
from flowy.project.tree import Growth

_log = logging.getLogger(__name__)


def settle(home: Home, growth: Growth) -> None:
    """Show new processes to ``init`` and queue those that wait for it; a failure ends them."""
    failed: set[int] = set()
    for process, _ in growth.created:
        try:
            initialise(home, growth, process)
        except Exception as error:  # noqa: BLE001 -- the process's outcome records it
            _log.exception("init of process %d of project %s failed", process, home.name)
            _fail(home, process, f"init failed: {type(error).__name__}: {error}")
            failed.add(process)
    for process in growth.deferred:
        if process not in failed:
            enqueue(home, process)


def initialise(home: Home, growth: Growth, process: int) -> None:
    """Show a new process to its script's ``init``, if it has one; what that raises comes out."""
    for number, script in growth.created:
        if number == process and script.has_init and script.filename:
            init = declaration(script_folder(home, script.id) / script.filename).init
            if init is not None:
                init(home.process(process))


def enqueue(home: Home, process: int) -> None:
    """Queue a process that still waits."""

    def work(session: Session) -> None:
        record = tree.require_process(session, home.id, process)
        tree.queue(session, home.id, record, propagate=None)

    home.write(work)


def _fail(home: Home, process: int, message: str) -> None:
    ending = Ending(succeeded=False, message=message, now=home.clock.now(), duration=0.0)
    try:
        growth = home.write(lambda session: lifecycle.end(session, home.id, process, ending))
    except (IllegalMove, UnknownInProject):
        return
    settle(home, growth)
