"""One kept HTTP connection: a request goes out in one packet, an answer comes back whole."""

import contextlib
import select
import socket
import ssl
from collections.abc import Mapping

from flowy.swf.answer import read_answer

CONNECT_TIMEOUT = 10.0


class Connection:
    """A connection to an HTTP service, for one thread at a time.

    Args:
        host: The service's host.
        port: Its port.
        context: For HTTPS.

    Raises:
        OSError: The service cannot be reached.
    """

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self._socket = socket.create_connection((host, port), CONNECT_TIMEOUT)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context is not None:
                self._socket = context.wrap_socket(self._socket, server_hostname=host)
        except BaseException:
            self._socket.close()
            raise
        self.is_open = True

    def post(
        self, path: str, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> tuple[int, bytes]:
        """Send a request and read its answer; see ``send`` and ``receive``."""
        self.send(path, headers, body, timeout)
        return self.receive()

    def send(self, path: str, headers: Mapping[str, str], body: bytes, timeout: float) -> None:
        """Send a request; ``receive`` its answer before the next one.

        Args:
            path: What is asked for.
            headers: All headers but the length.
            body: The request's body.
            timeout: Seconds that the service may be silent.

        Raises:
            OSError: The connection broke; it is closed.
        """
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST {path} HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        try:
            self._socket.settimeout(timeout)
            self._socket.sendall(head.encode("latin-1") + body)
        except BaseException:
            self.close()
            raise

    def receive(self) -> tuple[int, bytes]:
        """Wait for the answer to what was sent.

        Returns:
            The HTTP status and the body.

        Raises:
            OSError: The connection broke; it is closed. A ``TimeoutError`` when time was up.
            http.client.HTTPException: The answer is not HTTP; the connection is closed.
        """
        try:
            answer = read_answer(self._socket)
            if answer.closes:
                self.close()
        except BaseException:
            self.close()
            raise
        return answer.status, answer.body

    def is_stale(self) -> bool:
        """Tell whether the service has closed the connection while nobody used it."""
        watch = select.poll()
        watch.register(self._socket, select.POLLIN)
        return bool(watch.poll(0))

    def say_goodbye(self) -> None:
        """Tell the service, from any thread, that nothing more is sent; answers still arrive."""
        # Not connected any more is as good as said.
        with contextlib.suppress(OSError):
            # Not TLS's own shutdown: that would take the reading thread's decryption away.
            socket.socket.shutdown(self._socket, socket.SHUT_WR)

    def close(self) -> None:
        """Close the connection; harmless if repeated."""
        self.is_open = False
        self._socket.close()
