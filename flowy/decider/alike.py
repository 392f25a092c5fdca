"""Whether two texts are the same values, by the annotations of today's code.

A class that has got a field with a default since an execution asked for something writes other
JSON; what it reads from the old is what it sends now.
"""

from typing import Any

from flowy.decider.calls import Calls
from flowy.decider.slots import Key
from flowy.decider.texts import Texts
from flowy.errors import PayloadError
from flowy.protocol import decisions
from flowy.protocol.decisions import Decision
from flowy.task.declared import result_of
from flowy.task.definition import WorkflowDefinition


class Alike:
    """Compares what code asks for with what is recorded of it.

    Args:
        definition: The workflow's type and class.
        calls: The calls of the run.
        texts: Unpacks.
    """

    def __init__(self, definition: WorkflowDefinition, calls: Calls, texts: Texts) -> None:
        self._definition = definition
        self._calls = calls
        self._texts = texts

    def same(self, asked: Decision, recorded: str, new: str) -> bool:
        """Tell whether the text of a decision says what the recorded one says."""
        old, today = self._texts.peek(recorded), self._texts.peek(new)
        if old is None or today is None:
            return False
        try:
            read = self._reader(asked)
            return read is not None and bool(read(old) == read(today))
        except PayloadError:
            return False

    def _reader(self, asked: Decision) -> Any:
        if isinstance(asked, decisions.CompleteWorkflowExecution):
            reader = result_of(self._definition.factory)
            return None if reader is None else lambda text: reader.read(text, "the result")
        key = _key(asked)
        task = None if key is None else self._calls.open.get(key)
        return None if task is None else task.hooks.read


def _key(asked: Decision) -> Key | None:
    if isinstance(asked, decisions.ScheduleActivityTask):
        return "activity", asked.attributes.activity_id
    if isinstance(asked, decisions.StartChildWorkflowExecution):
        return "child", asked.attributes.workflow_id
    return None
