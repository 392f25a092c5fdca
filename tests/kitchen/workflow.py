"""The kitchen sink: a workflow that does whatever a tree of actions says, plain and async."""

import asyncio
from collections import Counter

import flowy
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, LambdaProxy, WorkflowProxy
from flowy.task import Activity, RetryPolicy, Signal, SuspendTask, TaskError, Workflow

TASK_LIST = "kitchen"
YEAR = 365 * 86_400
ROBUST = RetryPolicy(attempts=20, delay=1, backoff=1, give_up_on=(ValueError,))
"""For stories whose workers are killed: what they had begun is tried again."""
ATTEMPTS: Counter = Counter()
"""How often each activity of each story was begun, where activities really run."""


class TreeError(Exception):
    """An action failed; its text is the action's name and key."""


def fate_of(action, attempt):
    """Return what becomes of an attempt of an activity: "ok", "fail" or "late"."""
    return action["fate"] if attempt <= action["bad"] else "ok"


def leaf(action):
    """Return an action as it travels to an activity or child."""
    return {name: value for name, value in action.items() if name != "parts"}


@activity("Act", 1, TASK_LIST, schedule_to_close=YEAR, schedule_to_start=YEAR, start_to_close=YEAR)
class Act(Activity):
    def run(self, story, action):
        ATTEMPTS[story, action["key"]] += 1
        fate = fate_of(action, ATTEMPTS[story, action["key"]])
        if fate == "late":
            raise SuspendTask
        if fate == "fail":
            raise ValueError(f"act {action['key']}")
        return action["key"]


@workflow("Child", 1, TASK_LIST, workflow_duration=YEAR)
class Child(Workflow):
    go = Signal()

    async def run(self, _story, action):
        if action.get("told"):
            assert await self.go.get() == action["key"]
        await asyncio.sleep(action["seconds"])
        if action["fate"] == "fail":
            raise ValueError(f"child {action['key']}")
        return action["key"]


class Kitchen(Workflow):
    """What both colours share: nothing here waits."""

    act = ActivityProxy("Act", 1)
    child = WorkflowProxy("Child", 1, retry=0)
    function = LambdaProxy("Function", retry=0)

    def call(self, action):
        if self.story.get("robust"):
            with self.options(retry=ROBUST, delay=action["delay"], start_to_close=600):
                return self.act(self.story["id"], leaf(action))
        late = action["fate"] == "late"
        again = (
            action["attempts"] - 1
            if late
            else RetryPolicy(
                attempts=action["attempts"],
                delay=action["pause"],
                backoff=1,
                jitter=0,
                maximum_delay=None,
            )
        )
        limit = {"start_to_close": action["limit"]} if late else {}
        cancellation = action.get("cancellation", "try")
        with self.options(retry=again, delay=action["delay"], cancellation=cancellation, **limit):
            return self.act(self.story["id"], leaf(action))

    def start(self, action):
        with self.options(cancellation=action.get("cancellation", "try")):
            return self.child(self.story["id"], leaf(action))

    def invoke(self, action):
        with self.options(delay=action["delay"]):
            return self.function(leaf(action))

    def signal(self, name):
        return Signal(name).__get__(self, type(self)).get()

    def loop(self, action):
        name = f"loop {action['key']}"
        return self.send_signal(self.story["id"], name, action["key"]), self.signal(name)

    def at_once(self, action):
        """Do what takes no time and is done once, whatever is replayed."""
        key = action["key"]
        if action["op"] == "version":
            assert self.version(f"change {key}", 1, 2) == 2
            return key
        if action["op"] == "marker":
            self.marker(f"note {key}", {"key": key})
            self.set_execution_context(key)
            return key
        self.uuid4()
        self.random.random()
        assert self.now() > 0
        return self.side_effect(lambda: key)

    def rest(self):
        """Return the story that follows when its first tree is done, if any."""
        trees = self.story["trees"][1:]
        return {**self.story, "trees": trees} if trees else None

    def items(self, outcome):
        return [item.value if item.status == "succeeded" else None for item in outcome.items]

    def stop(self, branches):
        for branch in branches:
            branch.cancel()

    def check(self, branches, action):
        for branch in branches:
            if not branch.cancelled() and branch.exception() is not None:
                raise TreeError(f"{action['op']} {action['key']}") from branch.exception()

    def look(self, branches):
        for branch in branches:
            if not branch.cancelled():
                branch.exception()


@workflow("PlainKitchen", 1, TASK_LIST, workflow_duration=YEAR)
class PlainKitchen(Kitchen):
    def run(self, story):
        self.story = story
        value = self.do(story["trees"][0])
        if self.rest():
            return self.restart(self.rest())
        return value

    def do(self, action):
        return getattr(self, "do_" + action["op"])(action)

    def each(self, parts):
        return [self.do(part) for part in parts]

    def do_act(self, action):
        try:
            return self.call(action).result()
        except TaskError as error:
            raise TreeError(f"act {action['key']}") from error

    def do_child(self, action):
        child = self.start(action)
        try:
            if action["started"]:
                assert child.started.result().workflow_id == child.workflow_id
            if action.get("told"):
                child.signal("go", action["key"]).result()
            return child.result()
        except TaskError as error:
            raise TreeError(f"child {action['key']}") from error

    def do_lambda(self, action):
        try:
            return self.invoke(action).result()
        except TaskError as error:
            raise TreeError(f"lambda {action['key']}") from error

    def do_sleep(self, action):
        self.sleep(action["seconds"]).result()
        return action["key"]

    def do_signal_in(self, action):
        return self.signal(f"in {action['key']}").result()

    def do_loop_signal(self, action):
        sent, came = self.loop(action)
        sent.result()
        return came.result()

    def do_effect(self, action):
        return self.at_once(action)

    do_marker = do_version = do_effect

    def do_fail(self, action):
        self.sleep(action["seconds"]).result()
        raise TreeError(f"fail {action['key']}")

    def do_seq(self, action):
        return self.each(action["parts"])

    def do_all(self, action):
        bounds = {"max_concurrency": action["most"], "tolerate": action["tolerate"]}
        try:
            return self.items(flowy.map(self.do, action["parts"], **bounds).result())
        except flowy.MapFailedError as error:
            raise TreeError(f"all {action['key']}") from error

    def do_each(self, action):
        branches = [flowy.spawn(self.do, part) for part in action["parts"]]
        try:
            return [branch.result() for branch in flowy.as_completed(branches)]
        except BaseException:
            self.stop(branches)
            flowy.wait(branches).result()
            self.check(branches, action)
            raise

    def do_group(self, action):
        try:
            return list(flowy.map(self.do, action["parts"]).result())
        except flowy.MapFailedError as error:
            raise TreeError(f"group {action['key']}") from error

    def do_first(self, action):
        branches = [flowy.spawn(self.do, part) for part in action["parts"]]
        try:
            return flowy.first(branches, successful=action["successful"]).result()
        finally:
            flowy.wait(branches).result()
            self.look(branches)

    def do_reduce(self, action):
        branches = [flowy.spawn(self.each, [part]) for part in action["parts"]]
        try:
            return flowy.parallel_reduce(list.__add__, branches).result()
        except TreeError as error:
            raise TreeError(f"reduce {action['key']}") from error

    def do_timeout(self, action):
        branch = flowy.spawn(self.do, action["parts"][0])
        try:
            return flowy.first(branch, timeout=action["seconds"]).result()
        except (TimeoutError, asyncio.CancelledError) as error:
            flowy.wait(branch).result()
            if not branch.cancelled():
                return branch.result()
            if isinstance(error, TimeoutError):
                raise TreeError(f"timeout {action['key']}") from None
            raise

    def do_guard(self, action):
        body, cleanup = action["parts"]
        try:
            return self.do(body)
        finally:
            self.do(cleanup)

    def do_catch(self, action):
        try:
            return self.do(action["parts"][0])
        except TreeError as error:
            return f"caught {error}"

    def do_saga(self, action):
        values = []
        try:
            with flowy.Saga() as saga:
                for step, undo in zip(action["parts"][::2], action["parts"][1::2], strict=True):
                    saga.add_compensation(self.do, undo)
                    values.append(self.do(step))
        except flowy.CompensationError as error:
            raise TreeError(f"saga {action['key']}") from error
        return values


@workflow("AsyncKitchen", 1, TASK_LIST, workflow_duration=YEAR)
class AsyncKitchen(Kitchen):
    async def run(self, story):
        self.story = story
        value = await self.do(story["trees"][0])
        if self.rest():
            return self.restart(self.rest())
        return value

    async def do(self, action):
        return await getattr(self, "do_" + action["op"])(action)

    async def each(self, parts):
        return [await self.do(part) for part in parts]

    async def do_act(self, action):
        try:
            return await self.call(action)
        except TaskError as error:
            raise TreeError(f"act {action['key']}") from error

    async def do_child(self, action):
        child = self.start(action)
        try:
            if action["started"]:
                assert (await child.started).workflow_id == child.workflow_id
            if action.get("told"):
                await child.signal("go", action["key"])
            return await child
        except TaskError as error:
            raise TreeError(f"child {action['key']}") from error

    async def do_lambda(self, action):
        try:
            return await self.invoke(action)
        except TaskError as error:
            raise TreeError(f"lambda {action['key']}") from error

    async def do_sleep(self, action):
        await asyncio.sleep(action["seconds"])
        return action["key"]

    async def do_signal_in(self, action):
        return await self.signal(f"in {action['key']}")

    async def do_loop_signal(self, action):
        sent, came = self.loop(action)
        await sent
        return await came

    async def do_effect(self, action):
        return self.at_once(action)

    do_marker = do_version = do_effect

    async def do_fail(self, action):
        await asyncio.sleep(action["seconds"])
        raise TreeError(f"fail {action['key']}")

    async def do_seq(self, action):
        return await self.each(action["parts"])

    async def do_all(self, action):
        bounds = {"max_concurrency": action["most"], "tolerate": action["tolerate"]}
        try:
            return self.items(await flowy.map(self.do, action["parts"], **bounds))
        except flowy.MapFailedError as error:
            raise TreeError(f"all {action['key']}") from error

    async def do_each(self, action):
        branches = [flowy.spawn(self.do, part) for part in action["parts"]]
        try:
            return [await branch async for branch in flowy.as_completed(*branches)]
        except BaseException:
            self.stop(branches)
            await flowy.wait(branches)
            self.check(branches, action)
            raise

    async def do_group(self, action):
        before = asyncio.current_task().cancelling()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self.do(part)) for part in action["parts"]]
        except ExceptionGroup as error:
            while asyncio.current_task().cancelling() > before:
                # Before Python 3.13 a group leaves behind that it cancelled its own parent, and
                # a timeout around it then takes itself for somebody else's cancellation.
                asyncio.current_task().uncancel()
            raise TreeError(f"group {action['key']}") from error
        return [task.result() for task in tasks]

    async def do_first(self, action):
        tasks = [asyncio.create_task(self.do(part)) for part in action["parts"]]
        try:
            return await flowy.first(tasks, successful=action["successful"])
        finally:
            await asyncio.wait(tasks)
            self.look(tasks)

    async def do_reduce(self, action):
        async def join(left, right):
            return left + right

        branches = [flowy.spawn(self.each, [part]) for part in action["parts"]]
        try:
            return await flowy.parallel_reduce(join, branches)
        except TreeError as error:
            raise TreeError(f"reduce {action['key']}") from error

    async def do_timeout(self, action):
        try:
            async with asyncio.timeout(action["seconds"]):
                return await self.do(action["parts"][0])
        except TimeoutError:
            raise TreeError(f"timeout {action['key']}") from None

    async def do_guard(self, action):
        body, cleanup = action["parts"]
        try:
            return await self.do(body)
        finally:
            await self.do(cleanup)

    async def do_catch(self, action):
        try:
            return await self.do(action["parts"][0])
        except TreeError as error:
            return f"caught {error}"

    async def do_saga(self, action):
        values = []
        try:
            async with flowy.Saga() as saga:
                for step, undo in zip(action["parts"][::2], action["parts"][1::2], strict=True):
                    saga.add_compensation(self.do, undo)
                    values.append(await self.do(step))
        except flowy.CompensationError as error:
            raise TreeError(f"saga {action['key']}") from error
        return values


COLOURS = (PlainKitchen, AsyncKitchen)
