"""The names that boto3 gives SWF's operations."""

import re
from typing import Any

from flowy.protocol.operations import OPERATIONS
from flowy.protocol.request import Request


def method_name(operation: str) -> str:
    """Return the name of the method that carries out an operation."""
    return re.sub("(?<=[a-z])([A-Z])", r"_\1", operation).lower()


METHODS: dict[type[Request[Any]], str] = {
    cls: method_name(name) for name, cls in OPERATIONS.items()
}
