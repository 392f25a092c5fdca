"""What asyncio offers works in an `async def run`, or is refused with what to use in its place."""

import asyncio
import concurrent.futures
import gc
import threading

import pytest

from flowy.decider.bridge import BridgedLoop
from flowy.decider.refused import FUNCTIONS, REFUSED
from flowy.swf.task import ActivityProxy
from flowy.task import Workflow
from flowy.task.guarding import unguarded
from tests.unit.decider.simulator import Simulator, ids


class Acts(Workflow):
    act = ActivityProxy("Act", 1, retry=0, error_handling=True)


def play(run, *ends):
    """Play a workflow, kept and cold at once; activities end and timers fire one a decision."""
    simulator = Simulator(type("Story", (Acts,), {"run": run}))
    kept = simulator.new_run()
    found = []
    for end in (None, *ends):
        if end is None:
            pass
        elif end in simulator.timers:
            simulator.fire(end)
        else:
            simulator.complete(end, f"value {end}")
        size = len(simulator.events) + 2
        answer = simulator.decide(kept)
        cold = simulator.new_run()
        assert cold.feed(simulator.events[:size]) == answer
        cold.close()
        found.append(ids(answer))
    return found


# What works


def test_gather_gives_values_in_the_order_of_its_arguments():
    async def run(self):
        return await asyncio.gather(self.act(), asyncio.sleep(5, "slept"), self.act())

    assert play(run, "1", "2", "0")[-1] == ['complete ["value 0","slept","value 1"]']


def test_a_task_group_cancels_its_others_when_one_fails():
    async def run(self):
        async def fails():
            await asyncio.sleep(1)
            raise ValueError("no")

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails())
                group.create_task(asyncio.sleep(60))
        except ExceptionGroup as errors:
            return [str(error) for error in errors.exceptions]

    assert play(run, "0") == [
        ["timer 0 1s", "timer 1 60s"],
        ["cancel timer 1", 'complete ["no"]'],
    ]


@pytest.mark.parametrize("at", [False, True])
def test_timeout_is_a_durable_timer(at):
    async def run(self):
        when = asyncio.get_running_loop().time() + 30
        try:
            async with asyncio.timeout_at(when) if at else asyncio.timeout(30):
                await self.act()
        except TimeoutError:
            return "late"
        return "in time"

    assert play(run, "0") == [["timer 0 30s", "#1"], ["cancel #1", 'complete "late"']]
    assert play(run, "1")[1] == ["cancel timer 0", 'complete "in time"']


def test_wait_for_is_a_durable_timer():
    async def run(self):
        return await asyncio.wait_for(self.act(), 30)

    assert play(run, "0")[0] == ["#0", "timer 1 30s"]
    assert play(run, "0")[1] == ["cancel timer 1", 'complete "value 0"']
    (failed,) = play(run, "1")[1]
    assert failed.startswith("fail")


def test_a_queue_hands_over_in_order_and_holds_back_when_full():
    async def run(self):
        queue = asyncio.Queue(1)
        log = []

        async def produce():
            for number in range(3):
                await queue.put(number)
                log.append(f"put {number}")

        async def consume():
            for _ in range(3):
                log.append(await queue.get())
                await self.act()
                queue.task_done()

        await asyncio.gather(produce(), consume())
        await queue.join()
        return log

    found = play(run, "0", "1", "2")
    assert found[-1] == ['complete ["put 0",0,"put 1",1,"put 2",2]']


@pytest.mark.parametrize("kind", [asyncio.PriorityQueue, asyncio.LifoQueue])
def test_the_other_queues_work(kind):
    async def run(self):
        queue = kind()
        for number in (2, 3, 1):
            queue.put_nowait(number)
        await self.act()
        return [await queue.get() for _ in range(3)]

    shown = "[1,2,3]" if kind is asyncio.PriorityQueue else "[1,3,2]"
    assert play(run, "0")[-1] == [f"complete {shown}"]


def test_an_event_wakes_everybody_who_waits():
    async def run(self):
        event = asyncio.Event()

        async def waits(name):
            await event.wait()
            return name

        tasks = [asyncio.create_task(waits(name)) for name in "ab"]
        await self.act()
        event.set()
        return [await task for task in tasks]

    assert play(run, "0")[-1] == ['complete ["a","b"]']


def test_a_condition_wakes_who_waits_for_it():
    async def run(self):
        condition, have = asyncio.Condition(), []

        async def waits():
            async with condition:
                await condition.wait_for(lambda: len(have) == 2)
                return list(have)

        task = asyncio.create_task(waits())
        for number in range(2):
            have.append(await self.act(number))
            async with condition:
                condition.notify_all()
        return await task

    assert play(run, "0", "1")[-1] == ['complete ["value 0","value 1"]']


@pytest.mark.parametrize(
    "make", [lambda: asyncio.Semaphore(2), lambda: asyncio.BoundedSemaphore(2)]
)
def test_a_semaphore_lets_so_many_in(make):
    async def run(self):
        semaphore = make()

        async def one(number):
            async with semaphore:
                return await self.act(number)

        await asyncio.gather(*map(one, range(3)))

    assert play(run, "1", "0", "2") == [["#0", "#1"], ["#2"], [], ["complete null"]]


def test_a_lock_lets_one_in():
    async def run(self):
        lock = asyncio.Lock()

        async def one(number):
            async with lock:
                await self.act(number)

        await asyncio.gather(*map(one, range(2)))

    assert play(run, "0", "1") == [["#0"], ["#1"], ["complete null"]]


def test_a_barrier_lets_them_go_together():
    async def run(self):
        barrier = asyncio.Barrier(2)

        async def one(seconds):
            await asyncio.sleep(seconds)
            await barrier.wait()
            await self.act(seconds)

        await asyncio.gather(one(1), one(2))

    assert play(run, "0", "1") == [["timer 0 1s", "timer 1 2s"], [], ["#2", "#3"]]


def test_as_completed_gives_tasks_in_the_order_of_the_history():
    async def run(self):
        tasks = [asyncio.create_task(self.one(number)) for number in range(3)]
        return [await task for task in asyncio.as_completed(tasks)]

    async def one(self, number):
        return await self.act(number)

    Acts.one = one
    try:
        assert play(run, "2", "0", "1")[-1] == ['complete ["value 2","value 0","value 1"]']
    finally:
        del Acts.one


def test_shield_keeps_what_it_holds_from_a_cancellation():
    async def run(self):
        call = self.act()
        try:
            await asyncio.wait_for(asyncio.shield(call), 5)
        except TimeoutError:
            return ["late", await call]

    assert play(run, "1", "0") == [
        ["#0", "timer 1 5s"],
        [],
        ['complete ["late","value 0"]'],
    ]


def test_sets_of_gatherings_have_the_same_order_in_every_replay():
    ballast, seen = [], []

    async def run(self):
        pairs = []
        for number in range(20):
            pairs.append(asyncio.gather(self.act(), self.act()))
            ballast.append([object() for _ in range(number * len(seen) % 7)])  # moves addresses
        done, _pending = await asyncio.wait(pairs)
        seen.append([pairs.index(pair) for pair in done])

    simulator = Simulator(type("Sets", (Acts,), {"run": run}))
    simulator.decide()
    for number in range(40):
        simulator.complete(str(number))
    simulator.start_decision()
    for _ in range(8):
        simulator.new_run().feed(simulator.events)
    assert len(seen) == 8
    assert all(one == seen[0] for one in seen)


def test_gatherings_hash_as_ever_on_other_loops():
    async def main():
        one, other = asyncio.gather(asyncio.sleep(0)), asyncio.gather(asyncio.sleep(0))
        assert hash(one) == object.__hash__(one)
        assert len({one, other}) == 2
        await asyncio.gather(one, other)

    asyncio.run(main())


# What is refused

WORKS = {
    "call_at",
    "call_exception_handler",
    "call_later",
    "call_soon",
    "create_future",
    "create_task",
    "default_exception_handler",
    "get_debug",
    "get_exception_handler",
    "get_task_factory",
    "is_closed",
    "is_running",
    "shutdown_asyncgens",
    "time",
}
"""Methods of a loop that do what asyncio says they do."""


def surface():
    return {name for name in dir(asyncio.AbstractEventLoop) if not name.startswith("_")}


def test_every_method_of_a_loop_works_or_is_refused():
    assert surface() == WORKS | set(REFUSED)
    for name in surface():
        assert getattr(BridgedLoop, name) is not getattr(asyncio.AbstractEventLoop, name)


def failure_of(run):
    """Return why a workflow fails; a coroutine that it leaves behind is a warning, so an error."""
    (found,) = ids(Simulator(type("Offends", (Workflow,), {"run": run})).decide())
    gc.collect()
    assert found.startswith("fail ")
    return found


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_a_loop_cannot_do_is_refused_with_what_to_use(name):
    async def run(self):
        getattr(asyncio.get_running_loop(), name)(1, 2)

    what, instead = REFUSED[name]
    found = failure_of(run)
    assert found.startswith(f"fail {what} (1) cannot work in a workflow")
    assert instead[:60] in found


async def nothing():
    """A coroutine that is refused must be closed, or Python warns."""


async def wait_for_thread():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with unguarded():  # the guards are up where another test had a poller
            submitted = pool.submit(int)
        await asyncio.wrap_future(submitted)


async def on_a_runner():
    with asyncio.Runner() as runner:
        runner.run(nothing())


def on_a_loop_of_its_own():
    asyncio.new_event_loop().run_until_complete(nothing())


OFFENCES = {
    "create_subprocess_exec": lambda: asyncio.create_subprocess_exec("true"),
    "create_subprocess_shell": lambda: asyncio.create_subprocess_shell("true"),
    "new_event_loop": lambda: asyncio.new_event_loop(),
    "open_connection": lambda: asyncio.open_connection("127.0.0.1", 1),
    "open_unix_connection": lambda: asyncio.open_unix_connection("/nowhere"),
    "run": lambda: asyncio.run(nothing()),
    "run_coroutine_threadsafe": lambda: asyncio.run_coroutine_threadsafe(
        nothing(), asyncio.get_running_loop()
    ),
    "Runner": on_a_runner,
    "set_event_loop": lambda: asyncio.set_event_loop(None),
    "start_server": lambda: asyncio.start_server(None, "127.0.0.1", 0),
    "start_unix_server": lambda: asyncio.start_unix_server(None, "/nowhere"),
    "to_thread": lambda: asyncio.to_thread(print),
    "wrap_future": wait_for_thread,
}


@pytest.mark.parametrize("name", sorted(OFFENCES))
def test_functions_of_asyncio_that_cannot_work_are_refused_with_what_to_use(name):
    async def run(self):
        offence = OFFENCES[name]()
        if offence is not None:
            await offence

    found = failure_of(run)
    assert "cannot work in a workflow" in found
    assert "activity" in found or "asyncio.create_task" in found


@pytest.mark.parametrize("name", ["run", "new_event_loop"])
def test_a_plain_run_is_told_the_same(name):
    def run(self):
        OFFENCES[name]()

    assert "cannot work in a workflow" in failure_of(run)


def test_in_an_unguarded_block_a_loop_on_a_thread_of_its_own_may_be_asked():
    """As a volume of payloads does that has one: fsspec's for S3."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def run(self):
        with unguarded():
            return asyncio.run_coroutine_threadsafe(asyncio.sleep(0, 7), loop).result(10)

    try:
        assert ids(Simulator(type("Asks", (Workflow,), {"run": run})).decide()) == ["complete 7"]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_elsewhere_they_do_what_they_always_did():
    assert asyncio.run(asyncio.sleep(0, "slept")) == "slept"
    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(asyncio.to_thread(int)) == 0
    loop.close()
    for name, (module, _what, _instead) in FUNCTIONS.items():
        assert getattr(asyncio, name) is getattr(module, name)
        assert getattr(asyncio, name).__doc__


WITHOUT_A_LOOP = (
    # Constants, exceptions, types that do nothing by themselves, and the policies of other loops.
    "ALL_COMPLETED FIRST_COMPLETED FIRST_EXCEPTION AbstractEventLoop AbstractEventLoopPolicy "
    "AbstractServer BaseEventLoop BaseProtocol BaseTransport BrokenBarrierError BufferedProtocol "
    "CancelledError DatagramProtocol DatagramTransport Handle IncompleteReadError "
    "InvalidStateError LimitOverrunError Protocol QueueEmpty QueueFull QueueShutDown ReadTransport "
    "SendfileNotAvailableError Server StreamReader StreamReaderProtocol StreamWriter "
    "SubprocessProtocol SubprocessTransport Task Timeout TimeoutError TimerHandle Transport "
    "WriteTransport iscoroutine iscoroutinefunction isfuture "
    "AbstractChildWatcher DefaultEventLoopPolicy EventLoop FastChildWatcher MultiLoopChildWatcher "
    "PidfdChildWatcher SafeChildWatcher SelectorEventLoop ThreadedChildWatcher get_child_watcher "
    "get_event_loop_policy set_child_watcher set_event_loop_policy"
)
WORKING = (
    "Barrier BoundedSemaphore Condition Event Future LifoQueue Lock PriorityQueue Queue Semaphore "
    "TaskGroup all_tasks as_completed create_eager_task_factory create_task current_task "
    "eager_task_factory ensure_future gather get_event_loop get_running_loop shield sleep timeout "
    "timeout_at wait wait_for"
)


def test_every_public_name_of_asyncio_has_its_place():
    placed = {*WITHOUT_A_LOOP.split(), *WORKING.split(), *OFFENCES}
    assert {name for name in asyncio.__all__ if not name.startswith("_")} <= placed
