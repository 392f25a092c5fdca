"""What is carried behind an input for those who trace: a trace context as white space.

SWF has no headers. Yet the input of a task is JSON nearly always, and behind JSON white space means
nothing to any reader of it: workers of other languages, older ones, and whoever compares inputs as
JSON need not know. So 25 bytes of W3C's ``traceparent`` (trace id, parent id, flags) stand behind
the input, as a line break and 200 characters, a tab for a one and a blank for a zero.

Inputs that are no JSON, and those that would get too long for their field, carry nothing.
"""

import re

LENGTH = 201
"""Characters that it takes."""

_BITS = 200
_PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_TAIL = re.compile(rf"\n([ \t]{{{_BITS}}})\Z")
_TO_SPACE = str.maketrans("01", " \t")
_TO_BITS = str.maketrans(" \t", "01")
_CLOSERS = {"[": "]", "{": "}"}


def attach(text: str, traceparent: str | None, limit: int) -> str:
    """Return an input with a trace context behind it, where it can carry one.

    Args:
        text: The input as it travels.
        traceparent: The trace context as W3C writes it; None is none.
        limit: Characters that the field takes.
    """
    found = _PARENT.fullmatch(traceparent or "")
    closes = _CLOSERS.get(text[:1])
    if found is None or closes is None or text[-1:] != closes or len(text) + LENGTH > limit:
        return text
    bits = f"{int(''.join(found.groups()), 16):0{_BITS}b}"
    return f"{text}\n{bits.translate(_TO_SPACE)}"


def read(text: str | None) -> str | None:
    """Return the trace context behind an input; None when there is none."""
    found = None if text is None else _TAIL.search(text, max(0, len(text) - LENGTH))
    if found is None:
        return None
    digits = f"{int(found[1].translate(_TO_BITS), 2):050x}"
    return f"00-{digits[:32]}-{digits[32:48]}-{digits[48:]}"


def without(text: str) -> str:
    """Return an input without what it carries."""
    return text[:-LENGTH] if _TAIL.search(text, max(0, len(text) - LENGTH)) else text
