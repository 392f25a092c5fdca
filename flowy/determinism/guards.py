"""Stop workflow code that does what a replay cannot repeat, and say what to use in its place.

There is no sandbox: modules are the ones that everything else uses. The guards are put up once in a
process and look at `flowy.task.guarding.watched`, which is set only while workflow code runs, so
other threads, activities and Flowy itself pass. What they see:

* clocks, chance, UUIDs and ``time.sleep``, called by the user's own code (`functions`);
* files, sockets, threads and processes, used by whatever the user's code calls (`audit`);
* ``datetime.now`` and its like, from Python 3.12 on (`monitoring`); before, `flowy check` does.
"""

import sys
import threading
from collections.abc import Iterable

from flowy.determinism import audit, functions, monitoring, users
from flowy.task.definition import WorkflowDefinition

_lock = threading.Lock()
_installed = False


def guard(definitions: Iterable[WorkflowDefinition]) -> None:
    """Put the guards up, and let them know the code of some workflows."""
    with _lock:
        _install()
        for definition in definitions:
            module = sys.modules.get(getattr(definition.factory, "__module__", ""))
            if module is not None:
                users.serve(module)
                functions.cover(module)
            monitoring.look_at(definition.factory)


def _install() -> None:
    global _installed
    if not _installed:
        _installed = True
        functions.install()
        audit.install()
        monitoring.install()
