"""The pools that the processes of a graph share: made when needed, replaced when closed."""

import asyncio
import queue
import threading
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any, ClassVar

from flowy.execution.call import Call
from flowy.execution.process_pool import ProcessPool
from flowy.execution.runner import Runner
from flowy.execution.strategies.coroutine import CoroutineStrategy
from flowy.execution.strategies.executor import ExecutorStrategy
from flowy.execution.strategies.process import ProcessStrategy
from flowy.execution.strategies.thread import ThreadStrategy
from flowy.execution.strategy import Attempt, Running, Strategy
from flowy.execution.thread_pool import ThreadPool
from flowy.process.workflow.workflow_types import ProcessType

_STRATEGIES: Mapping[type[Executor], Callable[[Any], Strategy]] = {
    ProcessPool: ProcessStrategy,
    ThreadPool: ThreadStrategy,
}


class Pools(dict[ProcessType, Executor]):
    """An executor for THREAD and one for PROCESS; each is made when it is first looked up.

    Put another executor in its place, such as Dask's, and the processes run there.

    Args:
        max_threads: How many threads at a time.
        max_processes: How many processes at a time.
    """

    def __init__(self, max_threads: int | None, max_processes: int | None) -> None:
        super().__init__()
        self._makers: Mapping[ProcessType, Callable[[], Executor]] = {
            ProcessType.THREAD: lambda: ThreadPool(max_threads),
            ProcessType.PROCESS: lambda: ProcessPool(max_processes),
        }
        self._lock = threading.Lock()
        self._strategies: dict[ProcessType, tuple[Executor, Strategy]] = {}
        self._coroutines: tuple[asyncio.AbstractEventLoop, Strategy] | None = None

    def __missing__(self, process_type: ProcessType) -> Executor:
        with self._lock:
            if process_type not in self:
                self[process_type] = self._makers[process_type]()
            return dict.__getitem__(self, process_type)

    def strategy(self, process_type: ProcessType) -> Strategy:
        """Return what runs processes of a type; for ASYNC, on the running event loop."""
        if process_type is ProcessType.ASYNC:
            return self._on_loop(asyncio.get_running_loop())
        executor = self[process_type]
        if type(executor) in _STRATEGIES and executor.closed:  # type: ignore[attr-defined]
            self.pop(process_type, None)
            executor = self[process_type]
        found = self._strategies.get(process_type)
        if found is not None and found[0] is executor:
            return found[1]
        make = _STRATEGIES.get(type(executor), ExecutorStrategy.over)
        strategy = make(executor)
        self._strategies[process_type] = (executor, strategy)
        return strategy

    def shutdown(self, wait: bool = True) -> None:
        """Shut down what was made; what is abandoned is not waited for."""
        for executor in list(self.values()):
            executor.shutdown(wait=wait)
        self._strategies.clear()
        self.clear()

    def _on_loop(self, loop: asyncio.AbstractEventLoop) -> Strategy:
        if self._coroutines is None or self._coroutines[0] is not loop:
            self._coroutines = (loop, CoroutineStrategy(loop, plain=_Threads(self)))
        return self._coroutines[1]


class _Threads:
    """The strategy for THREAD, looked up when the first call needs it."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools

    def start(self, call: Call, attempt: Attempt) -> Running:
        return self._pools.strategy(ProcessType.THREAD).start(call, attempt)

    def close(self) -> None:
        """Do nothing: the pools are closed by their owner."""


class WorkflowPoolManager:
    """Keeps the pools of graphs by the graphs' ids, so that their processes share them."""

    _instance: ClassVar["WorkflowPoolManager | None"] = None
    _instance_lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self) -> None:
        self._pools: dict[str, Pools] = {}
        self._retired: queue.SimpleQueue[Pools] = queue.SimpleQueue()
        self._reaper: threading.Thread | None = None
        self.runner = Runner()

    @classmethod
    def get_instance(cls) -> "WorkflowPoolManager":
        """Return the one manager of this program."""
        with cls._instance_lock:
            if cls._instance is None:
                cls._instance = cls()
            return cls._instance

    def get_or_create_pools(
        self,
        process_id: str,
        max_threads: int | None = None,
        max_processes: int | None = None,
    ) -> Pools:
        """Return the pools of an id: the same ones each time, until they are cleaned up.

        Args:
            process_id: A graph's id.
            max_threads: How many threads at a time, if the pools are new.
            max_processes: How many processes at a time, if the pools are new.
        """
        pools = self._pools.get(process_id)
        if pools is None:
            pools = self._pools.setdefault(process_id, Pools(max_threads, max_processes))
        return pools

    def clean_up_after(self, owner: object, process_id: str) -> None:
        """Shut the pools of an id down some time after their owner is no more."""
        if self._reaper is None:
            self._reaper = threading.Thread(
                target=_reap, args=(self._retired,), name="flowy-reaper", daemon=True
            )
            self._reaper.start()
        weakref.finalize(owner, self._retire, process_id).atexit = False

    def has_pools(self, process_id: str) -> bool:
        """Tell whether there are pools of an id."""
        return process_id in self._pools

    def cleanup_pools(self, process_id: str, wait: bool = True) -> None:
        """Shut the pools of an id down, if there are any, and forget them.

        Args:
            process_id: A graph's id.
            wait: Return when the calls that run in them have ended.
        """
        pools = self._pools.pop(process_id, None)
        if pools is not None:
            pools.shutdown(wait=wait)

    def _retire(self, process_id: str) -> None:
        # The collector calls this anywhere, also where a lock is held: it must not take any.
        pools = self._pools.pop(process_id, None)
        if pools is not None:
            self._retired.put(pools)


def _reap(retired: "queue.SimpleQueue[Pools]") -> None:
    while True:
        retired.get().shutdown(wait=False)
