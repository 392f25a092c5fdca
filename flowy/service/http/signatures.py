"""Who may call: requests are signed with one of the configured keys, or refused as AWS refuses.

The file of the keys has the form of AWS's own credentials file, one section a pair::

    [workers]
    aws_access_key_id = AKIDWORKERS
    aws_secret_access_key = a-long-random-text

So the same file serves the SDKs of the clients, by ``AWS_SHARED_CREDENTIALS_FILE``.
"""

import configparser
import datetime as dt
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flowy.clock import Clock
from flowy.errors import FlowyError
from flowy.protocol import sigv4
from flowy.protocol.faults import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from flowy.protocol.sigv4 import Header, Scope, Signed

SKEW = 300
"""Seconds by which the caller's clock may differ from the service's."""

Keys = Mapping[str, str]
"""Secret keys by access key."""

_PARTS = ("Credential", "Signature", "SignedHeaders")
_DERIVED_KEYS_KEPT = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpRequest:
    """A request as it came in.

    Args:
        method: Such as ``POST``.
        path: As it was sent.
        query: As it was sent.
        headers: Names in lower case, in the order in which they came.
        body: As it was sent, perhaps compressed.
    """

    method: str
    path: str
    query: str
    headers: Sequence[Header]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first value of a header, or None."""
        return next((value for found, value in self.headers if found == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    access_key: str
    scope: Scope
    names: tuple[str, ...]
    signature: str
    timestamp: str


def read_keys(path: Path) -> Keys:
    """Read the keys that requests may be signed with.

    Raises:
        FlowyError: The file cannot be read, is not of that form, or has no keys.
    """
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise FlowyError(f"the keys in {path} cannot be read: {error}") from error
    keys: dict[str, str] = {}
    for section in parser.sections():
        access_key = parser[section].get("aws_access_key_id", "")
        secret_key = parser[section].get("aws_secret_access_key", "")
        if not access_key or not secret_key or access_key in keys:
            raise FlowyError(
                f"section [{section}] of {path} must give one aws_access_key_id of its own and one "
                "aws_secret_access_key"
            )
        keys[access_key] = secret_key
    if not keys:
        raise FlowyError(f"there are no keys in {path}: see the documentation of `flowy server`")
    return keys


class Gate:
    """Lets requests pass that are signed with one of the keys.

    Args:
        keys: Secret keys by access key.
        clock: Tells how old a signature is.
    """

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._keys = dict(keys)
        self._clock = clock
        self._derive = lru_cache(_DERIVED_KEYS_KEPT)(sigv4.signing_key)

    def check(self, request: HttpRequest) -> None:
        """Refuse a request whose signature is not right.

        Raises:
            MissingAuthenticationTokenException: It has none.
            IncompleteSignatureException: The signature lacks a part.
            UnrecognizedClientException: The access key is not known.
            InvalidSignatureException: The signature is wrong, of another day, or too old.
        """
        claim = _claim(request)
        secret = self._keys.get(claim.access_key)
        if secret is None:
            raise UnrecognizedClientException(
                "The security token included in the request is invalid."
            )
        self._check_age(claim)
        signed = Signed(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=[header for header in request.headers if header[0] in claim.names],
            body=request.body,
        )
        canonical = signed.canonical()
        text = sigv4.string_to_sign(claim.timestamp, claim.scope, canonical)
        expected = sigv4.signature(self._derive(secret, claim.scope), text)
        if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
            raise InvalidSignatureException(_mismatch(canonical, text))

    def _check_age(self, claim: _Claim) -> None:
        signed = _moment(claim.timestamp)
        now = self._clock.now()
        minutes = SKEW // 60
        if signed < now - SKEW:
            raise InvalidSignatureException(
                f"Signature expired: {claim.timestamp} is now earlier than {_written(now - SKEW)} "
                f"({_written(now)} - {minutes} min.)"
            )
        if signed > now + SKEW:
            raise InvalidSignatureException(
                f"Signature not yet current: {claim.timestamp} is still later than "
                f"{_written(now + SKEW)} ({_written(now)} + {minutes} min.)"
            )


def _claim(request: HttpRequest) -> _Claim:
    header = request.header("authorization")
    if not header:
        raise MissingAuthenticationTokenException("Missing Authentication Token")
    algorithm, _, rest = header.partition(" ")
    parts = dict(_pair(part) for part in rest.split(","))
    if algorithm != sigv4.ALGORITHM:
        raise IncompleteSignatureException(
            f"Unsupported AWS 'algorithm': '{algorithm}'; {sigv4.ALGORITHM} is taken"
        )
    missing = [f"Authorization header requires '{part}' parameter." for part in _PARTS]
    missing = [text for part, text in zip(_PARTS, missing, strict=True) if not parts.get(part)]
    timestamp = request.header("x-amz-date")
    if timestamp is None or not _is_timestamp(timestamp):
        missing.append("Authorization header requires existence of an 'X-Amz-Date' header.")
    if missing or timestamp is None:
        raise IncompleteSignatureException(f"{' '.join(missing)} Authorization={algorithm}")
    access_key, scope = _credential(parts["Credential"], timestamp)
    names = tuple(parts["SignedHeaders"].split(";"))
    _check_names(names, request)
    return _Claim(
        access_key=access_key,
        scope=scope,
        names=names,
        signature=parts["Signature"],
        timestamp=timestamp,
    )


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.strip().partition("=")
    return name, value


def _credential(credential: str, timestamp: str) -> tuple[str, Scope]:
    """Read the access key and the scope; any region will do."""
    parts = credential.rsplit("/", 4)
    if len(parts) != 5:
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/term, got '{credential}'"
        )
    access_key, date, region, service, terminator = parts
    wrong = []
    if service != sigv4.SERVICE:
        wrong.append(f"Credential should be scoped to correct service: '{sigv4.SERVICE}'.")
    if terminator != sigv4.TERMINATOR:
        wrong.append(
            "Credential should be scoped with a valid terminator: "
            f"'{sigv4.TERMINATOR}', not '{terminator}'."
        )
    if date != timestamp[:8]:
        wrong.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{date}' != '{timestamp[:8]}', from '{timestamp}'."
        )
    if wrong:
        raise InvalidSignatureException(" ".join(wrong))
    return access_key, Scope(date, region)


def _check_names(names: Sequence[str], request: HttpRequest) -> None:
    """Refuse a signature that leaves out what says where a request goes and what it asks for."""
    present = {name for name, _ in request.headers}
    required = {"host"} | {name for name in present if name.startswith("x-amz-")}
    missing = sorted(required - set(names))
    if missing:
        raise InvalidSignatureException(
            f"{', '.join(map(repr, missing))} must be a 'SignedHeader' in the AWS Authorization."
        )


def _mismatch(canonical: str, text: str) -> str:
    return (
        "The request signature we calculated does not match the signature you provided. Check your "
        "AWS Secret Access Key and signing method. Consult the service documentation for details."
        f"\n\nThe Canonical String for this request should have been\n'{canonical}'"
        f"\n\nThe String-to-Sign should have been\n'{text}'\n"
    )


def _is_timestamp(text: str) -> bool:
    try:
        _moment(text)
    except ValueError:
        return False
    return True


def _moment(text: str) -> float:
    return dt.datetime.strptime(text, sigv4.TIMESTAMP).replace(tzinfo=dt.UTC).timestamp()


def _written(moment: float) -> str:
    return dt.datetime.fromtimestamp(moment, dt.UTC).strftime(sigv4.TIMESTAMP)
