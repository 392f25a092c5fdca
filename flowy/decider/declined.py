"""What the service declined to begin for a run: asked for again, or a failure of who asked."""

from flowy.decider import endings
from flowy.decider.asked import Task, not_begun
from flowy.decider.calls import Calls
from flowy.decider.refusals import TIMES, passes, pause
from flowy.decider.slots import Kind
from flowy.decider.timers import start
from flowy.errors import TaskNotScheduled


def refused(calls: Calls, kind: Kind, id: str, cause: str, what: str) -> None:
    """Ask again for a task that the service refused to begin, or give it its failure.

    Args:
        calls: The run's calls.
        kind: What kind of task it is.
        id: Its id.
        cause: Why it was refused.
        what: What was not done to it, for the message.
    """
    task = calls.open.get((kind, id))
    if task is None or task.result.done() or not _asks_again(calls, task, cause):
        endings.cancelled(calls, calls.close_id(kind, id), not_begun(task, what, cause), None)


def _asks_again(calls: Calls, task: Task, cause: str) -> bool:
    task.refusals += 1
    if not passes(cause) or task.refusals > TIMES or task.cancel_requested:
        return False
    calls.refusals.wait(task.kind, task.key, task, cause, task.refusals)
    return True


def timer_refused(calls: Calls, id: str, cause: str) -> None:
    """Ask again for a timer that the service refused to start, or let who waits hear of it."""
    timer = calls.timers.find(id)
    if timer is None:
        return
    timer.refusals += 1
    if passes(cause) and timer.refusals <= TIMES:
        calls.refusals.wait("timer", ("timer", id), start(timer), cause, timer.refusals)
        return
    calls.timers.close(id)
    error = TaskNotScheduled(f"timer {id} was not started: {cause}", None, cause)
    if timer.refused is None:
        calls.broken = error
    else:
        timer.refused(error)


def cancel_refused(calls: Calls, workflow_id: str, cause: str) -> None:
    """Ask a child again to cancel itself, when the service refused to pass that on."""
    task = calls.open.get(("child", workflow_id))
    if task is None or not passes(cause):
        return  # it has closed, or what becomes of it is its outcome
    task.refusals += 1
    if task.refusals <= TIMES:
        calls.refusals.after(pause(task.refusals), lambda: _cancel_again(calls, task))


def _cancel_again(calls: Calls, task: Task) -> None:
    if calls.open.get(task.key) is task:
        calls.request_cancel(task)
