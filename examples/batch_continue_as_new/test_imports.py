"""Runs the example."""

import sqlite3
from contextlib import closing

import pytest

from examples.batch_continue_as_new import imports
from flowy.protocol.events.workflow import WorkflowExecutionContinuedAsNew
from flowy.testing import Environment

ROWS = list(range(105))
SIZE = 2


@pytest.fixture
def loaded():
    return []


@pytest.fixture
def environment(loaded):
    def list_page(table, cursor):
        assert table == "customers"
        following = cursor + SIZE
        return {
            "rows": ROWS[cursor:following],
            "next": following if following < len(ROWS) else None,
        }

    fakes = {imports.ListPage: list_page, imports.Load: loaded.append}
    with Environment(imports, activities=fakes) as made:
        yield made


def runs(environment, execution):
    """Return how many events each run of an execution has."""
    events = environment.history(execution)
    if not isinstance(events[-1], WorkflowExecutionContinuedAsNew):
        return [len(events)]
    run_id = events[-1].attributes.new_execution_run_id
    following = type(execution)(workflow_id=execution.workflow_id, run_id=run_id)
    return [len(events), *runs(environment, following)]


def test_every_row_is_loaded_once_in_several_runs(environment, loaded):
    execution = environment.start(imports.ImportTable, "customers")
    assert environment.result(execution) == 105
    assert sorted(loaded) == ROWS
    found = runs(environment, execution)
    assert len(found) > 2
    assert max(found) < imports.ImportTable.restart_events + 50


def test_a_signal_holds_it_also_between_two_runs(environment):
    before = environment.now()
    execution = environment.start(imports.ImportTable, "customers")
    environment.signal(execution, "pause", 3_600)
    environment.result(execution)
    assert environment.now() - before == pytest.approx(3_600, abs=1)


def test_a_table_is_imported_into_its_database(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [f"{number},name {number}" for number in range(2 * imports.PAGE + 5)]
    (tmp_path / "customers.csv").write_text("\n".join(["id,name", *lines]), "utf-8")
    with Environment(imports) as environment:
        assert environment.run(imports.ImportTable, "customers") == len(lines)
    with closing(sqlite3.connect("customers.db")) as database:
        assert database.execute("SELECT count(*) FROM rows").fetchone() == (len(lines),)
