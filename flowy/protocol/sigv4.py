"""AWS Signature Version 4: what is signed, and the signature.

A request is written in a canonical form, whose hash, moment and scope are signed with a key that is
derived from the secret key, the day, the region and the service. Caller and service both compute
it; nothing here knows a clock.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "swf"
TERMINATOR = "aws4_request"
TIMESTAMP = "%Y%m%dT%H%M%SZ"
"""How the moment of a signature is written, in UTC."""

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a signing key is good for.

    Args:
        date: A day in UTC, ``YYYYMMDD``.
        region: Such as ``us-east-1``.
        service: Such as ``swf``.
    """

    date: str
    region: str
    service: str = SERVICE

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{TERMINATOR}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """What of a request is signed.

    Args:
        method: Such as ``POST``.
        path: As it is sent; what is escaped in it is escaped again.
        query: As it is sent, without the question mark.
        headers: The signed ones, names in any case and any order; a name may come several times.
        body: As it is sent.
    """

    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: Sequence[Header]
    body: bytes

    def canonical(self) -> str:
        """Return the request in the form in which it is hashed."""
        values: dict[str, list[str]] = {}
        for name, value in self.headers:
            values.setdefault(name.lower(), []).append(" ".join(value.split()))
        names = sorted(values)
        lines = [f"{name}:{','.join(values[name])}\n" for name in names]
        return "\n".join(
            (
                self.method,
                quote(self.path, safe="/~"),
                _canonical_query(self.query),
                "".join(lines),
                ";".join(names),
                hashlib.sha256(self.body).hexdigest(),
            )
        )


def string_to_sign(timestamp: str, scope: Scope, canonical: str) -> str:
    """Return the text whose signature goes with a request."""
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return f"{ALGORITHM}\n{timestamp}\n{scope}\n{digest}"


def signing_key(secret: str, scope: Scope) -> bytes:
    """Derive the key for a scope; it may be kept for the scope's day."""
    key = f"AWS4{secret}".encode()
    for part in (scope.date, scope.region, scope.service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def signature(key: bytes, text: str) -> str:
    """Sign a text with a derived key."""
    return hmac.digest(key, text.encode(), "sha256").hex()


def authorization(access_key: str, scope: Scope, names: Iterable[str], signed: str) -> str:
    """Return the value of the ``Authorization`` header.

    Args:
        access_key: Tells the service whose secret key was used.
        scope: What the derived key is good for.
        names: The names of the signed headers.
        signed: The signature.
    """
    headers = ";".join(sorted(name.lower() for name in names))
    return (
        f"{ALGORITHM} Credential={access_key}/{scope}, SignedHeaders={headers}, Signature={signed}"
    )


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = (part.partition("=") for part in query.split("&"))
    return "&".join(f"{name}={value}" for name, _, value in sorted(pairs))
