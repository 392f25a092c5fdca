"""Amazon SWF: typed calls on any boto3 SWF client."""

import datetime as dt
from types import ModuleType
from typing import Any, TypeVar, cast

import msgspec

from flowy.errors import Fault, FlowyError, ServiceUnavailable
from flowy.protocol import wire
from flowy.protocol.faults import (
    AccessDeniedException,
    UnknownOperationException,
    ValidationException,
    fault,
)
from flowy.protocol.polls import EMPTY, waits
from flowy.protocol.request import Request
from flowy.swf.methods import METHODS

Answer = TypeVar("Answer")

_POLL_TIMEOUT = 70
_SERVER_ERROR = 500


def amazon(region: str | None = None) -> "Boto3Client":
    """Make a client of Amazon SWF from the environment's AWS settings.

    Args:
        region: Such as ``eu-west-1``; by default the one that the AWS settings name.

    Raises:
        FlowyError: boto3 is not installed, or the AWS settings name no region.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise FlowyError(
            "Amazon SWF needs boto3, which is not installed: pip install flowy[aws]"
        ) from error
    # Requests are typed, so botocore need not look at every member again.
    config = Config(read_timeout=_POLL_TIMEOUT, parameter_validation=False, max_pool_connections=50)
    try:
        return Boto3Client(boto3.client("swf", region_name=region, config=config))
    except BotoCoreError as error:
        raise FlowyError(f"no client of Amazon SWF can be made: {error}") from error


class Boto3Client:
    """An SwfClient on a boto3 SWF client.

    Args:
        client: What ``boto3.client("swf")`` gives. Its ``read_timeout`` must be over 60 seconds,
            as for every SWF client.
    """

    most_decisions = 100
    """Decisions of one answer. Amazon names no limit; its own framework for Java keeps to this."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._errors = _botocore_errors()
        self._interrupted = False
        self._owns_client = True

    def call(self, request: Request[Answer]) -> Answer:
        """Carry out one operation; see `flowy.protocol.client.SwfClient`."""
        if self._interrupted and waits(request):
            return cast(Answer, EMPTY[type(request)])
        method = METHODS.get(type(request))
        if method is None:
            raise UnknownOperationException(f"Amazon SWF has no operation {type(request).__name__}")
        try:
            parsed = getattr(self._client, method)(**msgspec.to_builtins(request))
        except self._errors.ClientError as error:
            raise _refused(type(request).__name__, error.response) from error
        except self._errors.BotoCoreError as error:
            raise self._not_sent(type(request).__name__, error) from error
        members = _plain(parsed)
        members.pop("ResponseMetadata", None)
        try:
            return wire.convert_answer(type(request), members)
        except msgspec.ValidationError as error:
            name = type(request).__name__
            raise ServiceUnavailable(f"the answer to {name} cannot be read: {error}") from error

    def interrupt(self) -> None:
        """Let no poll start from now on.

        One that waits already ends by itself within 60 seconds: boto3 has no way to take it back
        without losing a task that it may just have got.
        """
        self._interrupted = True

    def close(self) -> None:
        """Close the boto3 client's connections."""
        self._interrupted = True
        if self._owns_client:
            self._client.close()

    def another(self) -> "Boto3Client":
        """Make a client on the same boto3 client whose polls are not interrupted with this one's.

        Closing it leaves the boto3 client open.
        """
        made = Boto3Client(self._client)
        made._owns_client = False
        return made

    def _not_sent(self, name: str, error: Exception) -> FlowyError:
        errors = self._errors
        if isinstance(error, errors.ParamValidationError):
            return ValidationException(str(error))
        if isinstance(error, errors.NoCredentialsError | errors.PartialCredentialsError):
            return AccessDeniedException(f"{name} was not sent: {error}")
        return ServiceUnavailable(f"no answer to {name}: {type(error).__name__} {error}")


def _botocore_errors() -> ModuleType:
    from botocore import exceptions

    return exceptions


def _refused(name: str, response: Any) -> Fault | ServiceUnavailable:
    error = response.get("Error", {})
    code, message = str(error.get("Code", "Fault")), str(error.get("Message", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= _SERVER_ERROR:
        return ServiceUnavailable(f"{name} was answered with {status} {code}: {message}")
    return fault(code, message)


def _plain(value: Any) -> Any:
    """Turn the timestamps of a parsed answer into seconds since the epoch."""
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value.timestamp() if isinstance(value, dt.datetime) else value
