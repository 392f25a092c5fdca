"""What a change asks of the database, and what it hands back without asking again."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from flowy.catalog.base import GroupObject, RunObject
from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.catalog.workflow import state as st
from flowy.errors import UnknownRunError
from flowy.volume.base import StorageVolume
from tests.integration.catalog.conftest import Catalogue


@contextmanager
def asked(catalogue: Catalogue) -> Iterator[list[str]]:
    """Collect the first words of the statements of a block, and its commits."""
    words: list[str] = []
    engine = catalogue.session.get_bind()

    def statement(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        words.append(text.split()[0])

    def commit(_connection: object) -> None:
        words.append("COMMIT")

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    yield words
    event.remove(engine, "before_cursor_execute", statement)
    event.remove(engine, "commit", commit)


def test_an_update_is_one_conditional_statement_and_one_commit(catalogue: Catalogue) -> None:
    run_id = catalogue.create().run_id
    with asked(catalogue) as start:
        catalogue.runs.update_run(run_id, st.StateRunning())
    with asked(catalogue) as stop:
        catalogue.runs.update_run(run_id, st.StateError(messages=["it broke"]))
    assert start == ["SELECT", "UPDATE", "COMMIT"]
    assert stop == ["SELECT", "UPDATE", "DELETE", "INSERT", "COMMIT"]


def test_a_run_is_created_by_one_statement_beside_the_question_for_its_workflow(
    catalogue: Catalogue,
) -> None:
    catalogue.create()
    with asked(catalogue) as create:
        run = catalogue.create(arguments=[{"id": "n", "value": 1}])
        assert (run.run_id, run.state_type, run.group_id) != ("", "", "")
    assert create == ["SELECT", "INSERT", "COMMIT"]


@pytest.mark.parametrize("held", [True, False], ids=["held by the caller", "held by nobody"])
def test_an_updated_run_shows_what_the_database_has(catalogue: Catalogue, held: bool) -> None:
    kept: RunObject | None = catalogue.create()
    assert kept is not None
    run_id = kept.run_id
    assert kept.log == []
    if not held:
        kept = None
        catalogue.session.expunge_all()
    run = catalogue.runs.update_run(run_id, st.StateError(messages=["a", "b"]))
    assert run is not None
    assert run is (kept or run)
    assert run in catalogue.session
    assert (run.run_id, run.state_type) == (run_id, "ERROR")
    assert [line.message for line in run.log] == ["a", "b"]
    assert run.state().messages == ["a", "b"]  # type: ignore[attr-defined]


def test_a_run_updated_in_a_block_shows_it_within_the_block(catalogue: Catalogue) -> None:
    run = catalogue.create()
    with catalogue.runs.together():
        assert run.is_pending()
        updated = catalogue.runs.update_run(run.run_id, st.StateRunning())
        assert updated is run
        assert run.is_running()


def test_a_created_run_gives_its_arguments_as_the_database_keeps_them(catalogue: Catalogue) -> None:
    arguments = [{"id": "n", "value": (1, 2)}]
    run = catalogue.create(arguments=arguments)
    arguments.append({"id": "later", "value": (3,)})
    assert run.arguments == [{"id": "n", "value": [1, 2]}]
    assert run.group is catalogue.group
    assert (run.files, run.log, run.result, run.started_at) == ([], [], None, None)
    run.result = {"a": 1}
    catalogue.session.commit()
    assert catalogue.runs.get_run(run.run_id).result == {"a": 1}


def test_what_the_caller_has_added_and_not_flushed_is_there_for_an_update(
    catalogue: Catalogue,
) -> None:
    group = catalogue.group
    catalogue.session.add(
        RunObject(run_id="0" * 32, workflow_id=group.workflow_id, group_id=group.group_id)
    )
    run = catalogue.runs.update_run("0" * 32, st.StateRunning())
    assert run is not None
    assert run.is_running()


def test_a_group_that_was_not_flushed_yet_takes_runs(
    database: DB, fs: StorageVolume, catalogue: Catalogue
) -> None:
    group = GroupObject(name="new", workflow=catalogue.workflow)
    catalogue.session.add(group)
    catalogue.session.flush()
    assert catalogue.runs.create_run(group=group).group_id == group.group_id
    with database.session() as other:
        assert len(RunManager(other, fs).list_runs(group.group_id)) == 1


def test_a_run_that_another_deleted_is_unknown_to_an_update(
    database: DB, fs: StorageVolume, catalogue: Catalogue
) -> None:
    run = catalogue.create()
    with database.session() as other:
        RunManager(other, fs).delete_run(run.run_id)
    with pytest.raises(UnknownRunError):
        catalogue.runs.update_run(run.run_id, st.StateRunning())
