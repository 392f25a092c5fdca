"""A request becomes an operation in a transaction; who waits is told after the commit."""

from collections.abc import Callable
from typing import Any

import pytest

from flowy.clock import ManualClock
from flowy.db.ledger import Ledger
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.operations import REQUEST_CLASSES
from flowy.protocol.requests.domains import DescribeDomain, RegisterDomain
from flowy.service.dispatch import Dispatch
from flowy.service.notifier import Notifier
from flowy.service.operations.quotas import Quotas
from flowy.service.operations.table import OPERATIONS, READS
from flowy.service.operations.unit import Shared


class FakeSession:
    """No rows at all, and a note of what was executed."""

    has_company = True
    is_sure = False

    def __init__(self) -> None:
        self.executed: list[object] = []
        self.ledger = Ledger()

    def execute(self, statement: object, parameters: object) -> None:
        self.executed.append(parameters)

    def execute_many(self, statement: object, rows: object) -> None:
        self.executed.append(rows)

    def expect(self, statement: object, parameters: object) -> None:
        self.executed.append(parameters)

    def announce(self, topics: list[str]) -> None:
        pass

    def one(self, statement: object, parameters: object) -> None:
        return None

    def all(self, statement: object, parameters: object) -> list[Any]:
        return []


class FakeDatabase:
    """Runs work at once and notes which road it took."""

    def __init__(self) -> None:
        self.roads: list[str] = []

    def read(self, work: Callable[[Any], Any]) -> Any:
        self.roads.append("read")
        return work(FakeSession())

    def write(self, work: Callable[[Any], Any], committed: Callable[[Any], None]) -> Any:
        self.roads.append("write")
        result = work(FakeSession())
        committed(result)
        return result

    def on_commit(self, keep: Callable[[], None]) -> None:
        pass

    def on_overtaken(self, doubt: Callable[[], None]) -> None:
        pass

    def on_rollback(self, forget: Callable[[], None]) -> None:
        pass


@pytest.fixture
def database() -> FakeDatabase:
    return FakeDatabase()


@pytest.fixture
def dispatch(database: FakeDatabase) -> Dispatch:
    shared = Shared(quotas=Quotas(), new_run_id=lambda: "run")
    return Dispatch(
        database, shared, ManualClock(), Notifier(), lambda queues: None, lambda due: None
    )


def test_every_operation_has_a_function():
    assert set(REQUEST_CLASSES) <= set(OPERATIONS)
    assert set(OPERATIONS) >= READS


def test_reads_do_not_take_the_writers_road(dispatch: Dispatch, database: FakeDatabase):
    with pytest.raises(UnknownResourceFault, match="Unknown domain: a"):
        dispatch.call(DescribeDomain(name="a"))
    assert database.roads == ["read"]


def test_what_changes_something_is_written(dispatch: Dispatch, database: FakeDatabase):
    request = RegisterDomain(name="a", workflow_execution_retention_period_in_days="1")
    with pytest.raises(AssertionError):  # the fake gives no row back
        dispatch.call(request)
    assert database.roads == ["write"]
