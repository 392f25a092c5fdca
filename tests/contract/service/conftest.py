"""Runs each case of this folder on every stand, and expects of moto what the table says."""

import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.contract.service.moto_differences import CHANCE, REASONS
from tests.contract.service.stands import FUNCTIONS, STANDS, HttpStand, Stand
from tests.contract.service.swf import Swf

_domains = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A case that moto is known to fail must fail there; one that agrees has to leave the table."""
    for item in items:
        if isinstance(item, pytest.Function) and _runs_on(item) == "moto":
            case = f"{item.path.stem}::{item.originalname}"
            example = item.callspec.id.replace("moto", "", 1).strip("-")
            reason = REASONS.get(f"{case}[{example}]") or REASONS.get(case)
            if case in CHANCE:
                item.add_marker(pytest.mark.skip(reason=CHANCE[case]))
            elif reason is not None:
                item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def _runs_on(item: pytest.Function) -> str | None:
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get("stand")


@pytest.fixture(scope="session", params=sorted(STANDS))
def stand(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    stand = STANDS[request.param](request, tmp_path_factory.mktemp(request.param))
    yield stand
    stand.close()


@pytest.fixture
def swf(unregistered: Swf) -> Swf:
    """A case's own domain, with types registered in it."""
    return unregistered.register()


@pytest.fixture
def unregistered(stand: Stand) -> Iterator[Swf]:
    """A case's own domain, not registered yet."""
    yield unregistered_on(stand)
    stand.tidy()


def unregistered_on(stand: Stand) -> Swf:
    return Swf(client=stand.client, domain=f"domain-{next(_domains)}", advance=stand.advance)


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Callable[..., Swf]]:
    """Makes a domain on a service of its own, with quotas of its own."""
    stands: list[HttpStand] = []

    def make(*, with_functions: bool = False, **quotas: int) -> Swf:
        functions = FUNCTIONS if with_functions else None
        stands.append(HttpStand("sqlite://", functions, **quotas))
        return unregistered_on(stands[-1]).register()

    yield make
    for stand in stands:
        stand.close()


@pytest.fixture
def swf_with_a_stuck_function() -> Iterator[tuple[Swf, threading.Event]]:
    """A domain on a service with a function that does not return before the case is over.

    The event is set when the function has been called.
    """
    called, released = threading.Event(), threading.Event()

    def stuck(text: str | None) -> str | None:
        called.set()
        released.wait(30)
        return text

    stand = HttpStand("sqlite://", {"stuck": stuck})
    yield unregistered_on(stand).register(), called
    released.set()
    stand.close()
