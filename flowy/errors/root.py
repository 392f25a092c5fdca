"""What all errors of Flowy have in common."""

import copyreg
from typing import Any


class FlowyError(Exception):
    """Anything that Flowy raises for its callers to handle."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Without __init__, whose arguments are often others than ``args``.
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]
