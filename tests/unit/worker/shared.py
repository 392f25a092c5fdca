"""A module that declares a resource."""

from collections.abc import Iterator

from flowy.task.resource import resource


class Database:
    pass


@resource("worker")
def database() -> Iterator[Database]:
    yield Database()
