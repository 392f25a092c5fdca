"""Several worker processes under one: dead ones are replaced, changed code is loaded anew.

Theory of operation. The supervisor does no work itself. It starts a command so many times, and
waits for signals, for the ends of its children and for what they say, all in one ``select``: signal
handlers do nothing but wake it. Each child has a pipe, its lifeline: it writes a byte when it
serves, and it leaves when the pipe is closed, which also happens when the supervisor is killed.

::

    down ──start──► up ──exited──► down (for a growing pause, unless it had lived long)
                    │ asked to leave                 │ all are to leave
                    └──exited──► gone ◄──────────────┘

A child that says by its exit status that it cannot begin would say so again. It ends all, unless
its place has been served before; where code is reloaded, it waits for the next change instead.
"""

import contextlib
import logging
import math
import os
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from flowy.worker.bucket import SharedBucket, shared_file
from flowy.worker.signals import SIGNALS, is_heard

logger = logging.getLogger(__name__)

LIFELINE = "FLOWY_WORKER_LIFELINE"
"""The environment variable by which a child finds its lifeline."""

NAME = "FLOWY_WORKER_NAME"
"""The environment variable that names a child among all workers; its successor has the same."""

COUNT = "FLOWY_WORKER_COUNT"
"""The environment variable by which a child finds the file that counts the tasks of all."""

SERVES = b"s"
FIRST = 0.5
"""Seconds until a child that died is replaced, the first time; then twice as long each time."""

LONGEST = 30.0
"""Seconds that no pause goes beyond; a child that lived longer begins anew with the shortest."""

STILLBORN = 3
"""Children that may die one after the other before any of them has served."""

CRASHED = 1

UNFIT = 1
"""The exit status of a child that cannot begin with the code as it is."""

MISUSED = 2
"""The exit status of a child that cannot begin with these options, whatever the code is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a supervisor keeps running.

    Args:
        command: What is started.
        processes: How many times.
        name: Names the supervisor among all; None is its machine and process.
        patience: Seconds after which a child that was asked to leave is killed.
        changed: Tells whether the code has changed since it was asked last; None reloads nothing.
        look_every: Seconds between two such questions.
        environment: Of the children.
    """

    command: Sequence[str]
    processes: int = 1
    name: str | None = None
    patience: float = 110.0
    changed: Callable[[], bool] | None = None
    look_every: float = 0.5
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


class _Child:
    """One place for a child; what is in it changes."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: subprocess.Popen[bytes] | None = None
        self.line: socket.socket | None = None
        self.started = 0.0
        self.failures = 0
        self.due = 0.0
        self.serves = False
        self.has_served = False
        self.leaves_by: float | None = None
        self.status: int | None = None


class Supervisor:
    """Runs until it is asked to leave, in the main thread.

    Args:
        plan: What it keeps running.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._children = [_Child(number) for number in range(plan.processes)]
        self._name = plan.name or f"{socket.gethostname()} {os.getpid()}"
        self._count = -1
        self._signals = 0
        self._given_up: int | None = None
        self._waking, self._woken = os.pipe()
        for end in (self._waking, self._woken):
            os.set_blocking(end, False)

    def run(self) -> int:
        """Keep the children running until SIGTERM, SIGHUP or Ctrl-C; a second one ends at once.

        SIGHUP often comes twice: that is not taken for a second one.

        Returns:
            The exit status: 0 when all children left in order, else the highest of theirs.
        """
        # The children count in it what they take together; it goes with the last of them.
        with shared_file() as count:
            self._count = count.fileno()
            return self._supervise()

    def _supervise(self) -> int:
        previous = self._take_signals()
        try:
            while not self._is_over:
                self._start_due()
                self._wait()
                self._reap()
                self._look_for_changes()
                self._kill_overdue()
        finally:
            self._end_all()
            signal.set_wakeup_fd(-1)
            for number, handler in previous.items():
                signal.signal(number, handler)
            os.close(self._waking)
            os.close(self._woken)
        return self._status

    @property
    def _leaves(self) -> bool:
        return self._signals > 0 or self._given_up is not None

    @property
    def _is_over(self) -> bool:
        return self._leaves and all(child.process is None for child in self._children)

    @property
    def _status(self) -> int:
        if self._given_up is not None:
            return self._given_up
        return max((child.status or 0 for child in self._children), default=0)

    # Signals

    def _take_signals(self) -> dict[signal.Signals, Any]:
        taken = [*filter(is_heard, SIGNALS), signal.SIGCHLD]
        previous = {number: signal.getsignal(number) for number in taken}
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        for number in taken:
            signal.signal(number, lambda *_: None)
        return previous

    def _wait(self) -> None:
        lines = {child.line.fileno(): child for child in self._children if child.line is not None}
        ready, _, _ = select.select([self._waking, *lines], [], [], self._pause())
        for each in ready:
            if each == self._waking:
                for number in os.read(self._waking, 1_024):
                    if number in SIGNALS and not (number == signal.SIGHUP and self._signals):
                        self._asked_to_leave()
            else:
                self._hear(lines[each])

    def _pause(self) -> float | None:
        now = monotonic()
        moments = [child.leaves_by for child in self._children if child.leaves_by is not None]
        if not self._leaves:
            moments += [child.due for child in self._children if child.process is None]
            if self._plan.changed is not None:
                moments.append(now + self._plan.look_every)
        return max(0.0, min(moments) - now) if moments else None

    def _hear(self, child: _Child) -> None:
        if child.line is not None and child.line.recv(16):
            child.serves = child.has_served = True
        else:
            self._close_line(child)

    def _asked_to_leave(self) -> None:
        self._signals += 1
        if self._signals > 1:
            for child in self._children:
                self._signal(child, signal.SIGKILL)
            return
        for child in self._children:
            self._ask_to_leave(child)

    # Children

    def _start_due(self) -> None:
        now = monotonic()
        for child in self._children:
            if child.process is None and not self._leaves and now >= child.due:
                self._start(child)

    def _start(self, child: _Child) -> None:
        ours, theirs = socket.socketpair()
        environment = {
            **self._plan.environment,
            LIFELINE: str(theirs.fileno()),
            COUNT: str(self._count),
            NAME: f"{self._name} {child.number}",
        }
        with theirs:
            child.process = subprocess.Popen(  # noqa: S603 -- the command is our caller's
                self._plan.command,
                env=environment,
                pass_fds=[theirs.fileno(), self._count],
            )
        child.line, child.started, child.leaves_by = ours, monotonic(), None
        child.serves = False
        logger.info("process %d is worker %d", child.process.pid, child.number)

    def _reap(self) -> None:
        for child in self._children:
            if child.process is None or child.process.poll() is None:
                continue
            status = child.process.returncode
            asked = child.leaves_by is not None
            child.process = child.leaves_by = None
            if asked and not child.serves and -status in (signal.SIGTERM, signal.SIGHUP):
                status = 0  # it had not come as far as to listen, and had nothing in hand
            child.status = status if status >= 0 else 128 - status
            self._close_line(child)
            if not asked:
                self._died(child, status)

    def _died(self, child: _Child, status: int) -> None:
        lived = monotonic() - child.started
        child.failures = 1 if lived > LONGEST else child.failures + 1
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        if self._plan.changed is not None and not child.serves and status == UNFIT:
            child.due = math.inf
            logger.warning(
                "worker %d ended with %s; again when the code changes", child.number, how
            )
        elif self._is_hopeless(child, status):
            self._give_up(child, status, how)
        else:
            pause = min(LONGEST, FIRST * 2.0 ** (child.failures - 1))
            child.due = monotonic() + pause
            logger.warning("worker %d ended with %s; again in %g s", child.number, how, pause)

    def _is_hopeless(self, child: _Child, status: int) -> bool:
        if not child.has_served and status in (UNFIT, MISUSED):
            return True
        has_served = any(each.has_served for each in self._children)
        return not has_served and self._plan.changed is None and child.failures >= STILLBORN

    def _give_up(self, child: _Child, status: int, how: str) -> None:
        self._given_up = status if status > 0 else CRASHED
        logger.error("worker %d ended with %s before it served: given up", child.number, how)
        for other in self._children:
            self._ask_to_leave(other)

    def _look_for_changes(self) -> None:
        if self._leaves or self._plan.changed is None or not self._plan.changed():
            return
        logger.info("the code has changed")
        for child in self._children:
            child.failures, child.due = 0, 0.0
            self._ask_to_leave(child)

    def _ask_to_leave(self, child: _Child) -> None:
        if child.process is not None and child.leaves_by is None:
            child.leaves_by = monotonic() + self._plan.patience
            self._signal(child, signal.SIGTERM)

    def _kill_overdue(self) -> None:
        for child in self._children:
            if child.leaves_by is not None and monotonic() >= child.leaves_by:
                logger.error("worker %d did not leave and is killed", child.number)
                self._signal(child, signal.SIGKILL)
                child.leaves_by = monotonic() + self._plan.patience

    def _end_all(self) -> None:
        for child in self._children:
            self._close_line(child)
            if child.process is not None:
                self._signal(child, signal.SIGKILL)
                child.process.wait()

    @staticmethod
    def _signal(child: _Child, number: signal.Signals) -> None:
        if child.process is not None and child.process.poll() is None:
            child.process.send_signal(number)

    @staticmethod
    def _close_line(child: _Child) -> None:
        if child.line is not None:
            child.line.close()
            child.line = None


class Lifeline:
    """A child's end of its lifeline; does nothing in a process that has no supervisor.

    Args:
        environment: The environment variables, which say where it is.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        number = environment.get(LIFELINE)
        self.name = environment.get(NAME, "")
        """Names this process among all workers; "" without a supervisor."""
        self._line = None if number is None else socket.socket(fileno=int(number))
        count = environment.get(COUNT)
        self._count = None if count is None else int(count)
        self.bucket = None if self._count is None else SharedBucket(self._count)
        """Counts what the processes of the supervisor take together; None without one."""

    @property
    def number(self) -> int:
        """Which of its supervisor's processes this is, from 0; 0 without a supervisor."""
        number = self.name.rpartition(" ")[2]
        return int(number) if number.isdigit() else 0

    @property
    def is_child(self) -> bool:
        """Whether there is a supervisor."""
        return self._line is not None

    def hold(self) -> None:
        """Leave, as on SIGTERM, when the supervisor is gone."""
        if self._line is not None:
            self._line.set_inheritable(False)
            if self._count is not None:
                os.set_inheritable(self._count, False)
            threading.Thread(target=self._watch, name="flowy-lifeline", daemon=True).start()

    def serves(self) -> None:
        """Tell the supervisor that this process serves."""
        if self._line is not None:
            with contextlib.suppress(OSError):  # it is gone: ``hold`` sees to that
                self._line.sendall(SERVES)

    def _watch(self) -> None:
        with contextlib.suppress(OSError):
            while self._line is not None and self._line.recv(1):
                pass  # it says nothing
        logger.warning("the supervisor is gone; this worker leaves")
        os.kill(os.getpid(), signal.SIGTERM)
