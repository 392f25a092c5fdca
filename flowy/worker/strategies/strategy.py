"""The port: how an activity's `run` is carried out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol


class Strategy(Protocol):
    """Runs one activity at a time for one poller."""

    def run(self, code: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Run the code to its end and return its value; what it raises comes through."""
        ...

    def close(self) -> None:
        """Give back threads, processes and loops, in the poller's thread."""
        ...
