"""Processes for the tests; in a module of their own, so that they can be pickled."""

import asyncio
import os
import threading
from pathlib import Path

from flowy.process import BaseProcess, ProcessConfig, ProcessResult, ProcessType

NEVER = threading.Event()


def config(process_id, process_type="async", **changes):
    return ProcessConfig(process_id=process_id, process_type=process_type, **changes)


class Double(BaseProcess):
    def process(self, input_data):
        return input_data * 2


class DoubleAsync(BaseProcess):
    async def process(self, input_data):
        await asyncio.sleep(0)
        return input_data * 2


class Overridden(BaseProcess):
    async def execute(self, input_data):
        await asyncio.sleep(0)
        return {**input_data, "seen": os.getpid(), "thread": threading.current_thread().name}


class OverriddenPlain(BaseProcess):
    def execute(self, input_data):
        return input_data + 1


class Extended(BaseProcess):
    def process(self, input_data):
        return input_data * 2

    async def execute(self, input_data):
        result = await super().execute(input_data + 1)
        assert isinstance(result, ProcessResult)
        return result


class Empty(BaseProcess):
    pass


class Fails(BaseProcess):
    def process(self, input_data):
        raise ValueError(f"{self.config.process_id} is bad")


class Inputs(BaseProcess):
    """Gives what it was given, with the results unpacked."""

    def process(self, input_data):
        return {
            key: value.data if isinstance(value, ProcessResult) else value
            for key, value in input_data.items()
        }


class Sum(BaseProcess):
    def __init__(self, configuration, sources):
        super().__init__(configuration)
        self.sources = sources

    def process(self, input_data):
        return sum(self.get_process_result(input_data, each) for each in self.sources)


class Value(BaseProcess):
    def __init__(self, configuration, value):
        super().__init__(configuration)
        self.value = value

    def process(self, input_data):
        return self.value


class Hangs(BaseProcess):
    """Waits for what never comes: on the loop, or where it is run."""

    def process(self, input_data):
        NEVER.wait(30.0)
        return "too late"


class HangsAsync(BaseProcess):
    async def process(self, input_data):
        await asyncio.Event().wait()


class Flaky(BaseProcess):
    """Fails a number of times, which it counts in a file."""

    def __init__(self, configuration, counter, times):
        super().__init__(configuration)
        self.counter, self.times = str(counter), times

    def process(self, input_data):
        path = Path(self.counter)
        count = int(path.read_text()) + 1 if path.exists() else 1
        path.write_text(str(count))
        if count <= self.times:
            raise ConnectionError(f"attempt {count}")
        return count


class Dies(BaseProcess):
    def process(self, input_data):
        os._exit(7)


class Unpicklable(BaseProcess):
    def __init__(self, configuration):
        super().__init__(configuration)
        self.lock = threading.Lock()

    def process(self, input_data):
        return 1


ALL = tuple(ProcessType)
