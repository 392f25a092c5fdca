"""Which code is the user's: all but the standard library, installed packages and Flowy itself.

A package that is served is the user's also where it is installed.
"""

import site
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path
from types import FrameType, ModuleType

_GENERATED = ("<frozen", "<string>", "<attrs", "<__array_function__")
_served: set[str] = set()


def _installed() -> tuple[str, ...]:
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths.update(site.getsitepackages())
    paths.add(site.getusersitepackages())
    paths.add(str(Path(__file__).parents[1]))
    return tuple(f"{path}/" for path in paths if path)


_INSTALLED = _installed()


def serve(module: ModuleType) -> None:
    """Take the package that a module belongs to for the user's, wherever it is installed."""
    top = sys.modules.get(module.__name__.partition(".")[0], module)
    file = getattr(top, "__file__", None) or getattr(module, "__file__", None)
    if file is None or top.__name__ == "flowy":
        return
    root = f"{Path(file).parent}/" if hasattr(top, "__path__") else file
    if root not in _served:
        _served.add(root)
        is_users_file.cache_clear()


@lru_cache(maxsize=4_096)
def is_users_file(name: str) -> bool:
    """Tell whether a file is of the user's code."""
    if name.startswith(tuple(_served)):
        return True
    return not name.startswith((*_INSTALLED, *_GENERATED))


def is_users(frame: FrameType) -> bool:
    """Tell whether a frame is of the user's code, and not the body of a module being imported."""
    return is_users_file(frame.f_code.co_filename) and frame.f_code.co_name != "<module>"
