"""A client with the methods, arguments, answers and exceptions of ``boto3.client("swf")``.

It speaks to whatever an ``SwfClient`` speaks to, such as the service in this process. Its methods
are made of the protocol's table of operations.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from flowy.errors import Fault, FlowyError
from flowy.protocol.client import SwfClient
from flowy.protocol.faults import MODELLED, InternalFailure, status
from flowy.protocol.operations import OPERATIONS
from flowy.protocol.polls import EMPTY
from flowy.protocol.request import Request
from flowy.protocol.validation import decode
from flowy.protocol.wire import CONTENT_TYPE
from flowy.swf.boto import parameters
from flowy.swf.boto.errors import ClientExceptions, botocore_errors
from flowy.swf.boto.paging import RESULTS, Paginator
from flowy.swf.methods import METHODS, method_name

REGION = "us-east-1"

_OK = 200


@dataclass(frozen=True, slots=True)
class ServiceModel:
    """Which service a client is for."""

    service_name: str = "swf"


@dataclass(frozen=True, kw_only=True, slots=True)
class Meta:
    """What a client says about itself.

    Args:
        region_name: The region that it was made for.
        method_to_api_mapping: Operation names by method name.
        service_model: Which service it is.
    """

    region_name: str
    method_to_api_mapping: Mapping[str, str]
    service_model: ServiceModel = ServiceModel()


class BotoClient:
    """An SWF with the face of ``boto3.client("swf")``: ``client.list_domains(...)`` and so on.

    Methods take keyword arguments in camelCase and answer with dicts; times are aware
    ``datetime`` values. A refusal raises ``client.exceptions.X``, which is a
    ``botocore.exceptions.ClientError`` where botocore is installed; a wrong argument a
    ``ParamValidationError``.

    Args:
        client: Carries out the calls.
        region_name: What ``meta.region_name`` says.

    Attributes:
        swf_client: What carries out the calls.
        meta: What the client says about itself.
        exceptions: The classes of the refusals, by name.
    """

    def __init__(self, client: SwfClient, region_name: str = REGION) -> None:
        errors = botocore_errors()
        self.swf_client = client
        self.meta = Meta(
            region_name=region_name,
            method_to_api_mapping={METHODS[cls]: name for name, cls in OPERATIONS.items()},
        )
        self.exceptions = ClientExceptions(errors.ClientError)
        self._param_validation_error = errors.ParamValidationError

    @property
    def waiter_names(self) -> list[str]:
        """The waiters that SWF has: none."""
        return []

    def can_paginate(self, operation_name: str) -> bool:
        """Tell whether an operation, given by its method's name, answers in pages."""
        return operation_name in RESULTS

    def get_paginator(self, operation_name: str) -> Paginator:
        """Return what walks through the pages of an operation, given by its method's name.

        Raises:
            ValueError: It does not answer in pages.
        """
        if not self.can_paginate(operation_name):
            known = ", ".join(RESULTS)
            raise ValueError(f"{operation_name} has no pages; those that have: {known}")
        return Paginator(operation_name, getattr(self, operation_name))

    def close(self) -> None:
        """Close what carries out the calls."""
        self.swf_client.close()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]: ...

    def _call(self, request_class: type[Request[Any]], given: Mapping[str, Any]) -> dict[str, Any]:
        wrong = parameters.report(request_class, given)
        if wrong:
            raise self._param_validation_error(report=wrong)
        moments = parameters.with_timestamps(request_class, given)
        try:
            request = decode(request_class, json.dumps(parameters.body(moments)).encode())
            answer = self.swf_client.call(request)
        except Fault as fault:
            raise self._refusal(request_class, fault) from fault
        except FlowyError as error:
            raise self._refusal(request_class, InternalFailure(str(error))) from error
        members = _members(answer)
        if request_class in EMPTY and not members.get("taskToken"):
            members = _NO_TASK[request_class]
        return {**members, "ResponseMetadata": _metadata(_OK)}

    def _refusal(self, request_class: type[Request[Any]], fault: Fault) -> Exception:
        code = type(fault).__name__
        response: dict[str, Any] = {
            "Error": {"Message": fault.message, "Code": code},
            "ResponseMetadata": _metadata(status(fault)),
        }
        if isinstance(fault, MODELLED):
            response["message"] = fault.message
        make: Any = self.exceptions.from_code(code)
        error: Exception = make(response, request_class.__name__)
        return error


def _members(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = {} if answer is None else _plain(msgspec.to_builtins(answer))
    return found


def _plain(value: Any) -> Any:
    """Bring an answer into the types of boto3; every fraction in the protocol is a timestamp."""
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(member) for member in value]
    if isinstance(value, float):
        return dt.datetime.fromtimestamp(value, dt.UTC).astimezone()
    return value


def _metadata(code: int) -> dict[str, Any]:
    request_id = str(uuid.uuid4())
    return {
        "RequestId": request_id,
        "HTTPStatusCode": code,
        "HTTPHeaders": {"x-amzn-requestid": request_id, "content-type": CONTENT_TYPE},
        "RetryAttempts": 0,
    }


_NO_TASK: dict[type[Request[Any]], dict[str, Any]] = {
    OPERATIONS["PollForActivityTask"]: {"taskToken": "", "startedEventId": 0},
    OPERATIONS["PollForDecisionTask"]: {
        "taskToken": "",
        "startedEventId": 0,
        "previousStartedEventId": 0,
    },
}
"""What boto3 reads out of the answer to a poll that found no task."""


def _method(operation: str, request_class: type[Request[Any]]) -> Callable[..., dict[str, Any]]:
    name = method_name(operation)

    def call(self: BotoClient, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if args:
            raise TypeError(f"{name}() only accepts keyword arguments.")
        return self._call(request_class, kwargs)

    call.__name__ = name
    call.__qualname__ = f"{BotoClient.__name__}.{name}"
    call.__doc__ = request_class.__doc__
    return call


for _operation, _request_class in OPERATIONS.items():
    setattr(BotoClient, method_name(_operation), _method(_operation, _request_class))
