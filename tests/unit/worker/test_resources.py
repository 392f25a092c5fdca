"""Resources: found by type, made once for each life, closed at its end."""

import threading
from collections.abc import Generator, Iterator

import pytest

from flowy.errors import DefinitionError
from flowy.task import scanner
from flowy.task.resource import ResourceDefinition, resource
from flowy.worker.resources import Lives, Resources
from tests.unit.worker import shared


class Thing:
    def __init__(self, log):
        self.log = log


class Special(Thing):
    pass


def made(kind, lifespan, log):
    def make():
        log.append(f"made {kind.__name__}")
        yield kind(log)
        log.append(f"closed {kind.__name__}")

    return ResourceDefinition(kind=kind, lifespan=lifespan, make=make)


def test_one_of_the_worker_is_made_once_and_closed_with_it():
    log = []
    resources = Resources([made(Thing, "worker", log)])
    first, second = resources.get(Thing, Lives()), resources.get(Thing, Lives())
    assert first is second
    assert log == ["made Thing"]
    resources.close()
    assert log == ["made Thing", "closed Thing"]


def test_one_of_a_task_is_closed_with_the_task():
    log = []
    resources = Resources([made(Thing, "task", log)])
    task, other = Lives(), Lives()
    assert resources.get(Thing, task) is resources.get(Thing, task)
    assert resources.get(Thing, task) is not resources.get(Thing, other)
    task.close()
    assert log == ["made Thing", "made Thing", "closed Thing"]


def test_one_of_a_thread_is_for_that_thread():
    resources = Resources([made(Thing, "thread", [])])
    found = [resources.get(Thing, Lives()), resources.get(Thing, Lives())]
    thread = threading.Thread(target=lambda: found.append(resources.get(Thing, Lives())))
    thread.start()
    thread.join()
    assert found[0] is found[1]
    assert found[2] is not found[0]
    resources.close()


def test_they_are_closed_in_reverse_and_one_that_fails_keeps_none_open(caplog):
    log = []

    def fails():
        yield Special(log)
        raise OSError("stuck")

    broken = ResourceDefinition(kind=Special, lifespan="worker", make=fails)
    resources = Resources([made(Thing, "worker", log), broken])
    resources.get(Thing, Lives())
    resources.get(Special, Lives())
    resources.close()
    assert log[-1] == "closed Thing"
    assert "stuck" in caplog.text


def test_a_subclass_does_for_its_base_when_it_is_the_only_one():
    resources = Resources([made(Special, "worker", [])])
    assert isinstance(resources.get(Thing, Lives()), Special)


def test_a_type_that_nobody_makes_is_named_with_those_that_there_are():
    resources = Resources([made(Special, "worker", [])])
    with pytest.raises(DefinitionError, match="no resource of type Lives; there are: Special"):
        resources.get(Lives, Lives())
    two = Resources([made(type("A", (Thing,), {}), "worker", []), made(Special, "worker", [])])
    with pytest.raises(DefinitionError, match="several resources of type Thing"):
        two.get(Thing, Lives())


def test_declared_ones_are_found_by_the_scanner():
    (found,) = scanner.scan_resources(shared)
    assert (found.kind, found.lifespan) == (shared.Database, "worker")


def plain() -> Thing:
    return Thing([])


def iterator() -> Iterator[Thing]:
    yield Thing([])


def generator() -> Generator[Thing, None, None]:
    yield Thing([])


@pytest.mark.parametrize("make", [plain, iterator, generator])
def test_the_annotation_says_the_type(make):
    assert resource("task")(make) is make


def test_what_cannot_work_is_refused_where_it_stands():
    with pytest.raises(DefinitionError, match="lifespan is one of worker, thread, task"):
        resource("ever")

    def silent():
        return 1

    def takes(number: int) -> Thing:
        return Thing([number])

    with pytest.raises(DefinitionError, match="silent does not say what it makes"):
        resource()(silent)
    with pytest.raises(DefinitionError, match="takes is made without arguments"):
        resource()(takes)
