"""Signs the requests of `flowy.swf.http.HttpClient` with AWS Signature Version 4."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from flowy.clock import Clock, SystemClock
from flowy.protocol import sigv4
from flowy.protocol.sigv4 import Scope, Signed

REGION = "us-east-1"
"""The region of a signature where the environment names none; a flowy server takes any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """A pair of keys.

    Args:
        access_key: Names the pair.
        secret_key: What is signed with; it is never sent.
        token: Goes with temporary keys.
    """

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


class Signer:
    """Gives the headers that sign a ``POST``; the derived key is kept for its day.

    Args:
        credentials: Whose signature it is.
        region: The region that the keys are used for.
        path: The path that is posted to.
        clock: Tells the moment of each signature.
    """

    def __init__(
        self,
        credentials: Credentials,
        region: str = REGION,
        path: str = "/",
        clock: Clock | None = None,
    ) -> None:
        self._credentials = credentials
        self._region = region
        self._path = path
        self._clock = clock or SystemClock()
        self._kept: tuple[Scope, bytes] | None = None

    def __call__(self, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
        """Return the headers to add to a request that has these headers and this body."""
        moment = dt.datetime.fromtimestamp(self._clock.now(), dt.UTC)
        timestamp = moment.strftime(sigv4.TIMESTAMP)
        added = {"X-Amz-Date": timestamp}
        if self._credentials.token is not None:
            added["X-Amz-Security-Token"] = self._credentials.token
        signed = {**headers, **added}
        request = Signed(path=self._path, headers=tuple(signed.items()), body=body)
        scope, key = self._key(timestamp[:8])
        text = sigv4.string_to_sign(timestamp, scope, request.canonical())
        added["Authorization"] = sigv4.authorization(
            self._credentials.access_key, scope, signed, sigv4.signature(key, text)
        )
        return added

    def _key(self, date: str) -> tuple[Scope, bytes]:
        kept = self._kept
        if kept is None or kept[0].date != date:
            scope = Scope(date, self._region)
            kept = self._kept = scope, sigv4.signing_key(self._credentials.secret_key, scope)
        return kept


def credentials_of_environment(environment: Mapping[str, str]) -> Credentials | None:
    """Return the keys that the AWS variables of an environment hold, or None."""
    access_key = environment.get("AWS_ACCESS_KEY_ID")
    secret_key = environment.get("AWS_SECRET_ACCESS_KEY")
    if not access_key or not secret_key:
        return None
    token = environment.get("AWS_SESSION_TOKEN") or None
    return Credentials(access_key=access_key, secret_key=secret_key, token=token)


def region_of_environment(environment: Mapping[str, str]) -> str:
    """Return the region that the AWS variables of an environment name, or the default."""
    return environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or REGION
