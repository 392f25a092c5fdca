"""Where the contract's cases run: this service behind its fronts, and moto's.

A stand has one service for many cases; each case registers a domain of its own. Time on a stand
is moved by the cases, forwards, so no case waits.
"""

import importlib
import importlib.util
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

import boto3
import pytest
from botocore.config import Config
from moto.backends import get_backend
from moto.core import utils as moto_time
from moto.server import ThreadedMotoServer

from flowy.clock import ManualClock, SystemClock
from flowy.protocol.polls import POLL_SECONDS
from flowy.service import client as service_client
from flowy.service.client import EmbeddedClient
from flowy.service.http.serve import HttpServer
from flowy.service.operations.quotas import Quotas
from flowy.service.server import Service

EMPTY_POLL = 0.5
"""Seconds for which a poll without a task is held here."""


BOTO_FACE = "flowy.swf.boto.client"
"""Where the in-process client with boto3's face is."""


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


class Stand(Protocol):
    """A service that cases can be run against."""

    client: Any
    endpoint: str

    def advance(self, seconds: float) -> None:
        """Move the time on; what is due on the way is carried out before this returns."""
        ...

    def tidy(self) -> None:
        """Put away what a case has left."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


def connect(endpoint: str, **options: Any) -> Any:
    """Make a boto3 client that fails at once where it would try again, and leaves the checks."""
    config = Config(
        retries={"total_max_attempts": 1}, read_timeout=30, parameter_validation=False, **options
    )
    return boto3.client(
        "swf",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=config,
    )


def explode(text: str | None) -> str:
    """Fail as a function of a user's may."""
    raise ValueError(f"cannot read {text}")


FUNCTIONS: dict[str, Callable[[str | None], str | None]] = {
    "explode": explode,
    "upper": lambda text: (text or "").upper(),
}


class ServiceStand:
    """This service on a clock that stands still; a front is what its heirs add.

    Args:
        url: The database.
        functions: The Lambda functions that it has.
        quotas: Quotas that differ from SWF's.
    """

    client: Any
    endpoint = ""

    def __init__(
        self,
        url: str,
        functions: dict[str, Callable[[str | None], str | None]] | None = None,
        **quotas: int,
    ) -> None:
        self._clock = ManualClock()
        limits = Quotas(**{"domains": 100_000, **quotas})
        self.service = Service(url, clock=self._clock, limits=limits, functions=functions)
        self.service.start()

    def advance(self, seconds: float) -> None:
        until = self._clock.now() + seconds
        while (due := self.service.next_due()) is not None and due <= until:
            self._clock.advance(max(0.0, due - self._clock.now()))
            self.service.run_due()
        self._clock.advance(max(0.0, until - self._clock.now()))
        self.service.run_due()
        self.service.sweep()

    def tidy(self) -> None:
        """Leave it: it is in a domain of its own."""

    def close(self) -> None:
        self.service.stop()
        self.service.close()


class HttpStand(ServiceStand):
    """This service behind its HTTP front, called by boto3."""

    def __init__(self, url: str, *arguments: Any, **quotas: int) -> None:
        super().__init__(url, *arguments, **quotas)
        self._server = HttpServer(self.service)
        # A user waits a minute for nothing; a case must not.
        self._server._application._poll_seconds = EMPTY_POLL
        self.endpoint = self._server.start()
        self.client = connect(self.endpoint)

    def close(self) -> None:
        self.client.close()
        self._server.stop()
        super().close()


class _Impatient:
    """A service whose waiting polls go by the machine's clock."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.clock = SystemClock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)


class EmbeddedStand(ServiceStand):
    """This service in process, behind the client that has boto3's face."""

    def __init__(self, url: str, *arguments: Any, **quotas: int) -> None:
        super().__init__(url, *arguments, **quotas)
        boto_client = importlib.import_module(BOTO_FACE).BotoClient
        service = cast(Service, _Impatient(self.service))
        self.client = boto_client(EmbeddedClient(service))
        vars(service_client)["POLL_SECONDS"] = EMPTY_POLL

    def close(self) -> None:
        vars(service_client)["POLL_SECONDS"] = POLL_SECONDS
        self.client.close()
        super().close()


class MotoStand:
    """moto's server in this process, with its clock and its timers moved by hand."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        self._server.start()
        self.endpoint = "http://{}:{}".format(*self._server.get_host_and_port())
        self.client = connect(self.endpoint)
        # moto imports its backends when they are first asked for.
        importlib.import_module("moto.swf.models")
        self._ahead = 0.0
        self._waited: dict[threading.Timer, float] = {}
        self._readers = [
            module
            for name, module in sys.modules.items()
            if name.startswith("moto.swf.models") and hasattr(module, "unix_time")
        ]
        for module in self._readers:
            vars(module)["unix_time"] = self._now

    def advance(self, seconds: float) -> None:
        self._ahead += seconds
        for waiting in sorted(_moto_timers(), key=lambda timer: timer.interval):
            waited = self._waited[waiting] = self._waited.get(waiting, 0.0) + seconds
            if waited >= waiting.interval:
                waiting.cancel()
                waiting.function(*waiting.args, **waiting.kwargs)

    def tidy(self) -> None:
        # moto keeps its state in the process, and one execution can make every later call fail.
        for waiting in _moto_timers():
            waiting.cancel()
        get_backend("swf").reset()
        self._waited.clear()
        self._ahead = 0.0

    def close(self) -> None:
        self.tidy()
        self.client.close()
        self._server.stop()
        for module in self._readers:
            vars(module)["unix_time"] = moto_time.unix_time

    def _now(self, *moment: Any) -> float:
        ahead = 0.0 if moment else self._ahead
        return float(moto_time.unix_time(*moment)) + ahead


def _moto_timers() -> list[threading.Timer]:
    return [
        thread
        for thread in threading.enumerate()
        if isinstance(thread, threading.Timer) and thread.function.__module__.startswith("moto.swf")
    ]


def embedded_on_sqlite(request: pytest.FixtureRequest, folder: Path) -> Stand:
    """Make this service in process, in memory."""
    return EmbeddedStand("sqlite://", FUNCTIONS)


def http_on_postgresql(request: pytest.FixtureRequest, folder: Path) -> Stand:
    """Make this service behind HTTP on PostgreSQL."""
    return HttpStand(request.getfixturevalue("postgresql").fresh_database(), FUNCTIONS)


def http_on_sqlite(request: pytest.FixtureRequest, folder: Path) -> Stand:
    """Make this service behind HTTP on a file of SQLite's."""
    return HttpStand(f"sqlite:///{folder / 'flowy.db'}?synchronous=normal", FUNCTIONS)


def on_moto(request: pytest.FixtureRequest, folder: Path) -> Stand:
    """Make moto."""
    return MotoStand()


STANDS: dict[str, Callable[[pytest.FixtureRequest, Path], Stand]] = {
    "http-sqlite": http_on_sqlite,
    "moto": on_moto,
}
if _exists("flowy.db.postgresql"):
    STANDS["http-postgresql"] = http_on_postgresql
if _exists(BOTO_FACE):
    STANDS["embedded"] = embedded_on_sqlite
