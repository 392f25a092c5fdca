"""Record golden histories: ``python -m tests.histories.record [--again]``."""

import contextlib
import importlib
import sys
from pathlib import Path

from flowy.errors import FlowyError
from flowy.protocol.executions import ExecutionTimeFilter
from flowy.protocol.requests.visibility import (
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)
from flowy.replay.files import History, saved
from flowy.testing import Environment
from tests.histories.golden import GOLDEN, Golden

HERE = Path(__file__).parent
ALWAYS = ExecutionTimeFilter(oldest_date=0.0)


def record(folder: Path, golden: Golden, *, again: bool = False) -> list[Path]:
    """Play the executions that have no file, and write their histories and their children's."""
    folder.mkdir(exist_ok=True)
    written = []
    for name, arguments in golden.executions.items():
        if again or not list(folder.glob(f"{name}-*.json")):
            with _environment(golden) as environment:
                execution = environment.start(name, *arguments)
                golden.then.get(name, lambda *_: None)(environment, execution)
                with contextlib.suppress(FlowyError):  # a failure is an outcome too
                    environment.result(execution)
                written += _write(folder, name, environment)
    return written


def _environment(golden):
    modules = [importlib.import_module(name) for name in (golden.module, *golden.beside)]
    return Environment(*modules, activities=golden.activities or None)


def _write(folder, name, environment):
    for history in _histories(environment):
        number = 1 + len(list(folder.glob(f"{name}-*.json")))
        file = folder / f"{name}-{number}.json"
        file.write_bytes(_anywhere(saved(history)))
        yield file


def _anywhere(text):
    """Take out of tracebacks where this was."""
    for place in (HERE.parents[1], sys.prefix, sys.base_prefix):
        text = text.replace(f"{place}/".encode(), b"")
    return text


def _histories(environment):
    for ask in (ListClosedWorkflowExecutions, ListOpenWorkflowExecutions):
        page = environment.client.call(ask(domain=environment.domain, start_time_filter=ALWAYS))
        for info in page.execution_infos:
            yield History(
                source="",
                execution=info.execution,
                type=info.workflow_type,
                events=tuple(environment.history(info.execution)),
            )


if __name__ == "__main__":
    for each, its in GOLDEN.items():
        for path in record(HERE / each, its, again="--again" in sys.argv):
            print(path)  # noqa: T201
