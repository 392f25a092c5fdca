"""What processes on one database tell each other about their commits: few words, no data.

A word is a letter and a number: ``d`` something is due at a moment, ``e`` an execution changed,
``f`` a function waits, ``l`` a list was left or is polled again, ``q`` a task list got a task,
``s`` an execution was started in a domain.
"""

import math
import zlib
from collections.abc import Iterable, Sequence

from flowy.protocol.value import Value
from flowy.service.operations.unit import Unit
from flowy.service.store.tasks import TaskQueue


class Heard(Value):
    """What others have changed."""

    due: float | None
    functions_wait: bool
    executions: frozenset[int]
    started: tuple[int, ...]
    queues: frozenset[str]
    lists_left: bool = False


def announced(unit: Unit) -> list[str]:
    """Return what a command has to tell."""
    words = {f"e{execution}" for execution in unit.changed}
    words.update(queue_topic(task.queue) for task in unit.queued)
    words.update(f"s{domain}.{execution}" for domain, execution in unit.started)
    if unit.due is not None:
        words.add(f"d{math.floor(unit.due)}")
    if any(task.queue.kind == "lambda" for task in unit.queued):
        words.add("f")
    if unit.lists_left:
        words.add("l")
    return list(words)


def changed_by_hand(queues: Iterable[TaskQueue]) -> list[str]:
    """Return what tells of tasks that no command has made, and of deadlines that come with them."""
    return ["d0", "f", *map(queue_topic, queues)]


def heard(topics: Sequence[str]) -> Heard:
    """Return what others have told."""
    words = set(topics)
    return Heard(
        due=min(map(float, (word[1:] for word in _of(words, "d"))), default=None),
        functions_wait="f" in words,
        executions=frozenset(int(word[1:]) for word in _of(words, "e")),
        started=tuple(int(word[1:].partition(".")[0]) for word in _of(words, "s")),
        queues=frozenset(_of(words, "q")),
        lists_left="l" in words,
    )


def queue_topic(queue: TaskQueue) -> str:
    """Return the word for a task list; two lists may share one."""
    return f"q{zlib.crc32(f'{queue.domain} {queue.kind} {queue.task_list}'.encode()):x}"


def _of(words: Iterable[str], letter: str) -> list[str]:
    return [word for word in words if word.startswith(letter)]
