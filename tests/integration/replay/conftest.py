"""A database with executions that were done."""

import pytest

from flowy.clock import ManualClock, SystemClock
from flowy.protocol.ids import ExecutionId
from flowy.replay.files import History, saved
from tests.acceptance.stage import Stage
from tests.integration.replay import flows


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """Return the address of a database in which one execution of each workflow is closed."""
    url = f"sqlite:///{tmp_path_factory.mktemp('db')}/flowy.db"
    # The commands open the database on the real clock: what ended long ago is gone for them.
    stage = Stage(flows, flows.TASK_LIST, url=url, clock=ManualClock(SystemClock().now() - 100))
    histories = {}
    try:
        for name in ("Plain", "Async"):
            events = stage.play(name, 7)
            run = stage.runs[name]
            histories[name] = History(
                source=name,
                execution=ExecutionId(workflow_id=name, run_id=run),
                type=events[0].attributes.workflow_type,
                events=tuple(events),
            )
        waiting = stage.start("Plain", 8)
        for _ in range(3):
            stage.step()
        assert waiting
    finally:
        stage.close()
    return url, histories


@pytest.fixture
def folder(database, tmp_path):
    """Return a folder with the histories in files."""
    for name, history in database[1].items():
        (tmp_path / f"{name}.json").write_bytes(saved(history))
    return tmp_path
