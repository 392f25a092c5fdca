"""Workflows that use what the decider has, one thing each, for histories to be kept of."""

import asyncio

from flowy.errors import RetryAfter, SuspendTask, TaskError
from flowy.execution.retry import RetryPolicy
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Activity, Workflow
from flowy.task.signal import Signal, on_signal

TASK_LIST = "features"


@activity("Echo", 1, TASK_LIST)
class Echo(Activity):
    def run(self, value):
        return value


@activity("Flaky", 1, TASK_LIST)
class Flaky(Activity):
    attempts = 0

    def run(self):
        type(self).attempts += 1
        if type(self).attempts == 1:
            raise RetryAfter(30, "come again")
        if type(self).attempts == 2:
            raise ConnectionError("no line")
        return type(self).attempts


@activity("Silent", 1, TASK_LIST)
class Silent(Activity):
    def run(self):
        raise SuspendTask


class Base(Workflow):
    echo = ActivityProxy("Echo", 1)
    flaky = ActivityProxy("Flaky", 1, retry=RetryPolicy(attempts=4, delay=10))
    silent = ActivityProxy("Silent", 1, start_to_close=5, retry=1)
    child = WorkflowProxy("Child", 1)


@workflow("Child", 1, TASK_LIST)
class Child(Base):
    def run(self, value):
        return self.echo([value]).result()


@workflow("Tree", 1, TASK_LIST)
class Tree(Base):
    async def run(self):
        async with asyncio.TaskGroup() as group:
            one = group.create_task(self.branch(1))
            two = group.create_task(self.branch(2))
        return [one.result(), two.result(), await asyncio.gather(self.echo(3), self.child(4))]

    async def branch(self, number):
        first = await self.echo(number)
        return await self.echo([first, number])


@workflow("Late", 1, TASK_LIST)
class Late(Base):
    """Arguments that come later, delays, and a plain run."""

    def run(self):
        a = self.echo(1)
        b = self.echo([a])
        with self.options(delay=60):
            c = self.echo({"b": b})
        return [a, b, c]


@workflow("Retries", 1, TASK_LIST)
class Retries(Base):
    def run(self):
        try:
            self.silent().result()
        except TaskError as error:
            reason = type(error).__name__
        return [self.flaky().result(), reason]


@workflow("Timers", 1, TASK_LIST)
class Timers(Base):
    async def run(self):
        await asyncio.sleep(90)
        try:
            async with asyncio.timeout(3):
                await self.silent()
        except TimeoutError:
            pass
        done, _ = await asyncio.wait(
            [self.sleep(10), self.sleep(20)], return_when=asyncio.FIRST_COMPLETED
        )
        return len(done)


@workflow("Facts", 1, TASK_LIST)
class Facts(Base):
    def run(self):
        self.set_execution_context({"step": 1})
        known = [self.now(), self.random.random(), str(self.uuid4())]
        known.append(self.side_effect(lambda: "outside"))
        known.append(self.version("greet", 1, 2))
        self.echo(known).result()
        self.set_execution_context({"step": 2})
        return [*known, self.random.randint(1, 6), self.now()]


@workflow("Rounds", 1, TASK_LIST)
class Rounds(Base):
    def run(self, left):
        self.echo(left).result()
        if left:
            self.restart(left - 1)
            return None
        return "round"


@workflow("Listens", 1, TASK_LIST)
class Listens(Base):
    go = Signal()

    async def run(self):
        self.heard = []
        first = await self.go.get()
        await self.echo(first)
        return [first, await self.go.get(), self.heard]

    @on_signal("note")
    async def note(self, value):
        self.heard.append(await self.echo(value))


@workflow("Tells", 1, TASK_LIST)
class Tells(Base):
    listens = WorkflowProxy("Listens", 1)

    async def run(self):
        child = self.listens()
        await self.sleep(1)
        await self.send_signal(child.workflow_id, "note", "n")
        await self.send_signal(child.workflow_id, "go", 1)
        await self.send_signal(child.workflow_id, "go", 2)
        return await child


@workflow("Cancelled", 1, TASK_LIST)
class Cancelled(Base):
    async def run(self):
        try:
            await self.sleep(3600)
        finally:
            await asyncio.shield(self.echo("clean up"))


@workflow("Fails", 1, TASK_LIST)
class Fails(Base):
    def run(self):
        self.echo(1).result()
        raise ValueError("as it should")
