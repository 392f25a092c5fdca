"""SIGTERM and Ctrl-C: the task in hand is finished, then the process leaves, with status 0."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import signal, sys, threading
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from flowy.swf.boilerplate import start_activity_worker
from flowy.swf.scanner import activity
from flowy.task import Activity
from flowy.protocol.ids import TypeId, ExecutionId
from flowy.protocol.tasks import ActivityTask


@activity("wait", 1, "list")
class Wait(Activity):
    def run(self):
        print("working", flush=True)
        sys.stdin.readline()
        return "finished"


def hear_aside(poller):
    # The signal comes to this thread, while the main thread waits for a task.
    while sys._current_frames()[poller].f_globals["__name__"] != "threading":
        pass
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)


class Client:
    tasks = sys.argv[1] == "busy"
    left = threading.Event()

    def call(self, request):
        name = type(request).__name__
        if name == "PollForActivityTask":
            if self.tasks:
                self.tasks = False
                return ActivityTask(
                    task_token="t",
                    activity_id="0",
                    activity_type=TypeId(name="wait", version="1"),
                    workflow_execution=ExecutionId(workflow_id="w", run_id="r"),
                )
            print("polling", flush=True)
            if sys.argv[1] == "aside":
                threading.Thread(target=hear_aside, args=(threading.get_ident(),)).start()
            self.left.wait()
            return ActivityTask()
        if name == "RespondActivityTaskCompleted":
            print(request.result, flush=True)

    def interrupt(self):
        print("leaving", flush=True)
        self.left.set()

    def close(self):
        pass


start_activity_worker("domain", "list", Client(), package=sys.modules["__main__"])
print("left", flush=True)
"""


@pytest.fixture
def program():
    started = []

    def run(state, **options):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, state],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_worker_that_waits_leaves_at_once(program, number):
    process = program("idle")
    assert process.stdout.readline() == "polling\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (out, err, process.returncode) == ("leaving\nleft\n", "", 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_task_in_hand_is_finished_and_answered_first(program, number):
    process = program("busy")
    assert process.stdout.readline() == "working\n"
    process.send_signal(number)
    assert process.stdout.readline() == "leaving\n"
    out, err = process.communicate("go on\n", timeout=30)
    assert (out, err, process.returncode) == ('"finished"\nleft\n', "", 0)


def test_a_terminal_that_is_closed_may_say_so_twice(program):
    process = program("busy")
    assert process.stdout.readline() == "working\n"
    process.send_signal(signal.SIGHUP)
    assert process.stdout.readline() == "leaving\n"
    process.send_signal(signal.SIGHUP)
    out, err = process.communicate("go on\n", timeout=30)
    assert (out, err, process.returncode) == ('"finished"\nleft\n', "", 0)


def test_a_worker_under_nohup_stays(program):
    process = program("idle", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    assert process.stdout.readline() == "polling\n"
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (out, err, process.returncode) == ("leaving\nleft\n", "", 0)


def test_a_signal_that_another_thread_gets_is_heard_while_the_main_thread_polls(program):
    out, err = program("aside").communicate(timeout=30)
    assert (out, err) == ("polling\nleaving\nleft\n", "")


def test_a_second_ctrl_c_does_not_wait_for_the_task(program):
    process = program("busy")
    assert process.stdout.readline() == "working\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "leaving\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert "left to time out" in process.stderr.read()
