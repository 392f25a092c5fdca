"""A declaration, an argument or a registration is wrong: change the code."""

from flowy.errors.root import FlowyError


class DefinitionError(FlowyError, ValueError):
    """A decorator, a proxy or an option got a value that can never work."""


class RegistrationError(FlowyError):
    """Types that the service knows differ from what the code declares.

    Args:
        differences: One line a differing field: type, field, ours, theirs.
    """

    def __init__(self, differences: list[str]) -> None:
        super().__init__("\n".join(differences))
        self.differences = differences
