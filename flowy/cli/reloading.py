"""Whether the code of modules has changed: the times of their files, compared."""

import importlib.util
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path


class Changes:
    """Watches the Python files that belong to modules.

    A module in a package stands for the whole package, and one in a folder of its own for the
    modules beside it.

    Args:
        modules: Dotted names.
    """

    def __init__(self, modules: Iterable[str]) -> None:
        self.folders = frozenset(folder for name in modules for folder in _folders(name))
        self._seen = self._look()

    def changed(self) -> bool:
        """Tell whether something has changed since this was asked last."""
        before, self._seen = self._seen, self._look()
        return before != self._seen

    def _look(self) -> dict[Path, int]:
        seen = {}
        for path in self._files():
            try:
                seen[path] = path.stat().st_mtime_ns
            except FileNotFoundError:  # an editor replaces files
                continue
        return seen

    def _files(self) -> Iterator[Path]:
        for folder, is_package in self.folders:
            yield from folder.rglob("*.py") if is_package else folder.glob("*.py")


def _folders(name: str) -> Iterator[tuple[Path, bool]]:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    top = name.partition(".")[0]
    spec = importlib.util.find_spec(top)
    if spec is None:
        return
    if spec.submodule_search_locations is not None:
        yield from ((Path(place), True) for place in spec.submodule_search_locations)
    elif spec.origin is not None:
        yield Path(spec.origin).parent, False
