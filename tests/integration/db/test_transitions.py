"""A state and what goes along with it change together, or not at all, and the answer says why."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Column,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from flowy.db.sqlite import SqliteDatabase
from flowy.db.transitions import Lifecycle, Outcome, Transitions

LIFE = Lifecycle(
    "job", {"new": (), "busy": ("new",), "done": ("busy", "new"), "failed": ("busy", "failed")}
)
TABLE = Table(
    "jobs",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("state", String),
    Column("owner", String),
    Column("message", JSON),
)
MOVES = Transitions(TABLE, LIFE, key=["id"])
Move = Callable[..., Any]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = create_engine(f"sqlite:///{tmp_path}/jobs.db")
    TABLE.metadata.create_all(made)
    with made.begin() as connection:
        connection.execute(insert(TABLE).values(id="1", state="new", owner="me", message=[]))
    return made


def row(engine: Engine) -> tuple[Any, ...]:
    with engine.begin() as connection:
        return tuple(connection.execute(select(TABLE)).one())


@pytest.mark.parametrize("source", sorted(LIFE.states))
@pytest.mark.parametrize("target", sorted(LIFE.states))
def test_each_pair_of_states_goes_by_the_table(engine: Engine, source: str, target: str) -> None:
    with engine.begin() as connection:
        connection.execute(TABLE.update().values(state=source))
        move = MOVES.move(connection, {"id": "1"}, target, {"message": ["moved"]})
    legal = LIFE.allows(source, target)
    expected = Outcome.MOVED if legal else Outcome.ILLEGAL
    assert move.outcome == (Outcome.UNCHANGED if source == target and not legal else expected)
    assert bool(move) == legal
    assert row(engine) == ("1", target if legal else source, "me", ["moved"] if legal else [])


def test_a_row_that_is_not_there_is_missing(engine: Engine) -> None:
    with Session(engine) as session:
        move = MOVES.move(session, {"id": "2"}, "busy")
    assert (move.outcome, move.state) == (Outcome.MISSING, None)


def test_a_race_is_lost_when_the_state_seen_has_gone(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        assert MOVES.move(session, {"id": "1"}, "busy", seen="new")
        move = MOVES.move(session, {"id": "1"}, "done", seen="new")
    assert (move.outcome, move.state) == (Outcome.LOST, "busy")


def test_a_race_is_lost_when_the_guard_has_gone(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        lost = MOVES.move(session, {"id": "1"}, "busy", {"owner": "you"}, guard={"owner": "you"})
        won = MOVES.move(session, {"id": "1"}, "busy", {"owner": "you"}, guard={"owner": "me"})
    assert (lost.outcome, won.outcome) == (Outcome.LOST, Outcome.MOVED)
    assert row(engine)[1:3] == ("busy", "you")


def test_it_runs_on_sessions_at_driver_level(tmp_path: Path) -> None:
    database = SqliteDatabase(make_url(f"sqlite:///{tmp_path}/jobs.db"))
    TABLE.metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(insert(TABLE).values(id="1", state="new", owner="me", message=[]))
    first = database.write(lambda session: MOVES.move(session, {"id": "1"}, "busy"))
    second = database.write(lambda session: MOVES.move(session, {"id": "1"}, "new"))
    assert (first.outcome, second.outcome) == (Outcome.MOVED, Outcome.ILLEGAL)
    assert database.read(lambda session: MOVES.present(session, {"id": "1"})) == "busy"
    database.close()


def test_states_that_are_not_in_the_table_are_refused(engine: Engine) -> None:
    with Session(engine) as session, pytest.raises(ValueError, match="a job has no state 'gone'"):
        MOVES.move(session, {"id": "1"}, "gone")
    with pytest.raises(ValueError, match=r"without a row of their own: \['new'\]"):
        Lifecycle("job", {"busy": ["new"]})


def _fight(url: str, name: str, answers: Any) -> None:
    engine = create_engine(url, connect_args={"timeout": 60})
    with engine.begin() as connection:
        move = MOVES.move(connection, {"id": "1"}, "busy", {"owner": name})
    answers.put((name, move.outcome.value))


@pytest.mark.slow
def test_of_many_processes_one_wins(engine: Engine) -> None:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    url = engine.url.render_as_string()
    fighters = [
        context.Process(target=_fight, args=(url, f"fighter-{number}", answers))
        for number in range(4)
    ]
    for fighter in fighters:
        fighter.start()
    got = [answers.get(timeout=60) for _ in fighters]
    for fighter in fighters:
        fighter.join()
    winners = [name for name, outcome in got if outcome == "moved"]
    assert len(winners) == 1
    assert row(engine)[2] == winners[0]
    assert {outcome for _, outcome in got} == {"moved", "unchanged"}
