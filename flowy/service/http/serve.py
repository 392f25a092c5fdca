"""Serve a service over HTTP: in a thread of this process, or as all that this process does."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn

from flowy.errors import FlowyError
from flowy.service.http.app import Application
from flowy.service.http.signatures import Gate, Keys
from flowy.service.server import Service

_BACKLOG = 2048
_KEEP_ALIVE = 75
_STARTUP = 30.0


@dataclass(frozen=True, kw_only=True)
class HttpOptions:
    """Where and how to serve.

    Args:
        host: The address to listen on.
        port: The port; 0 takes a free one.
        certificate: Path of a PEM certificate chain, for HTTPS.
        key: Path of the certificate's key; None when the certificate's file holds it.
        keys: Secret keys by access key; requests must be signed with one. None takes all requests.
    """

    host: str = "127.0.0.1"
    port: int = 0
    certificate: str | None = None
    key: str | None = None
    keys: Keys | None = None


class HttpServer:
    """A service's HTTP front.

    ``start`` and ``stop`` run it in a thread; ``run`` runs it in this one until a signal.

    Args:
        service: What is served. It is not started or stopped by this.
        options: Where to listen.

    Attributes:
        address: The address that clients use, such as ``http://127.0.0.1:8080``.

    Raises:
        FlowyError: The address cannot be listened on, or the certificate or its key not used.
    """

    def __init__(self, service: Service, options: HttpOptions | None = None) -> None:
        options = options or HttpOptions()
        gate = None if options.keys is None else Gate(options.keys, service.clock)
        self._application = Application(service, gate)
        configuration = _configuration(self._application, options)
        self._socket = _listen(options)
        self.address = _address(self._socket, options)
        self._server = _Server(configuration, self._application)
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Serve in a thread.

        Returns:
            The address that clients use.

        Raises:
            FlowyError: The server did not come up.
        """
        self._thread = threading.Thread(target=self.run, name="flowy-http", daemon=True)
        self._thread.start()
        if not self._server.up.wait(_STARTUP):
            raise FlowyError(f"the HTTP server on {self.address} did not start; see the log")
        return self.address

    def run(self, announce: Callable[[str], None] | None = None) -> None:
        """Serve until SIGTERM, SIGINT, SIGHUP or ``stop``; parked polls are answered before.

        Args:
            announce: Called with the address once it is served.
        """
        self._server.announce = (lambda: announce(self.address)) if announce else None
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._server.up.set()
            self._socket.close()
            self._application.close()

    def stop(self) -> None:
        """Answer parked polls, finish the requests in hand and leave; harmless if repeated."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()


class _Server(uvicorn.Server):
    """Tells when it is up, and lets parked polls go before it waits for the connections."""

    def __init__(self, config: uvicorn.Config, application: Application) -> None:
        super().__init__(config)
        self._application = application
        self.up = threading.Event()
        self.announce: Callable[[], None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Leave in order; a second Ctrl-C leaves at once.

        Unlike uvicorn's own, the signal is not raised again afterwards: whoever called ``run``
        still has a service to stop.
        """
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear of the end of a terminal too, unless it is ignored as under nohup."""
        hangs_up = signal.getsignal(signal.SIGHUP)
        in_main = threading.current_thread() is threading.main_thread()
        if not in_main or hangs_up is signal.SIG_IGN:
            with super().capture_signals():
                yield
            return
        signal.signal(signal.SIGHUP, self.handle_exit)
        try:
            with super().capture_signals():
                yield
        finally:
            signal.signal(signal.SIGHUP, signal.SIG_DFL if hangs_up is None else hangs_up)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()
        if self.announce is not None:
            self.announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._application.stop()
        await super().shutdown(sockets)


def _listen(options: HttpOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        return socket.create_server((options.host, options.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise FlowyError(
            f"cannot listen on {options.host} port {options.port}: {error}; "
            "give another port, or 0 for a free one"
        ) from error


def _address(listening: socket.socket, options: HttpOptions) -> str:
    host, port = listening.getsockname()[:2]
    scheme = "https" if options.certificate else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _configuration(application: Application, options: HttpOptions) -> uvicorn.Config:
    configuration = uvicorn.Config(
        application,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        ssl_certfile=options.certificate,
        ssl_keyfile=options.key,
    )
    try:
        configuration.load()
    except OSError as error:  # an SSLError is one
        raise FlowyError(
            f"the certificate {options.certificate} with the key in "
            f"{options.key or options.certificate} cannot be used: {error}; "
            "both are PEM files, and the key has no password"
        ) from error
    return configuration
