"""No query of the hot path reads more than it needs, however full the database is."""

import pytest

from flowy.db.open import open_database
from flowy.db.row_text import delete_text, update_text
from flowy.db.sqlite import _dialect
from flowy.db.statement import Statement
from flowy.service.store import domains, events, executions, retention, tasks, types, visibility
from flowy.service.store.schema import SCHEMA
from flowy.service.store.visibility import Filter

HOT = {
    "domain by name": domains.FIND,
    "type by name": types.FIND,
    "events forward": events.FORWARD,
    "events backward": events.BACKWARD,
    "last event": events.LAST,
    "execution": executions.HEADER,
    "open run": executions.OPEN,
    "run": executions.RUN,
    "due": executions.DUE,
    "next due": executions.NEXT_DUE,
    "next task": tasks.FIRST,
    "tasks on a list": tasks.COUNT,
    "expired": retention.CLOSED_BEFORE,
}


BY_KEY = {
    f"{what}, {count}": text
    for count in (1, 2, 32)
    for what, text in {
        "take tasks off": delete_text(tasks.ROWS, count),
        "move executions on": update_text(executions.ROWS, ("next_due", "version"), count),
    }.items()
}


def plan(statement: Statement) -> list[str]:
    sql = statement.sql(_dialect)
    names = {name.strip(":,)") for name in sql.split() if name.lstrip("(").startswith(":")}
    return _plan(sql, {name.strip("(:"): 1 for name in names})


def _plan(sql: str, parameters: object) -> list[str]:
    database = open_database("sqlite://", SCHEMA)
    raw = database._session._raw
    rows = raw.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
    database.close()
    return [row[3] for row in rows]


def reads_little(steps: list[str]) -> bool:
    searched = [
        step for step in steps if step.startswith("SEARCH") or "USING COVERING INDEX" in step
    ]
    return bool(searched) and not any("TEMP B-TREE" in step for step in steps)


@pytest.mark.parametrize("name", HOT)
def test_a_hot_query_searches_an_index(name: str):
    steps = plan(HOT[name])
    assert reads_little(steps), steps


@pytest.mark.parametrize("name", BY_KEY)
def test_a_row_that_is_written_is_found_by_its_key(name: str):
    text = BY_KEY[name]
    steps = _plan(text, [1] * text.count("?"))
    assert reads_little(steps), steps
    assert not {"SCAN tasks", "SCAN executions"} & set(steps), steps


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
@pytest.mark.parametrize("follows", [True, False])
def test_a_list_of_executions_follows_an_index(is_open: bool, reverse: bool, follows: bool):
    wanted = Filter(
        domain=1, is_open=is_open, time="started_at" if is_open else "closed_at", oldest=0.0
    )
    statement = visibility._page_statement(
        visibility._shape(wanted), starts=not follows, reverse=reverse
    )
    steps = plan(statement)
    assert reads_little(steps), steps


def test_a_query_without_an_index_would_be_noticed():
    assert not reads_little(["SCAN executions", "USE TEMP B-TREE FOR ORDER BY"])
