"""Processes: killed with all they started, replaced when they die, clear about what cannot go."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from flowy.clock import ManualClock, SystemClock
from flowy.errors import DefinitionError, ExecutionError, PayloadError, ScriptFailed, WorkerLost
from flowy.execution.call import Call
from flowy.execution.execution import Limits
from flowy.execution.outcome import Status, Stop
from flowy.execution.process_pool import ProcessPool
from flowy.execution.retry import RetryPolicy
from flowy.execution.runner import Runner
from flowy.execution.script import Script
from flowy.execution.strategies.process import ProcessStrategy
from flowy.execution.strategies.script import ScriptStrategy
from flowy.execution.thread_pool import ThreadPool
from tests.contract import strategy_calls as calls

SOON = 20.0


@pytest.fixture
def runner():
    with Runner() as runner:
        yield runner


@pytest.fixture
def pool():
    pool = ProcessPool(1)
    yield pool
    pool.kill()


@pytest.fixture
def strategy(pool):
    return ProcessStrategy(pool)


def wait_for(condition):
    clock, pause = SystemClock(), threading.Condition()
    deadline = clock.now() + SOON
    with pause:
        while not condition():
            assert clock.now() < deadline, "it did not come about"
            clock.wait(pause, clock.now() + 0.005)


def gone(process_id):
    """Whether a process is no more, or only waits to be reaped, its threads and files gone."""
    place = Path(f"/proc/{process_id}")
    try:
        state = (place / "stat").read_text().rsplit(")", 1)[1].split()[0]
        return state == "Z" and len(list((place / "task").iterdir())) == 1
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("own_session", [False, True])
@pytest.mark.parametrize("how", ["cancel", "timeout"])
def test_a_stopped_call_is_killed_with_its_grandchildren(strategy, tmp_path, how, own_session):
    marker, clock = tmp_path / "ids", ManualClock(start=0.0)
    call = Call(
        function=calls.hang_with_grandchildren,
        arguments=(str(marker),),
        keywords={"own_session": own_session},
    )
    with Runner(clock=clock) as runner:  # whose time stands still until there are grandchildren
        limits = Limits(timeout=1.0 if how == "timeout" else None)
        execution = runner.start(call, strategy, limits)
        wait_for(lambda: marker.exists() and len(marker.read_text().split()) == 2)
        if how == "cancel":
            execution.cancel()
        else:
            clock.advance(1.0)
        outcome = execution.outcome(SOON)
    assert outcome.stop is Stop.KILLED
    assert outcome.status is (Status.CANCELED if how == "cancel" else Status.TIMED_OUT)
    for process_id in map(int, marker.read_text().split()):
        wait_for(lambda process_id=process_id: gone(process_id))


def test_every_process_leads_a_group_of_its_own(runner, strategy):
    group = runner.run(Call(function=os.getpgrp), strategy).unwrap()
    assert group == runner.run(Call(function=os.getpid), strategy).unwrap()
    assert group != os.getpgrp()


def test_no_process_is_made_before_there_is_a_call_and_then_it_is_kept(runner, pool, strategy):
    assert pool.process_ids == []
    first = runner.run(Call(function=os.getpid), strategy).unwrap()
    second = runner.run(Call(function=os.getpid), strategy).unwrap()
    assert first == second
    assert pool.process_ids == [first]


def test_a_process_that_dies_loses_its_call_and_the_next_has_another(runner, strategy):
    outcome = runner.run(Call(function=calls.die, arguments=(3,), name="die"), strategy)
    assert isinstance(outcome.error, WorkerLost)
    assert "die was lost: process" in str(outcome.error)
    assert "exited with status 3 before it answered" in str(outcome.error)
    assert runner.run(Call(function=calls.answer, arguments=(2,)), strategy).value == 4


def test_a_process_killed_while_idle_takes_no_call_with_it(runner, pool, strategy):
    process_id = runner.run(Call(function=os.getpid), strategy).unwrap()
    os.kill(process_id, signal.SIGKILL)
    wait_for(lambda: gone(process_id))
    assert runner.run(Call(function=calls.answer, arguments=(4,)), strategy).value == 8
    assert process_id not in pool.process_ids


def test_a_process_killed_while_idle_is_replaced_for_the_next_attempt(runner, strategy):
    process_id = runner.run(Call(function=os.getpid), strategy).unwrap()
    os.kill(process_id, signal.SIGKILL)
    limits = Limits(retry=RetryPolicy(attempts=2, delay=0.0, retry_on=(WorkerLost,)))
    outcome = runner.run(Call(function=calls.answer, arguments=(4,)), strategy, limits)
    assert outcome.value == 8


def test_leaving_the_interpreter_is_a_failure_of_the_call_only(runner, strategy):
    outcome = runner.run(Call(function=calls.leave, arguments=(5,)), strategy)
    assert outcome.status is Status.FAILED
    assert isinstance(outcome.error, SystemExit)
    assert runner.run(Call(function=calls.answer, arguments=(4,)), strategy).value == 8


def test_the_text_names_the_argument_that_cannot_travel(runner, strategy):
    call = Call(function=calls.answer, arguments=(1, threading.Lock()), name="process 'a'")
    error = runner.run(call, strategy).error
    assert isinstance(error, PayloadError)
    assert "process 'a' cannot be sent to a process, because argument 2 cannot be pickled" in str(
        error
    )
    call = Call(function=calls.answer, arguments=(1,), keywords={"b": lambda: 1})
    assert "argument 'b'" in str(runner.run(call, strategy).error)
    assert "its function" in str(runner.run(Call(function=lambda: 1), strategy).error)


def test_a_value_that_cannot_travel_is_a_failure(runner, strategy):
    outcome = runner.run(Call(function=calls.unpicklable), strategy)
    assert outcome.status is Status.FAILED
    assert "lambda" in str(outcome.error)


def test_an_exception_keeps_its_type_and_shows_the_trace_from_over_there(runner, strategy):
    error = runner.run(Call(function=calls.fail, arguments=("bad",), name="f"), strategy).error
    assert type(error) is ValueError
    assert any("in fail" in note for note in error.__notes__)


def test_an_exception_that_cannot_travel_is_described(runner, strategy):
    error = runner.run(Call(function=calls.fail_pickily), strategy).error
    assert type(error) is ExecutionError
    assert str(error) == "Picky: one and two"


def test_a_process_sees_todays_environment(runner, strategy, monkeypatch):
    monkeypatch.setenv("FLOWY_TEST", "today")
    call = Call(function=calls.environment, arguments=("FLOWY_TEST",))
    assert runner.run(call, strategy).value == "today"


def test_the_pool_is_an_executor(pool):
    assert pool.submit(calls.answer, 5, b=5).result(SOON) == 25
    with pytest.raises(ValueError, match="bad"):
        pool.submit(calls.fail, "bad").result(SOON)
    assert list(pool.map(calls.answer, [1, 2, 3])) == [2, 4, 6]
    pool.shutdown()
    assert pool.closed
    assert pool.process_ids == []
    with pytest.raises(ExecutionError, match="closed"):
        pool.submit(calls.answer, 5)


def test_closing_a_strategy_kills_what_runs(runner, pool, strategy, tmp_path):
    marker = tmp_path / "marker"
    running = runner.start(Call(function=calls.hang, arguments=(str(marker),)), strategy)
    queued = runner.start(Call(function=calls.answer, arguments=(1,)), strategy)
    wait_for(lambda: marker.exists() and marker.read_text())
    strategy.close()
    assert isinstance(running.outcome(SOON).error, WorkerLost)
    assert queued.outcome(SOON).status is Status.FAILED
    wait_for(lambda: pool.process_ids == [])


PROGRAM = """
import sys, threading
from flowy.execution.call import Call
from flowy.execution.runner import Runner
from flowy.execution.strategies.process import ProcessStrategy
from tests.contract.strategy_calls import hang_with_grandchildren

if __name__ == "__main__":
    call = Call(function=hang_with_grandchildren, arguments=(sys.argv[1],),
                keywords={"own_session": False})
    Runner().start(call, ProcessStrategy())
    if sys.argv[2] == "stay":
        threading.Event().wait(60)
    while not __import__("os").path.exists(sys.argv[1]):
        threading.Event().wait(0.01)
"""


@pytest.mark.parametrize("ending", ["stay", "leave"])
def test_no_process_outlives_the_program(tmp_path, ending):
    program, marker = tmp_path / "program.py", tmp_path / "ids"
    program.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, str(program), str(marker), ending], env=environment
    ) as process:
        wait_for(lambda: marker.exists() and len(marker.read_text().split()) == 2)
        if ending == "stay":
            process.kill()
        process.wait(SOON)
    for process_id in map(int, marker.read_text().split()):
        wait_for(lambda process_id=process_id: gone(process_id))


UNGUARDED = """
from flowy.execution.call import Call
from flowy.execution.runner import Runner
from flowy.execution.strategies.process import ProcessStrategy

outcome = Runner().run(Call(function=abs, arguments=(-1,)), ProcessStrategy())
print(type(outcome.error).__name__, outcome.error)
"""


@pytest.mark.parametrize("stdin", [False, True])
def test_a_program_that_processes_cannot_import_is_told_what_to_do(tmp_path, stdin):
    program = tmp_path / "program.py"
    program.write_text(UNGUARDED)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    finished = subprocess.run(
        [sys.executable, "-" if stdin else str(program)],
        env=environment,
        input=UNGUARDED if stdin else None,
        capture_output=True,
        text=True,
        timeout=SOON,
        check=True,
    )
    assert "WorkerLost a process for calls ended while it started" in finished.stdout
    assert "under `if __name__ == '__main__':`" in finished.stdout


def test_a_script_is_run_with_its_arguments_input_and_environment(runner, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(
        "import os, sys\n"
        "print(sys.argv[1:], sys.stdin.read(), os.environ['COLOUR'], os.getcwd())\n"
        "print('careful', file=sys.stderr)\n"
    )
    script = Script(
        path=path,
        arguments=("a b", "$HOME; ls"),
        text="hello",
        environment={"COLOUR": "red"},
        folder=tmp_path,
    )
    strategy = ScriptStrategy()
    output = runner.run(Call(function=script), strategy).unwrap()
    strategy.close()
    assert output.output == f"['a b', '$HOME; ls'] hello red {tmp_path}\n"
    assert (output.errors, output.exit_status) == ("careful\n", 0)
    assert script() == output


def test_a_script_that_fails_says_how_and_what_it_printed(tmp_path):
    path = tmp_path / "script.py"
    path.write_text("import sys\nprint('half way')\nsys.exit(4)\n")
    with pytest.raises(ScriptFailed, match="exited with 4; it said: half way") as caught:
        Script(path=path)()
    assert caught.value.exit_status == 4
    log = tmp_path / "log"
    with pytest.raises(ScriptFailed, match=f"see {log}"):
        Script(path=path, log=log)()
    assert log.read_text() == "half way\n"


def test_closing_a_script_strategy_kills_what_runs_and_drops_the_rest(runner, tmp_path):
    path, marker = tmp_path / "script.py", tmp_path / "marker"
    path.write_text(f"open({str(marker)!r}, 'w').close()\nimport signal\nsignal.pause()\n")
    strategy = ScriptStrategy(ThreadPool(1))
    call = Call(function=Script(path=path), name="pausing")
    running, queued = runner.start(call, strategy), runner.start(call, strategy)
    wait_for(marker.exists)
    strategy.close()
    assert "was killed by signal 9" in str(running.outcome(SOON).error)
    assert "its pool was closed first" in str(queued.outcome(SOON).error)


def test_only_scripts_run_on_the_script_strategy(runner):
    outcome = runner.run(Call(function=calls.answer, name="answer"), ScriptStrategy())
    assert isinstance(outcome.error, DefinitionError)
