"""What a call of a proxy returns: a result that is there, or will be."""

import asyncio
from collections.abc import Callable, Generator, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast, overload

from flowy.errors import PayloadError, TaskError
from flowy.protocol.ids import ExecutionId
from flowy.task import outgoing
from flowy.task.outgoing import Takes

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # typing has the default only from 3.13 on

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")

Value = TypeVar("Value")


class BlockingLoop(Protocol):
    """What a plain ``run`` needs of its loop."""

    def block_on(self, future: asyncio.Future[Any]) -> None:
        """Return when the future is done; other code of the workflow runs meanwhile."""
        ...

    def create_result(self) -> "Result":
        """Make a result of this loop."""
        ...


class Origin(Protocol):
    """What a result is the outcome of."""

    def cancel(self) -> bool:
        """Hear of a cancellation; tell whether the result stays open until the task has ended."""
        ...


class Result(asyncio.Future[T]):
    """The outcome of a task, now or later.

    ``await`` it in an ``async def run``, call ``result()`` in a plain one, pass it to another call,
    or return it. It is an ``asyncio.Future``, so ``gather``, ``wait``, ``timeout`` and the like
    take it. Cancelling it asks for the cancellation of the task.
    """

    __slots__ = ("number", "origin")  # a dict of its own would be as large as the rest of it

    origin: Origin | None
    """What it is the outcome of, while that has not ended and cancelling concerns it."""

    number: int | None
    """Its number within the run that made it."""

    def __hash__(self) -> int:
        # By number and not by address: sets of results have the same order in every replay.
        return object.__hash__(self) if self.number is None else self.number

    def cancel(self, msg: Any | None = None) -> bool:
        """Ask for the cancellation of the task; the call's ``cancellation`` option says how.

        Returns:
            False when the task has ended already.
        """
        if self.done():
            return False
        if self.origin is not None and self.origin.cancel():
            return True
        self.origin = None
        return super().cancel(msg)

    def end_cancelled(self, details: str | None) -> None:
        """Note that the task has ended, cancelled as it was asked to."""
        super().cancel(details)

    def set_later(self, load: Callable[[], Any]) -> None:
        """Resolve with a value that is had when somebody looks at it, once.

        Code that waits by ``await`` is looking already: it gets what the future holds, and that
        without a call of this class.
        """
        later = _Later(load)
        if _is_looked_at(self):
            error = later.failure()
            if error is None:
                self.set_result(later.value)
            else:
                self.set_exception(error)
            return
        self.__class__ = _WITH_LATER[type(self)]
        self._later = later  # in its dict, as few results have one
        self.set_result(cast(T, None))

    _later: "_Later"

    def result(self) -> T:
        """Return the task's value, waiting for it in a plain ``run``.

        Raises:
            TaskError: The task gave no value; the subclass says why.
            RuntimeError: Called in an ``async def run`` before the value is there: ``await`` it.
        """
        if not self.done():
            cast(BlockingLoop, self.get_loop()).block_on(self)
        return asyncio.Future.result(self)

    def look_at(self) -> None:
        """Note that somebody looked at the outcome; a value that is had later is not fetched."""
        if not self.cancelled():
            asyncio.Future.exception(self)

    @property
    def failure_unseen(self) -> bool:
        """Tell whether the task failed and nobody has looked."""
        return self.done() and not self.cancelled() and bool(self._log_traceback)


class _Later:
    """A value that is made when it is first looked at; a failure to make it is no value."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    @cached_property
    def value(self) -> Any:
        return self._load()

    def failure(self) -> Exception | None:
        """Return why there is no value."""
        try:
            _ = self.value
        except Exception as error:  # noqa: BLE001 -- it is the outcome
            return error
        return None


class ChildResult(Result[T]):
    """The outcome of a child workflow, and the child itself: to wait for, signal and cancel."""

    workflow_id: str | None = None
    """The child's workflow id; None before it is asked for, while its arguments are not there."""

    execution: ExecutionId | None = None
    """The child's run, once it has started."""

    on_signal: "Callable[[ChildResult[Any], str, str], Result] | None" = None
    """Sends a signal to the child as soon as it has started."""

    _waiting: tuple[Result, ...] = ()

    @property
    def started(self) -> Result[ExecutionId]:
        """A result that comes when the child starts: its ``ExecutionId``, before its own result.

        It fails as the child does when that never starts. Of several attempts it is the first.
        """
        started = cast(BlockingLoop, self.get_loop()).create_result()
        if self.execution is not None:
            started.set_result(self.execution)
            return started
        if not self._waiting:
            self.add_done_callback(ChildResult._never_started)
        self._waiting += (started,)
        return started

    @overload
    def signal(self, name: str, value: Any = None) -> Result[None]: ...
    @overload
    def signal(self, name: Takes[Value], value: Value) -> Result[None]: ...
    def signal(self, name: Any, value: Any = None) -> Result[None]:
        """Send the child a signal, as soon as it has started; the result comes when it has got it.

        Args:
            name: The signal's name, or the ``Signal`` of the workflow that takes it.
            value: What is sent with it, as JSON.

        Raises:
            PayloadError: The value cannot travel, or is not of the signal's type.
        """
        text = outgoing.dump(name, settled(value, "the value of a signal"))
        if self.on_signal is None:  # the run is no more: what its finally blocks ask goes nowhere
            return cast(BlockingLoop, self.get_loop()).create_result()
        return self.on_signal(self, outgoing.name_of(name), text)

    def began(self, execution: ExecutionId) -> None:
        """Note that the child has started."""
        self.execution = execution
        for started in self._waiting:
            if not started.done():
                started.set_result(execution)

    def _never_started(self) -> None:
        for started in self._waiting:
            if not started.done():
                copy_outcome(self, started)


class _Held:
    """What is different in a result whose value is had later."""

    __slots__ = ()

    _later: _Later

    def __await__(self) -> Generator[Any, None, Any]:
        yield from ()
        return self._later.value

    __iter__ = __await__

    def result(self) -> Any:
        """Return the value; it is fetched when that was not done yet."""
        return self._later.value

    def exception(self) -> BaseException | None:
        """Return why there is no value; None when there is one."""
        return self._later.failure()


class LaterResult(_Held, Result[T]):
    """A result that is there, and whose value is fetched when somebody looks at it."""

    __slots__ = ()


class LaterChildResult(_Held, ChildResult[T]):
    """The same of a child workflow."""

    __slots__ = ()


_WITH_LATER: Mapping[type, type] = {Result: LaterResult, ChildResult: LaterChildResult}

_ASKING = ("asyncio.", "flowy.")
"""Modules whose callbacks ask a future for its value by ``result()``."""


def _is_looked_at(future: asyncio.Future[Any]) -> bool:
    """Tell whether something waits for what a future holds itself, such as a task by ``await``."""
    waiting = future._callbacks or ()  # noqa: SLF001 -- nothing else tells who waits
    return not all(
        (getattr(callback, "__module__", None) or "").startswith(_ASKING) for callback, _ in waiting
    )


def copy_outcome(ended: asyncio.Future[Any], result: Result) -> None:
    """End a result as something else has ended that gave no value."""
    error = None if ended.cancelled() else ended.exception()
    if error is None:
        result.cancel()
    else:
        result.set_exception(error)


def pending_in(*values: Any) -> list[Result]:
    """Find the results in values, at any depth of their lists, tuples and dicts.

    Raises:
        PayloadError: The value holds a set, whose order may differ when the workflow is replayed;
            or it holds itself.
    """
    found: list[Result] = []
    for value in values:
        if type(value) not in PLAIN:  # most are, and need no call
            try:
                _find_results(value, found)
            except RecursionError:
                raise PayloadError(
                    f"a {type(value).__name__} holds itself, or is nested too deeply to be sent"
                ) from None
    return found


PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
"""Types of values in which no result can be."""


def _find_results(value: Any, found: list[Result]) -> None:
    if isinstance(value, list | tuple):
        items: Iterable[Any] = value
    elif isinstance(value, dict):
        items = value.values()
    elif isinstance(value, Result):
        found.append(value)
        return
    elif isinstance(value, set | frozenset):
        raise PayloadError(f"a set has no order that a replay could repeat: sort {value!r}")
    else:
        return
    for item in items:
        if type(item) not in PLAIN:
            _find_results(item, found)


def settled(value: Any, what: str, *, orders: bool = False) -> Any:
    """Return a value that is sent at once, as it is.

    Args:
        value: What is to be sent.
        what: What it is, for errors: "the value of signal paid".
        orders: Whether what encodes it puts its sets in order.

    Raises:
        PayloadError: It holds a result, which has to be waited for; or a set whose order may differ
            when the workflow is replayed, as that of texts does.
    """
    pending = [value]
    seen: set[int] = set()
    while pending:
        each = pending.pop()
        if type(each) in PLAIN or id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, Result):
            raise PayloadError(
                f"{what} holds the result of a call, and is sent at once: wait for it, as by "
                "`await` or `result()`, and send what it gives"
            )
        if isinstance(each, dict):
            pending.extend(each.values())
        elif isinstance(each, list | tuple):
            pending.extend(each)
        elif isinstance(each, set | frozenset) and not orders and not _has_order(each):
            raise PayloadError(f"a set has no order that a replay could repeat: sort {each!r:.100}")
    return value


def _has_order(values: set[Any] | frozenset[Any]) -> bool:
    """Tell whether a set has the same order in every process."""
    return len(values) < 2 or all(isinstance(each, int | float) for each in values)


def resolve(value: Any) -> Any:
    """Return the value with each result in it replaced by what the result holds.

    Raises:
        TaskError: A result failed.
    """
    if isinstance(value, Result):
        return value.result()
    if isinstance(value, dict):
        return {key: resolve(item) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item) for item in value]
    if isinstance(value, tuple):
        return tuple(resolve(item) for item in value)
    return value


def joined_failure(results: list[Result]) -> BaseException | None:
    """Return why results that are done cannot be used: one failure itself, several as one."""
    failures = [_failure(result) for result in results]
    found = [failure for failure in failures if failure is not None]
    if len(found) <= 1:
        return found[0] if found else None
    return TaskError("\n".join(str(failure) for failure in found))


def _failure(result: Result) -> BaseException | None:
    return asyncio.CancelledError() if result.cancelled() else result.exception()
