"""How the attempts of a run's calls end: with a value, a failure, or one more attempt."""

import hashlib
import math
from functools import partial

from flowy.decider.asked import Task
from flowy.decider.calls import Calls
from flowy.decider.texts import is_elsewhere
from flowy.errors import TaskError, TaskTimedout
from flowy.execution.retry import RetryPolicy
from flowy.task.option_values import YEAR
from flowy.transport.failure import HANDED_BACK
from flowy.transport.packed import PREFIX


def complete(calls: Calls, task: Task | None, text: str | None) -> None:
    """Give a task its result, unless nobody waits for it any more."""
    if text is not None:
        calls.size.characters += len(text)
    if task is None or task.result.done():
        calls.let_go(task)
        return
    try:
        if text is None:
            value = None
        elif not text.startswith(PREFIX):
            value = task.hooks.deserialize(text)
        elif is_elsewhere(text):
            calls.ended(task)
            task.result.set_later(lambda: calls.value(task, text))
            return
        else:
            value = calls.value(task, text)
    except Exception as unfit:  # noqa: BLE001 -- it is the outcome of this call
        calls.fail(task, unfit)
    else:
        calls.ended(task)
        task.result.set_result(value)


def cancelled(calls: Calls, task: Task | None, error: TaskError, details: str | None) -> None:
    """End a task that will not give a value: cancelled if the code asked so, else a failure."""
    if task is None or task.result.done():
        calls.let_go(task)
        return
    if task.cancel_requested:
        calls.ended(task)
        task.result.end_cancelled(details)
    else:
        calls.fail(task, error)


def failed(calls: Calls, task: Task | None, error: TaskError) -> None:
    """Attempt a task that failed again, or give it its failure."""
    calls.size.add(error.details)
    if task is None or task.result.done():
        calls.let_go(task)
        return
    if error.type == HANDED_BACK and task.kind == "activity":
        _attempt_handed_back(calls, task)
    elif not _try_again(calls, task, error):
        calls.fail(task, error)


def _attempt_handed_back(calls: Calls, task: Task) -> None:
    """Attempt a task anew that a leaving worker gave back; it counts as the same attempt."""
    reserved, task.number = task.number, calls.take_number()
    task.attempts -= 1
    calls.attempt(task, again=True)
    task.number = reserved


def time_out(calls: Calls, task: Task | None, timeout: str, details: str | None = None) -> None:
    """Attempt a task that timed out again, or give it its failure."""
    if task is None or task.result.done():
        calls.let_go(task)
        return
    retry = task.options.retry
    times = f", {task.attempts} times" if task.attempts > 1 else ""
    error = TaskTimedout(f"{task} timed out ({timeout}){times}", details, timeout)
    if isinstance(retry, int) and task.attempts <= retry and not task.cancel_requested:
        calls.attempt(task)
    elif not _try_again(calls, task, error):
        calls.fail(task, error)


def _try_again(calls: Calls, task: Task, error: TaskError) -> bool:
    policy = task.options.retry
    if not isinstance(policy, RetryPolicy) or task.cancel_requested:
        return False
    elapsed = calls.now - task.asked_at
    chance = partial(_chance, calls, task.number)
    pause = policy.next_pause(task.attempts, error, elapsed, chance)
    if pause is None:
        return False
    seconds = math.ceil(min(pause, YEAR))
    if seconds:
        calls.attempt_after(task, seconds)
    else:
        task.number += 1
        calls.attempt(task)
    return True


def _chance(calls: Calls, number: int) -> float:
    """Return a number from 0 to 1 that is the same in every replay of this run."""
    digest = hashlib.blake2b(f"{calls.child_prefix}-{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
