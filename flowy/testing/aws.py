"""`flowy.testing.swf`: real boto3 clients answer from a service in memory, inside a block.

botocore asks the handlers of its event ``before-send`` before it opens a connection; what the first
of them returns is the answer. One handler is added to botocore's own list, once in a process, since
every session copies that list when it is made; it answers for the block that is in force.
"""

import functools
import importlib
import inspect
import io
import os
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar, cast, overload

from flowy.errors import Fault, FlowyError
from flowy.given import function, kind, mapping, number
from flowy.protocol import wire
from flowy.protocol.client import SwfClient
from flowy.protocol.faults import status
from flowy.protocol.polls import NO_TASK
from flowy.protocol.validation import decode
from flowy.service.operations.quotas import Quotas
from flowy.service.rates import Rates
from flowy.service.runner import Function
from flowy.testing.virtual import VirtualClient, VirtualService

EVENT = "before-send.swf"

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SECURITY_TOKEN": "testing",
    "AWS_SESSION_TOKEN": "testing",
}
"""What the AWS variables are inside a block, so that nothing can reach a real account."""

REGION = "us-east-1"
_REGION_VARIABLE = "AWS_DEFAULT_REGION"

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, *_args: Any, **_kwargs: Any) -> Iterator[bytes]:
        yield self.read()


class _Hook:
    """The handler in botocore's list: answers for the innermost block that is in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: list[VirtualService] = []
        self._ended: list[VirtualService] = []

    def install(self) -> None:
        """Put this into the list that every session made from now on copies."""
        try:
            handlers = importlib.import_module("botocore.handlers").BUILTIN_HANDLERS
        except ImportError as error:
            raise FlowyError(
                "there are no boto3 clients to answer: pip install 'flowy[aws]'"
            ) from error
        with self._lock:
            if (EVENT, self) not in handlers:
                handlers.append((EVENT, self))

    def begin(self, virtual: VirtualService) -> None:
        with self._lock:
            self._blocks.append(virtual)

    def end(self, virtual: VirtualService) -> None:
        with self._lock:
            self._blocks.remove(virtual)
            # A worker that a test left running must not go on to the real service.
            self._ended = [block for block in self._ended if block.crowd.has_living()]
            self._ended.append(virtual)

    def __call__(self, request: Any, **_: Any) -> Any:
        """Answer a request, or return None to let it go out."""
        virtual = self._in_force()
        return None if virtual is None else _answer(virtual, request)

    def _in_force(self) -> VirtualService | None:
        with self._lock:
            if self._blocks:
                return self._blocks[-1]
            thread = threading.current_thread()
            left_over = thread is not threading.main_thread()
            return next((e for e in self._ended if left_over and e.crowd.knows(thread)), None)


_hook = _Hook()


class Swf:
    """A block in which boto3 clients of SWF answer from a service in memory.

    Use it as a context manager, or to decorate functions, coroutine functions and classes of tests;
    each entry begins with an empty service. See `flowy.testing.swf` for the arguments.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = dict(options)
        self._virtual: VirtualService | None = None
        self._stack = ExitStack()

    def __enter__(self) -> "Swf":
        if self._virtual is not None:
            raise FlowyError("this block has been entered already: make another one")
        _hook.install()
        with ExitStack() as stack:
            stack.enter_context(_environment())
            stack.enter_context(_fresh_default_session())
            virtual = VirtualService(**self._options)
            stack.callback(virtual.close)
            _hook.begin(virtual)
            stack.callback(_hook.end, virtual)
            self._stack = stack.pop_all()
        self._virtual = virtual
        return self

    def __exit__(self, *_: object) -> None:
        self._virtual = None
        self._stack.close()

    def __call__(self, decorated: Decorated) -> Decorated:
        """Decorate a test, or the methods of a class whose names begin with ``test``."""
        if isinstance(decorated, type):
            for name, member in list(vars(decorated).items()):
                if name.startswith("test") and callable(member):
                    setattr(decorated, name, self(member))
            return decorated
        if inspect.iscoroutinefunction(decorated):

            @functools.wraps(decorated)
            async def wait(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await decorated(*args, **kwargs)

            return cast(Decorated, wait)

        @functools.wraps(decorated)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self:
                return decorated(*args, **kwargs)

        return cast(Decorated, call)

    @property
    def client(self) -> SwfClient:
        """A client of the same service for Flowy's own workers and starters, as ``layer1``."""
        return VirtualClient(self._entered())

    def now(self) -> float:
        """Return the moment of the service's clock, in seconds since the epoch."""
        return self._entered().clock.now()

    def advance(self, seconds: float) -> None:
        """Move the service's clock on; see `flowy.testing.virtual.VirtualService.advance`."""
        self._entered().advance(seconds)

    def attach(self, client: Any) -> None:
        """Have a boto3 client answer from blocks, one that was made before the first of them."""
        client.meta.events.register_first(EVENT, _hook, unique_id="flowy-testing")

    def _entered(self) -> VirtualService:
        if self._virtual is None:
            raise FlowyError("outside of its block this SWF is not there: use `with`")
        return self._virtual


@overload
def swf(decorated: Decorated) -> Decorated: ...


@overload
def swf(
    decorated: None = None,
    *,
    auto_advance: bool = False,
    start: float | None = None,
    limits: Quotas | None = None,
    rates: Rates | None = None,
    functions: Mapping[str, Function] | None = None,
) -> Swf: ...


def swf(
    decorated: Decorated | None = None,
    *,
    auto_advance: bool = False,
    start: float | None = None,
    limits: Quotas | None = None,
    rates: Rates | None = None,
    functions: Mapping[str, Function] | None = None,
) -> Decorated | Swf:
    """Let boto3 clients of SWF answer from a service in memory with a clock of its own.

    ``with flowy.testing.swf() as swf:`` or ``@flowy.testing.swf()``. Clients of other services are
    left alone. Sessions and clients are made inside; one that is older is given to ``attach``.

    Args:
        decorated: The test, when it is used as a decorator without parentheses.
        auto_advance: Move the clock to what is due next whenever every thread that polls waits;
            otherwise it stands still until ``advance``.
        start: The first moment of the clock, in seconds since the epoch; None is now.
        limits: How much of everything there may be; the defaults are SWF's quotas.
        rates: How often each operation may be called; without any, nothing is throttled.
        functions: Python callables that run in place of Lambda functions, by name.

    Raises:
        FlowyError: botocore is not installed.
        DefinitionError: An argument can never work.
    """
    _check(start, limits, rates, functions)
    options = {
        "auto_advance": auto_advance,
        "start": start,
        "limits": limits,
        "rates": rates,
        "functions": functions,
    }
    made = Swf(options)
    return made if decorated is None else made(decorated)


def _check(start: Any, limits: Any, rates: Any, functions: Any) -> None:
    if start is not None:
        number(start, "start, the first moment of the clock,")
    if limits is not None:
        kind(limits, Quotas, "limits")
    if rates is not None:
        mapping(rates, "rates")
    for name, called in mapping(functions or {}, "functions").items():
        function(called, f"what runs in place of the Lambda function {name}")


def _answer(virtual: VirtualService, request: Any) -> Any:
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders

    code, body = _respond(virtual, _text(request.headers.get("X-Amz-Target", "")), request.body)
    headers = HTTPHeaders()
    headers["x-amzn-RequestId"] = str(uuid.uuid4())
    headers["Content-Type"] = wire.CONTENT_TYPE
    headers["Content-Length"] = str(len(body))
    return AWSResponse(request.url, code, headers, _Raw(body))


def _respond(virtual: VirtualService, target: str, body: bytes | str | None) -> tuple[int, bytes]:
    sent = body.encode() if isinstance(body, str) else body or b""
    try:
        request = decode(wire.operation(wire.operation_name(target)), sent)
        answer = virtual.reply(request).body()
    except Fault as fault:
        return status(fault), wire.encode_fault(fault)
    return 200, NO_TASK if answer is None else answer


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


@contextmanager
def _environment() -> Iterator[None]:
    """Put the AWS variables of tests in force for a block."""
    wanted = {**ENVIRONMENT, _REGION_VARIABLE: os.environ.get(_REGION_VARIABLE) or REGION}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _fresh_default_session() -> Iterator[None]:
    """Let ``boto3.client`` make a new session in a block: one made earlier lacks the handler."""
    try:
        boto3 = importlib.import_module("boto3")
    except ImportError:
        yield
        return
    before, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, None  # type: ignore[attr-defined]
    try:
        yield
    finally:
        boto3.DEFAULT_SESSION = before  # type: ignore[attr-defined]
