"""One thing that was found, and the comments that say to leave it be."""

import re
from typing import NamedTuple

from flowy.determinism.rules import Rule

_IGNORE = re.compile(r"#\s*flowy:\s*ignore(?:\[(?P<codes>[^\]]*)\])?")


class Finding(NamedTuple):
    """A line of workflow code that breaks a rule.

    Args:
        path: The file, as it was asked for.
        line: Counted from 1.
        column: Counted from 1.
        code: The rule's.
        message: What was found, why it is wrong, what to use.
        function: Whose line it is.
        reached_from: The workflow's method that calls that function, when it is none itself.
        last_line: Where the statement ends.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    function: str
    reached_from: str | None
    last_line: int


def message(what: str, rule: Rule, instead: str | None = None) -> str:
    """Return what a finding says."""
    return f"{rule.name}: {what}; {rule.why}: use {instead or rule.instead}"


def is_ignored(finding: Finding, lines: list[str]) -> bool:
    """Tell whether a comment on one of the statement's lines says to leave a finding be."""
    for line in lines[finding.line - 1 : finding.last_line]:
        found = _IGNORE.search(line)
        if found is None:
            continue
        codes = found["codes"]
        if codes is None or finding.code in re.split(r"[,\s]+", codes):
            return True
    return False
