"""Output files that a workflow declares: only they are kept of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowy.errors import InvalidTemplateError

_NAMES = ("source", "key", "title", "caption", "format", "widget")


@dataclass(frozen=True, slots=True)
class WorkflowOutputFile:
    """A file that a run of a workflow is to give.

    Args:
        source: Where the run leaves it.
        title: What people call it.
        key: What it is known by; the source by default.
        caption: What is written below it.
        format: How it is shown.
        widget: What shows it.
    """

    source: str
    title: str | None = None
    key: str | None = None
    caption: str | None = None
    format: Mapping[str, Any] | None = None
    widget: str | None = None

    def __post_init__(self) -> None:
        if self.key is None:
            object.__setattr__(self, "key", self.source)

    @classmethod
    def from_dict(cls, doc: Mapping[str, Any], validate: bool = True) -> "WorkflowOutputFile":
        """Make it from JSON.

        Raises:
            InvalidTemplateError: There is no source, or something unknown.
        """
        unknown = doc.keys() - set(_NAMES) if validate else set()
        if "source" not in doc or unknown:
            raise InvalidTemplateError(
                f"an output file has a 'source' and of {list(_NAMES)} what it needs, not {doc!r}"
            )
        return cls(**{name: doc[name] for name in _NAMES if name in doc})

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        values = {name: getattr(self, name) for name in _NAMES}
        return {name: value for name, value in values.items() if value is not None}
