# mypy: disable-error-code="override"
"""What asyncio offers and a workflow cannot have, each with what to use in its place.

Workflow code runs again from its history, and the history knows nothing of threads, sockets, pipes,
processes and their signals. asyncio brings all of them in by way of the loop, so the loop refuses
them; a few functions of asyncio that ask no loop are covered, and refuse only where workflow code
runs.
"""

import asyncio
import functools
from asyncio import events
from collections.abc import Callable, Coroutine
from types import ModuleType
from typing import Any, NoReturn

from flowy.task.guarding import released

ACTIVITY = "do it in an activity"
THREAD = f"{ACTIVITY}, which may use threads; its result is in the history"
NETWORK = f"{ACTIVITY}, which may talk to the network; its result is in the history"
WAITING = (
    f"{ACTIVITY} that waits for it, or let whoever knows of it send the workflow a signal "
    "(flowy.Signal)"
)
PROCESS = f"{ACTIVITY}, which may start processes; its result is in the history"
SIGNALS = "tell a workflow by flowy.Signal or flowy.on_signal; a process's signals are its worker's"
RUNNING = "await the coroutine, or make a task of it with asyncio.create_task; run already runs"
ENDING = "return from run to end the workflow; the decider runs its loop"
HANDLING = "handle exceptions where the task or result is awaited"
DEBUGGING = "use flowy.testing.Environment to look at a workflow; debug mode would look at clocks"

REFUSED = {
    "add_reader": ("waiting for a file", WAITING),
    "add_signal_handler": ("a signal handler", SIGNALS),
    "add_writer": ("waiting for a file", WAITING),
    "call_soon_threadsafe": ("a callback from another thread", THREAD),
    "close": ("closing the loop", ENDING),
    "connect_accepted_socket": ("a connection", NETWORK),
    "connect_read_pipe": ("a pipe", PROCESS),
    "connect_write_pipe": ("a pipe", PROCESS),
    "create_connection": ("a connection", NETWORK),
    "create_datagram_endpoint": ("a socket", NETWORK),
    "create_server": ("a server", NETWORK),
    "create_unix_connection": ("a connection", NETWORK),
    "create_unix_server": ("a server", NETWORK),
    "getaddrinfo": ("looking up an address", NETWORK),
    "getnameinfo": ("looking up a name", NETWORK),
    "remove_reader": ("waiting for a file", WAITING),
    "remove_signal_handler": ("a signal handler", SIGNALS),
    "remove_writer": ("waiting for a file", WAITING),
    "run_forever": ("running the loop", RUNNING),
    "run_in_executor": ("a thread", THREAD),
    "run_until_complete": ("running the loop", RUNNING),
    "sendfile": ("sending a file", NETWORK),
    "set_debug": ("asyncio's debug mode", DEBUGGING),
    "set_default_executor": ("an executor", THREAD),
    "set_exception_handler": ("an exception handler of the loop", HANDLING),
    "set_task_factory": ("a task factory", "make tasks with asyncio.create_task"),
    "shutdown_default_executor": ("an executor", THREAD),
    "sock_accept": ("a socket", NETWORK),
    "sock_connect": ("a socket", NETWORK),
    "sock_recv": ("a socket", NETWORK),
    "sock_recv_into": ("a socket", NETWORK),
    "sock_recvfrom": ("a socket", NETWORK),
    "sock_recvfrom_into": ("a socket", NETWORK),
    "sock_sendall": ("a socket", NETWORK),
    "sock_sendfile": ("a socket", NETWORK),
    "sock_sendto": ("a socket", NETWORK),
    "start_tls": ("a connection", NETWORK),
    "stop": ("stopping the loop", ENDING),
    "subprocess_exec": ("a subprocess", PROCESS),
    "subprocess_shell": ("a subprocess", PROCESS),
}
"""Methods of a loop: what they stand for, and what to use in their place."""

FUNCTIONS: dict[str, tuple[ModuleType, str, str]] = {
    "new_event_loop": (events, "a loop of its own", RUNNING),
    "run": (asyncio.runners, "running another loop", RUNNING),
    "run_coroutine_threadsafe": (asyncio.tasks, "a coroutine from another thread", THREAD),
    "set_event_loop": (events, "another loop", RUNNING),
    "wrap_future": (asyncio.futures, "the future of a thread or process", THREAD),
}
"""Functions of asyncio that ask no loop: where they stand, and the same."""


class RefusingLoop(asyncio.AbstractEventLoop):
    """A loop that refuses what a workflow cannot have."""


def refuse(what: str, instead: str, given: tuple[Any, ...]) -> NoReturn:
    """Refuse something in workflow code.

    Args:
        what: What was asked for.
        instead: What to use in its place.
        given: What it was asked for with, for the message.

    Raises:
        RuntimeError: Always.
    """
    for one in given:
        if isinstance(one, Coroutine):
            one.close()
    shown = f" ({given[0]!r})" if given else ""
    raise RuntimeError(
        f"{what}{shown} cannot work in a workflow, whose code is replayed from its history: "
        f"{instead}"
    )


def _refusing(name: str, what: str, instead: str) -> Callable[..., NoReturn]:
    def method(_loop: Any, *args: Any, **_options: Any) -> NoReturn:
        refuse(what, instead, args)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"Refuse {what}: {instead}."
    return method


def _cover(name: str, module: ModuleType, what: str, instead: str) -> None:
    original = getattr(module, name)

    @functools.wraps(original)
    def function(*args: Any, **options: Any) -> Any:
        if _is_refused() and not _is_future(name, args):
            refuse(what, instead, args)
        return original(*args, **options)

    setattr(module, name, function)
    setattr(asyncio, name, function)


def _is_refused() -> bool:
    # A volume may have a loop of its own on a thread, as fsspec has for S3.
    return isinstance(events._get_running_loop(), RefusingLoop) and not released.get()


def _is_future(name: str, args: tuple[Any, ...]) -> bool:
    # An asyncio future needs no wrapping, and asyncio's own code asks for it nevertheless.
    return name == "wrap_future" and bool(args) and asyncio.isfuture(args[0])


for _name, _reason in REFUSED.items():
    setattr(RefusingLoop, _name, _refusing(_name, *_reason))
for _name, (_module, *_said) in FUNCTIONS.items():
    _cover(_name, _module, *_said)
