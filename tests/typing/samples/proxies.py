"""Calls of proxies: what type checkers accept, and the lines that they must refuse."""

import asyncio
from dataclasses import dataclass
from typing import Any, assert_type

from flowy import (
    Activity,
    ActivityProxy,
    Result,
    Signal,
    Workflow,
    WorkflowProxy,
    activity,
    starter_for,
    workflow,
    workflow_starter,
)
from flowy.task import pending
from flowy.task.proxy import BoundProxy
from flowy.task.result import ChildResult
from flowy.testing import Environment, run


@dataclass
class Picture:
    path: str
    size: int


@activity("Resize", 1, "photos")
class Resize(Activity):
    def run(self, path: str, size: int = 5) -> Picture:
        return Picture(path, size)


@activity("Fetch", 1, "photos")
class Fetch(Activity):
    async def run(self, path: str, size: int | None = None, *, deep: bool = False) -> bytes:
        return b""


@activity("Keep", 1, "photos")
class Keep(Activity):
    def run(self, picture, where=None):  # type: ignore[no-untyped-def]
        return picture


@activity("total", 1, "photos")
def total(*numbers: int) -> int:
    return sum(numbers)


@activity("weigh", 1, "photos")
async def weigh(task: Activity, pictures: list[Picture]) -> float:
    task.heartbeat()
    return 1.0


class Scales(Activity):
    unit = "g"


@activity("measure", 1, "photos")
def measure(scales: Scales, picture: Picture) -> str:
    return f"{picture.size} {scales.unit}"


@workflow("Child", 1, "photos")
class Child(Workflow):
    async def run(self, picture: Picture, *, twice: bool = False) -> list[int]:
        return [picture.size]


@workflow("Plain", 1, "photos")
class Plain(Workflow):
    total = ActivityProxy(total)

    def run(self, number: int) -> Result[int]:
        return self.total(number)


@workflow("order", 1, "photos")
async def order(flow: Workflow, name: str, count: int = 1) -> str:
    await flow.sleep(3)
    assert_type(await resize(name, count), Picture)
    return name


resize = ActivityProxy(Resize)


@workflow("Parent", 1, "photos")
class Parent(Workflow):
    resize = ActivityProxy(Resize, start_to_close=5)
    resize_too = Resize.proxy(start_to_close=5)
    fetch = ActivityProxy(Fetch)
    fetch_too = Fetch.proxy()
    keep = ActivityProxy(Keep)
    total = ActivityProxy(total, retry=0)
    weigh = ActivityProxy(weigh)
    measure = ActivityProxy(measure)
    child = WorkflowProxy(Child)
    child_too = Child.proxy(workflow_duration=60)
    plain = WorkflowProxy(Plain)
    plain_too = Plain.proxy()
    order = WorkflowProxy(order)
    named = ActivityProxy(name="Square", version=1)
    named_child = WorkflowProxy("Square", 1, task_list="squares")

    async def run(self, path: str) -> str:
        # Values
        assert_type(self.resize(path, 3), Result[Picture])
        assert_type(await self.resize(path), Picture)
        assert_type(self.resize_too(path, size=3).result(), Picture)
        assert_type(await self.fetch(path, deep=True), bytes)
        assert_type(await self.fetch_too(path, None), bytes)
        assert_type(await self.total(1, 2, 3), int)
        assert_type(await self.weigh([Picture("a", 1)]), float)
        assert_type(await self.measure(Picture("a", 1)), str)
        assert_type(await self.child(Picture("a", 1), twice=True), list[int])
        assert_type(await self.child_too(Picture("a", 1)), list[int])
        assert_type(await self.plain(1), int)
        assert_type(await self.plain_too(1), int)
        assert_type(await self.order("ann", count=2), str)
        one, two = await asyncio.gather(self.resize(path), self.fetch(path))
        assert_type(one, Picture)
        assert_type(two, bytes)

        # Results in the place of values
        resized, number = self.resize(path), self.total(1)
        assert_type(self.child(resized), ChildResult[list[int]])
        assert_type(self.child(resized, twice=True), ChildResult[list[int]])
        assert_type(self.resize(path, number), Result[Picture])
        assert_type(self.fetch(path, number, deep=True), Result[bytes])
        assert_type(self.total(number, number, 3, 4), Result[int])
        assert_type(self.order("ann", count=pending(number)), ChildResult[str])
        assert_type(self.weigh([pending(resized)]), Result[float])

        # Without annotations anything goes, as ever
        self.keep(resized, number)
        self.keep(3, where="there")
        self.named(1, resized, any=number)
        await self.named_child(1)
        assert_type(self.named(1), Result[Any])
        proxy: BoundProxy[..., Result[Any]] = self.named
        proxy(3)
        return path

    async def refused(self, path: str) -> None:
        resized, number = self.resize(path), self.total(1)
        self.resize(3)  # refused
        self.resize()  # refused
        self.resize(path, "3")  # refused
        self.resize(path, 3, 4)  # refused
        self.resize(path, colour="red")  # refused
        self.resize_too(path, "3")  # refused
        self.resize(number)  # refused
        self.resize(path, resized)  # refused
        self.resize(path, size=number)  # refused
        self.fetch(path, 1, True)  # refused
        self.fetch(path, number, deep=3)  # refused
        self.total("a")  # refused
        self.total(number, "a")  # refused
        self.weigh(resized)  # refused
        self.measure(path)  # refused
        self.child(path)  # refused
        self.child_too(number)  # refused
        self.order(3)  # refused
        self.plain(resized)  # refused
        _one: str = await self.resize(path)  # refused
        _two: int = self.total(1)  # refused
        _three: str = self.plain(1).result()  # refused
        ActivityProxy(Resize, start_to_close="soon")  # refused
        ActivityProxy(Resize, workflow_duration=3)  # refused
        Resize.proxy(colour="red")  # refused
        Child.proxy(start_to_close=3)  # refused


@workflow("Signals", 1, "photos")
class Signals(Workflow):
    approved = Signal[Picture]()
    plain = Signal()
    numbers: Signal[int] = Signal("a number")

    async def run(self) -> str:
        assert_type(await self.approved.get(), Picture)
        assert_type(await self.numbers.get(), int)
        assert_type(await later.get(), bytes)
        found: str = await self.plain.get()
        _wrong: str = await self.approved.get()  # refused
        assert_type(self.send_signal("w", Signals.approved, Picture("a", 1)), Result[None])
        self.send_signal("w", "approved", 3)
        self.send_signal("w", Signals.plain, 3)
        self.send_signal("w", Signals.approved, 3)  # refused
        child = Child.proxy()(Picture("a", 1))
        child.signal(Signals.numbers, 3)
        child.signal(Signals.numbers, "3")  # refused
        assert_type(await self.sleep(3), None)
        return found


later = Signal[bytes]("later")


def started() -> None:
    start = starter_for("photos", Child)
    assert_type(start(Picture("a", 1), twice=True), str | None)
    starter_for("photos", order)("ann", count=3)
    workflow_starter("photos", "Child", 1)(1, 2, any=3)
    start("a")  # refused
    start(Picture("a", 1), thrice=True)  # refused
    starter_for("photos", order)(3)  # refused


def tried() -> None:
    assert_type(run(Child, Picture("a", 1)), list[int])
    assert_type(run(Plain, 1), int)
    assert_type(run(order, "ann", activities={Resize: lambda path, size: None}), str)
    with Environment(Child) as environment:
        environment.fake(total, lambda *numbers: 3)
        execution = environment.start(Signals)
        environment.signal(execution, Signals.numbers, 3)
        environment.signal(execution, Signals.numbers, "3")  # refused
