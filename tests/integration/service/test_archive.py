"""Exports enter a database of either kind and go on there."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner

from flowy.cli.main import main
from flowy.clock import ManualClock
from flowy.errors import ArchiveError
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.registration import ResourceTag
from flowy.protocol.requests.activity_tasks import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCompleted,
)
from flowy.protocol.requests.domains import DescribeDomain, ListTagsForResource, TagResource
from flowy.protocol.requests.executions import DescribeWorkflowExecution
from flowy.protocol.requests.workflow_types import ListWorkflowTypes
from flowy.service import archive
from flowy.service.operations.arn import domain_arn
from flowy.service.server import Service
from tests.integration.service.driving import DOMAIN, Driver, complete, schedule, timer

New = Callable[[], str]


@pytest.fixture(params=["sqlite-postgresql", "postgresql-sqlite", "sqlite-sqlite"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Where the executions are, and where they go."""
    made = []
    for number, kind in enumerate(request.param.split("-")):
        if kind == "postgresql":
            made.append(request.getfixturevalue("postgresql_url"))
        else:
            made.append(f"sqlite:///{tmp_path / f'{number}.db'}")
    return made[0], made[1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kitchen.flowy"


@pytest.fixture
def busy(urls: tuple[str, str], clock: ManualClock):
    """A closed execution and an open one: a started task with heartbeat, one waiting, a timer."""
    with closing(Service(urls[0], clock=clock)) as service:
        driver = Driver(service).register()
        service.call(
            TagResource(
                resource_arn=domain_arn(DOMAIN), tags=(ResourceTag(key="team", value="x\x00y"),)
            )
        )
        closed = driver.start("closed", tag_list=("a", "b"))
        driver.decide(complete("soup"))
        opened = driver.start("open", tag_list=("a",))
        driver.decide(
            schedule("1", heartbeat_timeout="10"), schedule("2", task_priority="7"), timer("t", 50)
        )
        driver.poll_activity()
        task = driver.poll_activity()
        clock.advance(5)
        service.call(RecordActivityTaskHeartbeat(task_token=task.task_token, details="half"))
        driver.client.call(RespondActivityTaskCompleted(task_token=task.task_token))
        driver.start("waiting")
        yield driver, closed, opened


def test_a_domain_goes_on_in_another_database(busy, urls, path: Path, clock: ManualClock):
    driver, closed, opened = busy
    assert archive.export(urls[0], path, DOMAIN) == 3
    assert archive.import_(urls[1], path) == 3
    with closing(Service(urls[1], clock=clock)) as service:
        other = Driver(service)
        for execution in (closed, opened):
            assert other.history(execution) == driver.history(execution)
            request = DescribeWorkflowExecution(domain=DOMAIN, execution=execution)
            assert service.call(request) == driver.client.call(request)
        for same in (
            DescribeDomain(name=DOMAIN),
            ListTagsForResource(resource_arn=domain_arn(DOMAIN)),
            ListWorkflowTypes(domain=DOMAIN, registration_status="REGISTERED"),
        ):
            assert service.call(same) == driver.client.call(same)
        waiting = {other.poll_decision().workflow_execution.workflow_id for _ in range(2)}
        assert waiting == {"open", "waiting"}
        assert not other.poll_decision().task_token
        clock.advance(45)
        service.run_due()
        assert "TimerFired" in other.names(opened)


def test_answers_to_tasks_of_the_old_database_are_refused(busy, urls, path, clock):
    driver, _, opened = busy
    driver.decide(schedule("3"))
    token = driver.poll_activity().task_token
    archive.export(urls[0], path, DOMAIN)
    archive.import_(urls[1], path)
    with closing(Service(urls[1], clock=clock)) as service:
        with pytest.raises(UnknownResourceFault):
            service.call(RespondActivityTaskCompleted(task_token=token))
        assert Driver(service).history(opened) == driver.history(opened)


def test_one_execution_joins_a_domain_that_is_there(busy, urls, path, clock):
    driver, _, opened = busy
    with closing(Service(urls[1], clock=clock)) as service:
        other = Driver(service).register()
        other.start("of its own")
        assert archive.export(urls[0], path, DOMAIN, opened.workflow_id, opened.run_id) == 1
        assert archive.import_(urls[1], path) == 1
        assert other.history(opened) == driver.history(opened)
        with pytest.raises(ArchiveError, match=f"{opened.run_id}.*already"):
            archive.import_(urls[1], path)


def test_what_is_there_is_refused_and_nothing_is_stored(busy, urls, path, clock):
    archive.export(urls[0], path, DOMAIN)
    with pytest.raises(ArchiveError, match="already"):
        archive.import_(urls[0], path)
    one = path.with_name("one")
    archive.export(urls[0], one, DOMAIN, "waiting")
    with closing(Service(urls[1], clock=clock)) as service:
        Driver(service).register().start("waiting")
        with pytest.raises(ArchiveError, match="another open run"):
            archive.import_(urls[1], one)


def test_half_a_file_is_refused(busy, urls, path):
    archive.export(urls[0], path, DOMAIN)
    lines = zstandard.decompress(path.read_bytes(), 10_000_000).splitlines(keepends=True)
    path.write_bytes(zstandard.compress(b"".join(lines[:-1])))
    with pytest.raises(ArchiveError, match="incomplete"):
        archive.import_(urls[1], path)
    path.write_bytes(b"no zstd")
    with pytest.raises(ArchiveError, match="cannot be read"):
        archive.import_(urls[1], path)
    with closing(Service(urls[1])) as service, pytest.raises(UnknownResourceFault):
        service.call(DescribeDomain(name=DOMAIN))


@pytest.mark.parametrize(
    ("domain", "ids", "named"),
    [
        ("pantry", (), "domain pantry"),
        (DOMAIN, ("none",), "open run of workflow none"),
        (DOMAIN, ("open", "other"), "run other of workflow open"),
    ],
)
def test_what_is_not_there_is_named(busy, urls, path, domain, ids, named):
    with pytest.raises(ArchiveError, match=named):
        archive.export(urls[0], path, domain, *ids)
    assert list(path.parent.glob("kitchen*")) == []


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["db", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_commands_move_a_domain(busy, urls, path):
    run("upgrade", "--db", urls[1])
    assert "executions: 3" in run("export", "--db", urls[0], "--domain", DOMAIN, str(path))
    assert "imported: 3" in run("import", "--db", urls[1], str(path))
    refused = CliRunner().invoke(main, ["db", "import", "--db", urls[1], str(path)])
    assert refused.exit_code == 1
    assert "already" in refused.output


def test_upgrade_makes_the_tables_of_an_empty_postgresql(postgresql):
    url = postgresql.empty_database()
    run("upgrade", "--db", url)
    run("upgrade", "--db", url)
    with closing(Service(url)) as service:
        Driver(service).register().start()
    postgresql.drop(url)
