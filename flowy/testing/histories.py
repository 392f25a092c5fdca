"""Recorded histories as tests: each is replayed with today's code."""

import importlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from flowy.determinism.guards import guard
from flowy.errors import HistoryFileError
from flowy.replay.files import SUFFIXES, History, histories
from flowy.replay.judging import Verdict, judge
from flowy.task import scanner
from flowy.task.definition import WorkflowDefinition
from flowy.task.registry import Registry

__all__ = ["SUFFIXES", "HistoryFile", "HistoryItem"]


class PartedError(Exception):
    """Code and history do not agree.

    Args:
        verdict: How.
    """

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = verdict


class HistoryFile(pytest.File):
    """A file with histories.

    Args:
        modules: The modules that hold the workflows.
    """

    def __init__(self, modules: tuple[str, ...], **options: Any) -> None:
        super().__init__(**options)
        self.modules = modules

    def collect(self) -> Iterator["HistoryItem"]:
        """Make a test of each history."""
        if not self.modules:
            raise pytest.UsageError(
                "histories are replayed with the workflows of some modules: name them with "
                "--flowy-workflows or with flowy_workflows in the ini file"
            )
        try:
            found = list(histories(self.path))
        except HistoryFileError as error:
            raise self.CollectError(str(error)) from error
        for history in found:
            yield HistoryItem.from_parent(
                self, name=str(history.execution.workflow_id), history=history
            )


class HistoryItem(pytest.Item):
    """The replay of one history.

    Args:
        history: What is replayed.
    """

    def __init__(self, history: History, **options: Any) -> None:
        super().__init__(**options)
        self.history = history

    def runtest(self) -> None:
        """Replay it.

        Raises:
            PartedError: Code and history do not agree.
        """
        parent = self.getparent(HistoryFile)
        verdict = judge(self.history, _workflows(parent.modules if parent else ()))
        if verdict.status != "ok":
            raise PartedError(verdict)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say where they part; the traceback is only ours."""
        error = excinfo.value
        if not isinstance(error, PartedError):
            return super().repr_failure(excinfo, style)
        verdict = error.verdict
        run = f"{verdict.type}, {verdict.workflow_id} (run {verdict.run_id})"
        return f"{verdict.status}: {run}\n{verdict.message}"

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Say what the test is."""
        return self.path, None, f"replay of {self.history.type}, {self.name}"


@cache
def _workflows(modules: tuple[str, ...]) -> Registry[WorkflowDefinition]:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    registry = scanner.scan_workflows([importlib.import_module(name) for name in modules])
    guard(registry)
    return registry
