"""For tests: boto3 clients and workflows on a service in memory, with a clock that is moved.

Each name is imported when it is first used: the pytest plugin is in this package, and it must cost
next to nothing where it is not used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowy.testing.aws import Swf, swf
    from flowy.testing.environment import Environment
    from flowy.testing.once import run

__all__ = ["Environment", "Swf", "run", "swf"]

_PLACES = {
    "Environment": "flowy.testing.environment",
    "Swf": "flowy.testing.aws",
    "run": "flowy.testing.once",
    "swf": "flowy.testing.aws",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _PLACES:
        raise AttributeError(f"module 'flowy.testing' has no name {name!r}")
    return getattr(import_module(_PLACES[name]), name)
