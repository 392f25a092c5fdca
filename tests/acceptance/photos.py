"""Annotated workflows and activities, as classes and as functions."""

import datetime as dt
import enum
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

import pydantic

from flowy import (
    Activity,
    ActivityProxy,
    RetryPolicy,
    Signal,
    Workflow,
    WorkflowProxy,
    activity,
    on_signal,
    pending,
    workflow,
)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Picture:
    id: UUID
    taken: dt.datetime
    colour: Colour | None = None
    tags: list[str] = field(default_factory=list)


class Price(pydantic.BaseModel):
    amount: Decimal
    currency: str = "EUR"


@activity("Look", 1, "photos")
class Look(Activity):
    def run(self, picture: Picture, *, deep: bool = False) -> Picture:
        assert isinstance(picture, Picture)
        assert isinstance(picture.id, UUID)
        return Picture(picture.id, picture.taken, Colour.RED, ["deep"] if deep else [])


@activity("price", 1, "photos")
async def price(*pictures: Picture) -> Price:
    assert all(isinstance(each.taken, dt.datetime) for each in pictures)
    return Price(amount=Decimal("1.50") * len(pictures))


@activity("weigh", 1, "scales", heartbeat=10)
def weigh(task: Activity, data: bytes) -> int:
    assert task.heartbeat()
    assert task.token
    return len(data)


look = ActivityProxy(Look, task_list="a list that no type names")


@workflow("album", 1, "photos")
async def album(flow: Workflow, pictures: list[Picture], cover: int = 0) -> dict[str, Picture]:
    await flow.sleep(600)
    seen = [look(picture, deep=True) for picture in pictures]
    return {"cover": await seen[cover]}


@workflow("Order", 1, "orders", workflow_duration=86_400)
class Order(Workflow):
    look = Look.proxy(retry=RetryPolicy(attempts=5))
    album = WorkflowProxy(album)
    price = ActivityProxy(price)
    weigh = ActivityProxy(weigh)
    approved = Signal[Colour]()
    paid: Signal[Price] = Signal("payment")

    def run(self, picture: Picture) -> Price:
        seen = self.look(picture)
        cover = self.album([pending(seen), picture]).result()["cover"]
        assert cover == Picture(picture.id, picture.taken, Colour.RED, ["deep"]), cover
        assert self.weigh(b"12345").result() == 5
        return self.price(seen, cover, picture).result()


@workflow("Wait", 1, "orders")
class Wait(Workflow):
    approved = Signal[Colour]()
    paid: Signal[Price] = Signal("payment")
    noted: Colour | None = None

    @on_signal("note")
    def note(self, colour: Colour) -> None:
        self.noted = colour

    async def run(self) -> list[object]:
        return [await self.approved.get(), await self.paid.get(), self.noted]


later = Signal[Picture]("later")


@workflow("waits", 1, "orders")
async def waits(flow: Workflow) -> Picture:
    assert len(later) == 0
    return await later.get()


@workflow("Countdown", 1, "orders")
class Countdown(Workflow):
    async def run(self, left: int, price: Price, seen: set[Colour] | None = None) -> Price:
        assert isinstance(price, Price)
        if left:
            self.restart(left - 1, Price(amount=price.amount * 2), seen={Colour.BLUE})
            return price
        assert seen == {Colour.BLUE}
        return price
