"""Where the SWF is: an address or a client becomes an ``SwfClient``."""

import importlib
import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from flowy.config import without_secret
from flowy.errors import DefinitionError
from flowy.given import kind
from flowy.protocol.client import SwfClient
from flowy.swf.boto.client import BotoClient
from flowy.swf.client import Boto3Client, amazon
from flowy.swf.http import HttpClient
from flowy.swf.packed import PackedClient
from flowy.swf.signing import (
    Credentials,
    Signer,
    credentials_of_environment,
    region_of_environment,
)
from flowy.transport.payloads import Payloads, as_payloads
from flowy.volume.base import StorageVolume

ADDRESSES = (
    "aws:// or aws://REGION for Amazon SWF",
    "http://HOST:PORT or https://HOST:PORT for a flowy server",
    "sqlite:///FILE for a database file in this process",
    "sqlite:// for one in memory",
    "postgresql://USER@HOST/DATABASE for a database that several processes share",
)
FLOWY_ENDPOINT = "FLOWY_ENDPOINT"
"""The environment variable with an address, for whoever gives no client."""

AWS_ENDPOINT = "AWS_ENDPOINT_URL_SWF"
"""The environment variable with which every AWS SDK is pointed at another SWF."""


def connect(
    address: str,
    environment: Mapping[str, str] = os.environ,
    *,
    payloads: Payloads | StorageVolume | str | None = None,
) -> SwfClient:
    """Connect to an SWF.

    Over HTTP, requests are signed with the keys of the address, ``http://KEY:SECRET@host:port``
    (percent-encoded), else with ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, where there
    are any. ``AWS_CA_BUNDLE`` names the certificates that HTTPS trusts in place of the machine's.

    Args:
        address: ``aws://`` or ``aws://eu-west-1``; ``http://host:port`` or ``https://host:port``;
            ``sqlite:///file``, ``sqlite://`` or ``postgresql://user@host/database``, which start
            the service in this process. It stops when the client is closed.
        environment: The environment variables.
        payloads: Where inputs and results go that do not fit in SWF's fields: a volume, its URL, or
            `flowy.Payloads`. Workers and starters made of the client have them too.

    Raises:
        DefinitionError: The address is none of these.
        DatabaseError: The database cannot be used.
        FlowyError: Amazon SWF is asked for and boto3 or its settings are missing.
    """
    kind(address, str, "the address of an SWF")
    scheme = address.partition(":")[0] if "://" in address else ""
    make = _SCHEMES.get(scheme.partition("+")[0])
    if make is None:
        known = "; ".join(ADDRESSES)
        raise DefinitionError(
            f"{without_secret(address)!r} is not the address of an SWF; there are: {known}"
        )
    client = make(address, environment)
    return client if payloads is None else PackedClient(client, as_payloads(payloads, environment))


def as_client(layer1: Any = None, environment: Mapping[str, str] = os.environ) -> SwfClient:
    """Make an ``SwfClient`` of what users give as ``layer1``.

    Args:
        layer1: A boto3 SWF client; or an ``SwfClient``, which is returned as it is; or None for the
            SWF that the environment names by ``FLOWY_ENDPOINT`` (any address that ``connect``
            takes), then by ``AWS_ENDPOINT_URL_SWF``, and otherwise Amazon's.
        environment: The environment variables.

    Raises:
        TypeError: ``layer1`` is something else.
        DefinitionError: The environment names no address of an SWF.
        FlowyError: It is Amazon SWF, and boto3 or its settings are missing.
    """
    if layer1 is None:
        return _of_environment(environment)
    has_all = all(callable(getattr(layer1, name, None)) for name in ("call", "interrupt", "close"))
    if has_all and not isinstance(layer1, type):
        client: SwfClient = layer1
        return client
    if isinstance(layer1, BotoClient):
        return layer1.swf_client
    if _boto3_service(layer1) == "swf":
        return Boto3Client(layer1)
    raise TypeError(
        "layer1 is None, an SwfClient (such as flowy.swf.connect.connect gives) or a boto3 client "
        f"of SWF, not {_describe(layer1)}"
    )


def _of_environment(environment: Mapping[str, str]) -> SwfClient:
    address = environment.get(FLOWY_ENDPOINT)
    if address:
        return connect(address, environment)
    endpoint = environment.get(AWS_ENDPOINT)
    return _http(endpoint, environment) if endpoint else amazon()


def _amazon(address: str, _environment: Mapping[str, str]) -> SwfClient:
    return amazon(urlsplit(address).netloc or None)


def _http(address: str, environment: Mapping[str, str]) -> SwfClient:
    authorities = environment.get("AWS_CA_BUNDLE") or None
    try:
        return HttpClient(address, _signer(address, environment), authorities=authorities)
    except ValueError as error:
        raise DefinitionError(f"{error}; give http://HOST:PORT or https://HOST:PORT") from error
    except OSError as error:
        raise DefinitionError(
            f"the certificates in AWS_CA_BUNDLE={authorities} cannot be read: {error}"
        ) from error


def _signer(address: str, environment: Mapping[str, str]) -> Signer | None:
    parts = urlsplit(address)
    if parts.username and parts.password:
        keys: Credentials | None = Credentials(
            access_key=unquote(parts.username), secret_key=unquote(parts.password)
        )
    else:
        keys = credentials_of_environment(environment)
    if keys is None:
        return None
    return Signer(keys, region_of_environment(environment), parts.path or "/")


def _embedded(address: str, _environment: Mapping[str, str]) -> SwfClient:
    # The service brings SQLAlchemy, a third of a second that other addresses need not pay.
    server = importlib.import_module("flowy.service.server")
    embedded = importlib.import_module("flowy.service.client")
    client: SwfClient = embedded.EmbeddedClient(server.Service(address).start(), owns_service=True)
    return client


def _boto3_service(layer1: Any) -> str | None:
    model = getattr(getattr(layer1, "meta", None), "service_model", None)
    name = getattr(model, "service_name", None)
    return name if isinstance(name, str) else None


def _describe(layer1: Any) -> str:
    service = _boto3_service(layer1)
    kind = f"{type(layer1).__module__}.{type(layer1).__qualname__}"
    return f"a boto3 client of {service}" if service else f"a {kind}"


_SCHEMES: dict[str, Callable[[str, Mapping[str, str]], SwfClient]] = {
    "aws": _amazon,
    "http": _http,
    "https": _http,
    "postgres": _embedded,
    "postgresql": _embedded,
    "sqlite": _embedded,
}
