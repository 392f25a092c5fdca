"""Arguments of a workflow, as people write them on a command line."""

from collections.abc import Sequence
from typing import Any

from flowy.errors import PayloadError
from flowy.transport import serializer


def read(texts: Sequence[str], input: str | None = None) -> tuple[list[Any], dict[str, Any]]:
    """Return the positional and the named arguments that a command line gives.

    Args:
        texts: Arguments one by one: JSON values, and what is not JSON stands for itself as a text.
        input: All arguments at once, as the JSON ``[args, kwargs]``, in place of the texts.

    Raises:
        PayloadError: Both ways are used, or the input is not ``[args, kwargs]``.
    """
    if input is None:
        return [_value(text) for text in texts], {}
    if texts:
        raise PayloadError("give the arguments one by one or as one input, not both")
    return serializer.load_arguments(input, "the workflow")


def _value(text: str) -> Any:
    try:
        return serializer.load(text, "an argument")
    except PayloadError:
        return text
