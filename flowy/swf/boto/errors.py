"""The exceptions of a boto3 SWF client: botocore's own, or alike where that is not installed."""

import importlib
from types import SimpleNamespace
from typing import Any

from flowy.protocol.faults import MODELLED


class ClientError(Exception):
    """Stands in for ``botocore.exceptions.ClientError``.

    Args:
        error_response: What the service answered; ``Error`` has ``Code`` and ``Message``.
        operation_name: What was called.
    """

    def __init__(self, error_response: dict[str, Any], operation_name: str) -> None:
        error = error_response.get("Error", {})
        super().__init__(
            f"An error occurred ({error.get('Code', 'Unknown')}) when calling the "
            f"{operation_name} operation: {error.get('Message', 'Unknown')}"
        )
        self.response = error_response
        self.operation_name = operation_name


class ParamValidationError(Exception):
    """Stands in for ``botocore.exceptions.ParamValidationError``.

    Args:
        report: A line for each wrong parameter.
    """

    def __init__(self, *, report: str) -> None:
        super().__init__(f"Parameter validation failed:\n{report}")
        self.kwargs = {"report": report}


def botocore_errors() -> Any:
    """Return the module of botocore's exceptions, or what stands in for it."""
    try:
        return importlib.import_module("botocore.exceptions")
    except ImportError:
        return SimpleNamespace(ClientError=ClientError, ParamValidationError=ParamValidationError)


class ClientExceptions:
    """The ``exceptions`` of a client: one class a modelled fault, and ``ClientError`` for the rest.

    Args:
        client_error: The class that all of them derive from.
    """

    def __init__(self, client_error: type[Exception]) -> None:
        self.ClientError = client_error
        self._by_code = {
            cls.__name__: type(cls.__name__, (client_error,), {"__doc__": cls.__doc__})
            for cls in MODELLED
        }

    def from_code(self, error_code: str) -> type[Exception]:
        """Return the class of a fault's code; ``ClientError`` when the code is not modelled."""
        return self._by_code.get(error_code, self.ClientError)

    def __getattr__(self, name: str) -> type[Exception]:
        by_code: dict[str, type[Exception]] = self.__dict__.get("_by_code", {})
        found = by_code.get(name)
        if found is None:
            known = ", ".join(by_code)
            raise AttributeError(
                f"{self} object has no attribute {name}. Valid exceptions are: {known}"
            )
        return found
