"""Runs Lambda functions: Python callables, by the name under which SWF's decisions ask for them."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from flowy.errors import FlowyError
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.request import Request
from flowy.service.dispatch import Reply
from flowy.service.operations.functions import (
    ClaimFunction,
    CompleteFunction,
    FailFunction,
    FunctionTask,
)

Function = Callable[[str | None], str | None]
"""What runs in place of a Lambda function: it takes the input and gives the result, both texts."""

NO_SUCH_FUNCTION = "ResourceNotFoundException"

logger = logging.getLogger(__name__)


class FunctionRunner:
    """Runs functions one after the other on a thread of its own.

    Args:
        call: Carries out a command.
        functions: The callables by name.
    """

    def __init__(
        self, call: Callable[[Request[Any]], Reply], functions: Mapping[str, Function]
    ) -> None:
        self._call = call
        self._functions = functions
        self._wanted = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to run what waits."""
        self._stopped = False
        self._wanted.set()
        self._thread = threading.Thread(target=self._run, name="flowy-functions", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the function in hand and end the thread."""
        self._stopped = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def tell(self) -> None:
        """Take note that a function waits."""
        self._wanted.set()

    def run_waiting(self) -> int:
        """Run all functions that wait, on the caller's thread; return how many those were."""
        count = 0
        while (task := self._claim()) is not None:
            count += 1
            self._answer(task, self._outcome(task))
        return count

    def _claim(self) -> FunctionTask | None:
        task: FunctionTask | None = self._call(ClaimFunction()).typed()
        return task

    def _outcome(self, task: FunctionTask) -> CompleteFunction | FailFunction:
        ids = {"execution": task.execution, "scheduled_event_id": task.scheduled_event_id}
        function = self._functions.get(task.name)
        if function is None:
            details = f"Function not found: {task.name}"
            return FailFunction(reason=NO_SUCH_FUNCTION, details=details, **ids)
        try:
            return CompleteFunction(result=function(task.input), **ids)
        except Exception as error:
            logger.exception("the function %s failed", task.name)
            reason = type(error).__name__[:256]
            return FailFunction(reason=reason, details=str(error)[:32_768], **ids)

    def _answer(self, task: FunctionTask, outcome: CompleteFunction | FailFunction) -> None:
        try:
            self._call(outcome)
        except UnknownResourceFault:
            logger.warning("the function %s answered too late", task.name)

    def _run(self) -> None:
        while not self._stopped:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self.run_waiting()
            except FlowyError:
                logger.exception("functions that wait cannot be run; trying again when one comes")
