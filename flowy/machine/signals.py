"""The signals that a machine sends, for `blinker`; the sender is always the engine.

Importing this module needs the package ``blinker`` (``pip install 'flowy[signals]'``). An engine
sends its signals when it is there and goes without them when it is not.
"""

from blinker import Namespace

_signals = Namespace()

workflow_started = _signals.signal("workflow_started", doc="A pass begins, also after a restart.")
workflow_finished = _signals.signal(
    "workflow_finished", doc="A pass has ended, also because a task stopped or aborted it."
)
workflow_halted = _signals.signal(
    "workflow_halted", doc="A task has halted the engine, or an error has ended the pass."
)
workflow_error = _signals.signal("workflow_error", doc="An error has ended the pass or a branch.")
