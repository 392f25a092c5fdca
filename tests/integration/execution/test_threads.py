"""The pool of threads: made when needed, bounded, and not kept up by those that never come back."""

import threading

import pytest

from flowy.errors import ExecutionError
from flowy.execution.thread_pool import ThreadPool

SOON = 20.0


def test_threads_are_made_for_work_and_no_more_than_allowed():
    pool, leave = ThreadPool(2), threading.Event()
    assert pool.threads == 0
    waiting = [pool.submit(leave.wait, SOON) for _ in range(5)]
    assert pool.threads == 2
    leave.set()
    assert all(future.result(SOON) for future in waiting)
    assert pool.submit(lambda: 1).result(SOON) == 1
    assert pool.threads == 2
    pool.shutdown()
    assert pool.threads == 0


def test_a_closed_pool_takes_no_work_and_drops_what_it_is_told_to():
    pool, leave, entered = ThreadPool(1, "small"), threading.Event(), threading.Event()
    running = pool.submit(lambda: entered.set() or leave.wait(SOON))
    queued = pool.submit(lambda: 1)
    assert entered.wait(SOON)
    pool.shutdown(wait=False, cancel_futures=True)
    leave.set()
    assert running.result(SOON)
    assert queued.cancelled()
    with pytest.raises(ExecutionError, match="'small' is closed"):
        pool.submit(lambda: 1)


def test_a_cancelled_future_is_not_run():
    pool, leave, ran = ThreadPool(1), threading.Event(), []
    pool.submit(leave.wait, SOON)
    future = pool.submit(ran.append, 1)
    assert future.cancel()
    leave.set()
    pool.shutdown()
    assert ran == []


def test_an_abandoned_thread_gives_its_place_to_another():
    pool, leave, threads = ThreadPool(1), threading.Event(), []
    entered = threading.Event()

    def stuck():
        threads.append(threading.current_thread())
        entered.set()
        leave.wait(SOON)

    pool.submit(stuck)
    queued = pool.submit(lambda: "done")
    assert entered.wait(SOON)
    pool.abandon(threads[0])
    assert queued.result(SOON) == "done"
    assert pool.threads == 1
    leave.set()
    threads[0].join(SOON)
    assert not threads[0].is_alive()
    pool.shutdown()
