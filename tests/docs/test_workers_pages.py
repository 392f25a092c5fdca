"""What the guides for workers show works."""

import importlib
import re
from pathlib import Path

import pytest

from flowy.clock import ManualClock
from flowy.protocol.requests.activity_tasks import RespondActivityTaskCompleted
from flowy.swf.workers import WorkerPlan, _settings
from flowy.task import scanner
from flowy.testing import Environment
from flowy.worker.activities import ActivityPoller
from flowy.worker.workshop import ActivitySettings, Workshop
from tests.unit.worker.fakes import FakeClient, activity_task, source

HOWTO = Path(__file__).parents[2] / "docs" / "howto"


@pytest.fixture
def guide(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)

    def module(page, name):
        text = (HOWTO / page).read_text(encoding="utf-8")
        samples = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        (tmp_path / f"{name}.py").write_text("\n\n".join(samples), "utf-8")
        return importlib.import_module(name)

    return module


def test_the_samples_about_activities_run(guide):
    thumbnails = guide("activities.md", "thumbnails")
    with Environment(thumbnails) as environment:
        total, rows, charged, tries = environment.run(thumbnails.Album)
    assert total == 6
    assert rows == ["broken", "c"]  # the second attempt began at row 2
    assert re.fullmatch("charged 7 under [0-9a-f]{32}", charged)
    assert tries == 3


def test_an_activity_that_was_suspended_is_completed_by_its_token(guide):
    approvals = guide("async-completion.md", "approvals")
    client = FakeClient()
    place = source(client)
    registry = scanner.scan_activities(approvals)
    (definition,) = registry
    shop = Workshop(ActivitySettings(), ManualClock(0.0), place.stop)
    poller = ActivityPoller(place, registry, shop)
    poller.handle(activity_task('[["offer 7"], {}]', definition.id))
    assert client.sent == []
    assert approvals.answer("offer 7", True, client)
    assert client.sent == [RespondActivityTaskCompleted(task_token="token", result="true")]
    poller.close()
    shop.close()


def test_the_samples_about_middleware_and_resources_run(guide):
    reports = guide("middleware.md", "reports")
    client = FakeClient()
    place = source(client)
    plan = WorkerPlan(packages=reports, activities=ActivitySettings(middleware=[reports.Timing()]))
    registry = scanner.scan_activities(reports)
    (definition,) = registry
    shop = Workshop(_settings(plan), ManualClock(0.0), place.stop)
    poller = ActivityPoller(place, registry, shop)
    poller.handle(activity_task("[[], {}]", definition.id))
    poller.close()
    shop.close()
    assert client.sent == [RespondActivityTaskCompleted(task_token="token", result="true")]
    assert [name for name, _ in reports.SECONDS] == ["look 1"]
