"""`flowy check`: find in workflow code what a replay cannot repeat."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from flowy.check.checking import Report, check
from flowy.check.finding import Finding
from flowy.errors import DefinitionError


@click.command("check")
@click.argument("targets", metavar="PATH|MODULE...", nargs=-1, required=True)
@click.option("--select", metavar="CODES", multiple=True, help="Only these rules: FLW1,FLW203.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Not these rules.")
@click.option("--json", "shape", flag_value="json", help="Print JSON, for machines.")
@click.option("--github", "shape", flag_value="github", help="Print GitHub's annotations.")
def check_(
    targets: tuple[str, ...], select: tuple[str, ...], ignore: tuple[str, ...], shape: str | None
) -> None:
    """Check the workflow code in files, folders and modules, without running it.

    The exit status is 1 when something was found, and 2 when a file could not be read. A comment
    `# flowy: ignore[FLW101]` on a line leaves it be.
    """
    sys.path.insert(0, str(Path.cwd()))
    try:
        report = check(targets, _codes(select), _codes(ignore))
    except DefinitionError as error:
        raise click.UsageError(str(error)) from error
    _PRINTERS[shape or "text"](report)
    for line in report.unread:
        click.echo(f"cannot be read: {line}", err=True)
    sys.exit(2 if report.unread else 1 if report.findings else 0)


def _codes(options: tuple[str, ...]) -> list[str]:
    return [code for option in options for code in option.replace(",", " ").split()]


def _text(report: Report) -> None:
    for finding in report.findings:
        place = f"{_shown(finding)}:{finding.line}:{finding.column}"
        click.echo(f"{place}: {finding.code} {finding.message}{_where(finding)}")
    found = len(report.findings)
    click.echo(f"functions of workflows checked: {report.functions}, findings: {found}", err=True)


def _github(report: Report) -> None:
    for finding in report.findings:
        text = f"{finding.message}{_where(finding)}".replace("%", "%25").replace("\n", "%0A")
        click.echo(
            f"::error file={_shown(finding)},line={finding.line},col={finding.column},"
            f"title={finding.code}::{text}"
        )


def _json(report: Report) -> None:
    rows = [finding._asdict() | {"path": _shown(finding)} for finding in report.findings]
    click.echo(msgspec.json.encode({"findings": rows, "functions": report.functions}))


def _shown(finding: Finding) -> str:
    path = Path(finding.path)
    return os.path.relpath(path) if path.is_absolute() else finding.path


def _where(finding: Finding) -> str:
    caller = f", called by {finding.reached_from}" if finding.reached_from else ""
    return f" (in {finding.function}{caller})"


_PRINTERS: dict[str, Callable[[Report], None]] = {"github": _github, "json": _json, "text": _text}
