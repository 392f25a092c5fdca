"""Serve the photographs of this folder over HTTP, to this machine only."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from examples.images.settings import HERE

PHOTO_FOLDER = HERE / "photos"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the demo has a display of its own."""


def photo_server(folder: Path = PHOTO_FOLDER, port: int = 0) -> ThreadingHTTPServer:
    """Return a bound server; port 0 takes any free port."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(folder)))


def address(server: ThreadingHTTPServer) -> str:
    """Return the address below which a server has its photographs."""
    return f"http://127.0.0.1:{server.server_address[1]}/"


@contextmanager
def served(folder: Path = PHOTO_FOLDER) -> Iterator[str]:
    """Serve a folder in a thread of this process; gives its address."""
    with photo_server(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="photos")
        thread.start()
        try:
            yield address(server)
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    with photo_server() as server:
        print(f"export IMAGES_URL={address(server)}", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
