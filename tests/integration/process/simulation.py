"""Virtual time for graphs: an event loop that jumps, and an executor whose work takes only that."""

import asyncio
import heapq
import selectors
from collections import deque
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from flowy.clock import ManualClock
from flowy.process import BaseProcess


class JumpingSelector(selectors.SelectSelector):
    """Waits for nothing: where the loop would wait, the clock moves on."""

    def __init__(self, clock):
        super().__init__()
        self._clock = clock

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing will ever happen"
            self._clock.advance(timeout)
        return ready


def virtual_loop(clock):
    loop = asyncio.SelectorEventLoop(JumpingSelector(clock))
    loop.time = clock.now
    return loop


@dataclass(frozen=True)
class Interval:
    ready: float
    start: float
    end: float


class Simulated(Executor):
    """So many slots; a piece of work holds one for as long as its process says."""

    def __init__(self, slots, loop):
        self._free, self._loop = slots, loop
        self._queue = deque()
        self.intervals = {}

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        process = args[0].__self__
        self._queue.append((future, process, fn, args, self._loop.time()))
        self._fill()
        return future

    def _fill(self):
        while self._free and self._queue:
            self._free -= 1
            future, process, fn, args, ready = self._queue.popleft()
            now = self._loop.time()
            end = now + process.duration
            self.intervals[process.config.process_id] = Interval(ready, now, end)
            self._loop.call_later(process.duration, self._finish, future, fn, args)

    def _finish(self, future, fn, args):
        self._free += 1
        self._fill()
        future.set_result(fn(*args))


class Timed(BaseProcess):
    def __init__(self, configuration, duration):
        super().__init__(configuration)
        self.duration = duration

    def process(self, input_data):
        return sorted(input_data)


class Sleeps(Timed):
    async def process(self, input_data):
        await asyncio.sleep(self.duration)
        return sorted(input_data)


def new_clock():
    return ManualClock(start=0.0)


def list_schedule(order, durations, dependencies, slots):
    """The makespan of a greedy schedule that takes the first ready item of a list."""
    now, free, left, running, ended = 0, slots, list(order), [], set()
    while left or running:
        for item in list(left):
            if free and dependencies[item] <= ended:
                left.remove(item)
                free -= 1
                heapq.heappush(running, (now + durations[item], item))
        now = running[0][0]
        while running and running[0][0] == now:
            ended.add(heapq.heappop(running)[1])
            free += 1
    return now


def rounds(durations, dependencies, slots):
    """The makespan if all that is ready runs, and ends, before the next round begins."""
    now, ended = 0, set()
    while len(ended) < len(durations):
        ready = [item for item in durations if item not in ended and dependencies[item] <= ended]
        now += list_schedule(ready, durations, {key: set() for key in ready}, slots)
        ended |= set(ready)
    return now


def critical_path(durations, dependencies):
    ends = {}
    for item in durations:
        ends[item] = durations[item] + max((ends[each] for each in dependencies[item]), default=0)
    return max(ends.values(), default=0)
