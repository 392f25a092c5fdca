"""Patterns that fail, and that try again."""

import inspect
from types import FrameType
from typing import Any, NoReturn

from flowy.errors import WorkflowTransition
from flowy.machine.callbacks import Task
from flowy.machine.patterns import comments
from flowy.machine.patterns.comments import with_nice_docs
from flowy.machine.ways import END, Way, about, make_task


@with_nice_docs
def ERROR(msg: str = "Error in the workflow") -> Task:
    """Fail with a message that names the file in which the definition stands.

    Args:
        msg: What to say.
    """
    caller = _file_of_caller(inspect.currentframe())

    def fail(obj: Any, eng: Any) -> NoReturn:
        raise Exception(f"in {caller} : {msg}")  # noqa: TRY002 - documented as a bare Exception

    return make_task(fail, "ERROR", Way(END, "error"))


@with_nice_docs
def TRY(onecall: Any, retry: int = 1, onfailure: Any = Exception, verbose: bool = True) -> Task:
    """Run a task again when it fails; transitions pass through.

    Args:
        onecall: The task.
        retry: How many further attempts.
        onfailure: In the end: an exception or a class of one is raised, another callable is
            called with token and engine.
        verbose: Log each failure as an error.

    Raises:
        TypeError: ``onecall`` is not one callable.
    """
    if not callable(onecall):
        raise TypeError("You can wrap only one callable with TRY")

    def attempt(obj: Any, eng: Any) -> None:
        for _ in range(1 + retry):
            try:
                eng.evaluate(onecall, obj)
            except WorkflowTransition:
                raise
            except Exception as error:  # noqa: BLE001 - the outcome of a task, logged below
                _log(eng, error, onecall, verbose=verbose)
                failure = error
            else:
                return
        _give_up(onfailure, onecall, failure, obj, eng)

    return about(make_task(attempt, "TRY"), onecall)


def _log(eng: Any, error: Exception, task: Any, *, verbose: bool) -> None:
    if verbose:
        eng.log.error("Error reported from the call %s", task, exc_info=error)
    else:
        eng.log.debug("Error reported from the call %s: %r", task, error)


def _give_up(onfailure: Any, task: Any, failure: Exception, obj: Any, eng: Any) -> None:
    if isinstance(onfailure, BaseException):
        raise onfailure from failure
    if callable(onfailure) and not _is_exception_class(onfailure):
        eng.evaluate(onfailure, obj)
        return
    kind = onfailure if _is_exception_class(onfailure) else Exception
    raise kind(f"Error after attempting to run: {task}") from failure


def _is_exception_class(given: Any) -> bool:
    return isinstance(given, type) and issubclass(given, BaseException)


def _file_of_caller(frame: FrameType | None) -> str:
    """Return the file of the first frame that is not of the patterns themselves."""
    own = {__file__, comments.__file__}
    while frame is not None and frame.f_code.co_filename in own:
        frame = frame.f_back
    return "" if frame is None else frame.f_code.co_filename
