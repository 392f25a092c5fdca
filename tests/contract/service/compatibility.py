"""Writes ``docs/reference/compatibility.md`` from the protocol and the table of moto's differences.

``python -m tests.contract.service.compatibility`` writes the page; a test compares it.
"""

from pathlib import Path

from flowy.protocol.decisions import DECISION_CLASSES
from flowy.protocol.operations import OPERATIONS
from tests.contract.service.moto_differences import CHANCE, DIFFERENCES, Difference

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "compatibility.md"

HEAD = """# Compatibility

What this service and [moto](https://docs.getmoto.org) have of Amazon SWF (API version 2012-01-25).
Every line is what the contract suite found: the same cases, written against boto3, run in process,
over HTTP on SQLite, over HTTP on PostgreSQL, and against a moto server. A number points to
[where moto differs](#where-moto-differs).
"""
TAIL = """## What nobody has outside Amazon

- IAM: nothing is ever refused with `OPERATION_NOT_PERMITTED`, so `RecordMarkerFailed` never
  happens. Signatures are checked when the server has keys.
- Throttling of decisions: none fails with a `..._RATE_EXCEEDED` cause. Calls are throttled where
  the server is told to; see [quotas](quotas.md).
- AWS Lambda itself: functions are Python callables that the service is given; see
  [operations](operations/lambdas.md).
"""


def render() -> str:
    """Return the whole page."""
    parts = [
        HEAD,
        _table("Operations", sorted(OPERATIONS)),
        _table("Decisions", sorted(cls.__name__ for cls in DECISION_CLASSES)),
        _differences(),
        TAIL,
    ]
    return "\n".join(parts)


def _table(title: str, names: list[str]) -> str:
    rows = [f"| `{name}` | yes | yes | {_on_moto(name)} |" for name in names]
    head = [f"## {title}", "", f"| {title.rstrip('s').lower()} | SWF | this service | moto |"]
    return "\n".join([*head, "|---|---|---|---|", *rows, ""])


def _on_moto(name: str) -> str:
    touching = [
        (number, difference)
        for number, difference in enumerate(DIFFERENCES, 1)
        if name in difference.touches
    ]
    numbers = ", ".join(str(number) for number, _ in touching)
    if any(_is_missing(difference, name) for _, difference in touching):
        return f"no ({numbers})"
    return f"partly ({numbers})" if touching else "yes"


def _is_missing(difference: Difference, name: str) -> bool:
    return name in difference.missing


def _differences() -> str:
    lines = ["## Where moto differs", ""]
    for number, difference in enumerate(DIFFERENCES, 1):
        cases = len(difference.cases)
        shown = "1 case shows it" if cases == 1 else f"{cases} cases show it"
        lines.append(f"{number}. {difference.reason} ({shown}.)")
    lines += [
        "",
        f"{len(CHANCE)} more cases, about polls that wait, moto passes only by chance.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
