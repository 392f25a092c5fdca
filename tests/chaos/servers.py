"""Server processes that are killed and started again."""

import http.client
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

READY_SECONDS = 60


class Server:
    """A `flowy server` on a port that it keeps.

    Args:
        url: The database.
        log: Where its output goes.
    """

    def __init__(self, url: str, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._command = [
            *(sys.executable, "-m", "flowy", "server", "--db", url),
            *("--host", "127.0.0.1", "--port", str(self.port)),
        ]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = self._popen(log)

    def wait_until_ready(self) -> bool:
        """Wait until it answers; return False when it ended instead."""
        for _ in range(READY_SECONDS * 50):
            if self._is_ready():
                return True
            assert self._process is not None
            if self._process.poll() is not None:
                return False
            threading.Event().wait(0.02)
        raise AssertionError(f"{self.address} is not ready: {self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        """End it where it stands."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end and return its exit code."""
        return self._end(signal.SIGTERM)

    def pause(self, seconds: float) -> None:
        """Stop it where it stands, and let it go on after so many seconds."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        threading.Event().wait(seconds)
        self._process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(60)

    def _popen(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdout=log, stderr=log)

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
