"""Texts that no compression makes much shorter, the same in every run."""

import base64
import random


def noise(characters: int, seed: int = 0) -> str:
    """Return a text of base64 characters."""
    data = random.Random(seed).randbytes(characters * 3 // 4 + 3)
    return base64.b64encode(data).decode()[:characters]
