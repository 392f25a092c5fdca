"""A client that says how large texts travel, also for workers and starters made of it."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from msgspec.structs import replace

from flowy.protocol.client import SwfClient
from flowy.protocol.request import Request
from flowy.protocol.requests.executions import SignalWorkflowExecution, StartWorkflowExecution
from flowy.transport.packed import is_packed
from flowy.transport.payloads import Payloads, as_payloads
from flowy.volume.base import StorageVolume

Answer = TypeVar("Answer")


class PackedClient:
    """An ``SwfClient`` whose starts and signals may have inputs of any size.

    Workers and starters that are given it have its payloads. What it reads is as the service has
    it: ``payloads.packing(domain).unpack(text, what)`` gives the text that a packed one stands for.

    Args:
        client: The service.
        payloads: How texts travel.
    """

    def __init__(self, client: SwfClient, payloads: Payloads) -> None:
        self.payloads = payloads
        self._client = client

    def call(self, request: Request[Answer]) -> Answer:
        """Carry out one operation; see `flowy.protocol.client.SwfClient`.

        Raises:
            PayloadError: Its input cannot travel.
        """
        pack = _PACKERS.get(type(request))
        if pack is not None:
            request = pack(self.payloads, request)
        return self._client.call(request)

    def interrupt(self) -> None:
        """Make polls come back; see `flowy.protocol.client.SwfClient`."""
        self._client.interrupt()

    def close(self) -> None:
        """Close the client."""
        self._client.close()

    def __getattr__(self, name: str) -> Any:
        """Give what the client offers besides, such as ``exchange``."""
        return getattr(self._client, name)


def payloads_of(
    client: SwfClient, payloads: Payloads | StorageVolume | str | None = None
) -> Payloads:
    """Return the payloads that are given; else the client's; else those of the environment.

    Raises:
        DefinitionError: It is no volume, no URL and no ``Payloads``.
        VolumeError: The volume cannot be opened.
    """
    if payloads is None and isinstance(client, PackedClient):
        return client.payloads
    return as_payloads(payloads)


def _packed(payloads: Payloads, domain: str, text: str | None, what: str) -> str | None:
    # Workers and starters have packed what they send, with better names for errors.
    if text is None or is_packed(text):
        return text
    return payloads.packing(domain).pack(text, what)


def _signal(payloads: Payloads, request: SignalWorkflowExecution) -> SignalWorkflowExecution:
    what = f"the value of signal {request.signal_name}"
    return replace(request, input=_packed(payloads, request.domain, request.input, what))


def _start(payloads: Payloads, request: StartWorkflowExecution) -> StartWorkflowExecution:
    what = f"the arguments of {request.workflow_type}"
    return replace(request, input=_packed(payloads, request.domain, request.input, what))


_PACKERS = cast(
    dict[type[Request[Any]], Callable[[Payloads, Any], Any]],
    {SignalWorkflowExecution: _signal, StartWorkflowExecution: _start},
)
