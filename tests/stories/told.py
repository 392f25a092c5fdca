"""The workflows and activities of the stories; pauses are of a second, as time may be real."""

import asyncio

import flowy
from flowy import (
    Activity,
    ActivityProxy,
    RetryPolicy,
    Saga,
    Signal,
    SuspendTask,
    Workflow,
    WorkflowProxy,
    activity,
    on_signal,
    workflow,
)

LIST = "stories"
ONCE = RetryPolicy(attempts=1)
TWICE = RetryPolicy(attempts=2, delay=1, jitter=0)


@activity("Echo", 1, LIST)
class Echo(Activity):
    def run(self, value):
        return value


@activity("Add", 1, LIST)
class Add(Activity):
    def run(self, one, other):
        return one + other


@activity("Break", 1, LIST)
class Break(Activity):
    def run(self, reason):
        raise ValueError(reason)


@activity("Silent", 1, LIST)
class Silent(Activity):
    def run(self):
        raise SuspendTask


class Told(Workflow):
    echo = ActivityProxy(Echo)
    add = ActivityProxy(Add)
    fails = ActivityProxy(Break, retry=ONCE)
    fails_twice = ActivityProxy(Break, retry=TWICE)
    silent = ActivityProxy(Silent, start_to_close=1, retry=1)


@workflow("Hello", 1, LIST)
class Hello(Told):
    def run(self, name):
        return self.echo(f"hello {name}")


@workflow("Sums", 1, LIST)
class Sums(Told):
    async def run(self, count):
        values = flowy.map(self.echo, range(count), max_concurrency=4)
        return await flowy.parallel_reduce(self.add, await values)


@workflow("Undone", 1, LIST)
class Undone(Told):
    def run(self):
        undone = []

        def undo(what):
            undone.append(self.echo(what).result())

        try:
            with Saga() as saga:
                saga.add_compensation(undo, "first")
                self.echo("do").result()
                saga.add_compensation(undo, "second")
                self.fails("no").result()
        except flowy.TaskError as error:
            return [*undone, error.reason]


@workflow("Sleeper", 1, LIST)
class Sleeper(Told):
    async def run(self):
        began = self.now()
        await asyncio.sleep(1)
        return await self.echo(self.now() - began >= 1)


@workflow("Impatient", 1, LIST)
class Impatient(Told):
    never = Signal()

    def run(self):
        try:
            return flowy.first(self.never.get(), timeout=1).result()
        except TimeoutError:
            return "late"


@workflow("Stubborn", 1, LIST)
class Stubborn(Told):
    async def run(self):
        try:
            await self.fails_twice("always")
        except flowy.TaskError as error:
            return error.reason


@workflow("Overdue", 1, LIST)
class Overdue(Told):
    def run(self):
        try:
            return self.silent().result()
        except flowy.TaskTimedout as error:
            return error.timeout_type


@workflow("Failing", 1, LIST)
class Failing(Told):
    def run(self):
        return self.fails("for good")


@workflow("Noting", 1, LIST)
class Noting(Told):
    def run(self):
        drawn = self.side_effect(lambda: 7)
        self.sleep(1).result()
        return [drawn, self.version("a change", 1, 2)]


@workflow("Listening", 1, LIST)
class Listening(Told):
    word = Signal()

    async def run(self):
        self.heard = []
        return [await self.word.get(), await self.word.get(), self.heard]

    @on_signal("aside")
    def aside(self, value):
        self.heard.append(value)


@workflow("Parent", 1, LIST)
class Parent(Told):
    child = WorkflowProxy(Hello)
    listening = WorkflowProxy(Listening)

    async def run(self):
        first, second = self.child("ann"), self.listening()
        await second.started
        await second.signal("aside", 1)
        await second.signal("word", "one")
        await second.signal("word", "two")
        return [await first, await second]


@workflow("Countdown", 1, LIST)
class Countdown(Told):
    def run(self, number):
        self.echo(number).result()
        return self.restart(number - 1) if number else "lift off"


@workflow("Cleaning", 1, LIST)
class Cleaning(Told):
    ready = Signal()

    async def run(self):
        try:
            await asyncio.sleep(3_000)
        finally:
            await self.echo("cleaned up")
