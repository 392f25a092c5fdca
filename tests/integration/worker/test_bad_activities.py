"""Activities that misbehave: the answer says what it was, and the worker goes on."""

import json
import os

import pytest

from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.worker.workshop import ActivitySettings
from tests.integration.worker import odd
from tests.integration.worker.doing import Doing, do

GIGABYTE = 1024**3
PROCESS = ActivitySettings(strategy="process")


@pytest.mark.parametrize("strategy", ["inline", "thread", "process"])
@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (odd.Nan, "the result of Nan cannot be sent as JSON: it holds the number nan"),
        (odd.Cyclic, "the result of Cyclic cannot be sent as JSON: "),
        (odd.Exits, "3"),
    ],
)
def test_results_that_cannot_travel_and_exits_fail_the_task(strategy, factory, message):
    answer = do(factory, settings=ActivitySettings(strategy=strategy))
    assert isinstance(answer, RespondActivityTaskFailed)
    assert answer.reason.startswith(message)


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ("inline", "the result of Generates cannot be sent as JSON: "),
        ("process", "the result, of type generator, cannot be sent from its process: "),
    ],
)
def test_a_generator_is_no_result(strategy, message):
    answer = do(odd.Generates, settings=ActivitySettings(strategy=strategy))
    assert message in json.loads(answer.details)["message"]


def test_a_process_that_exits_hard_is_named_and_the_next_activity_has_a_new_one():
    with Doing(odd.ExitsHard, PROCESS) as doing:
        answer = doing.do()
    assert isinstance(answer, RespondActivityTaskFailed)
    message = json.loads(answer.details)["message"]
    assert message.startswith("activity resize 1 #0 of order-7 (run run-1) was lost: process ")
    assert "exited with status 3 before it answered" in message


def test_a_process_that_forks_and_comes_back_twice_answers_once():
    with Doing(odd.Forks, PROCESS) as doing:
        assert doing.do().result == '"forked"'
    with Doing(odd.Add, PROCESS) as doing:
        assert doing.do("[[1], {}]").result == "1"


def test_a_copy_of_the_worker_that_an_activity_forked_ends_and_answers_nothing(tmp_path):
    status = tmp_path / "status"

    class Forks(odd.Activity):
        def run(self):
            child = os.fork()
            if child:
                status.write_text(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
            return "forked"

    with Doing(Forks) as doing:
        assert doing.do() == RespondActivityTaskCompleted(task_token="token", result='"forked"')
    assert status.read_text() == "70"


def test_a_process_that_exhausts_its_memory_fails_alone():
    settings = ActivitySettings(strategy="process", process_memory=4 * GIGABYTE)
    answer = do(odd.Exhausts, settings=settings)
    assert json.loads(answer.details)["type"] == "builtins.MemoryError"
    assert do(odd.Limited, settings=settings).result == str(4 * GIGABYTE)


def test_binary_junk_on_the_output_harms_nobody(capfd):
    assert do(odd.Prints, settings=PROCESS).result == '"printed"'


def test_binary_junk_in_the_output_of_a_script_is_replaced(tmp_path):
    path = tmp_path / "junk.py"
    path.write_text("import os; os.write(1, b'ok \\xff\\xfe end')")
    answer = do(odd.Runs, json.dumps([[str(path)], {}]), ActivitySettings(strategy="script"))
    assert json.loads(answer.result) == "ok �� end"


def test_a_script_that_fails_says_how_and_what_it_printed(tmp_path):
    path = tmp_path / "fails.py"
    path.write_text("import sys; print('no disk', file=sys.stderr); sys.exit(4)")
    answer = do(odd.Runs, json.dumps([[str(path)], {}]), ActivitySettings(strategy="script"))
    assert f"{path} exited with 4; it said: no disk" in json.loads(answer.details)["message"]


def test_without_a_script_the_strategy_says_what_it_takes():
    answer = do(odd.Add, "[[1], {}]", ActivitySettings(strategy="script"))
    assert answer.reason.startswith("with strategy script, run returns the flowy.execution.script")


def test_a_class_that_a_process_cannot_find_is_named():
    class Local(odd.Activity):
        def run(self):
            return 1

    answer = do(Local, settings=PROCESS)
    message = json.loads(answer.details)["message"]
    assert message.startswith("activity resize 1 cannot run in another process, which would not")
    assert "define it at the top of a module" in message


def test_a_coroutine_that_ignores_its_cancellation_ends_as_cancelled():
    with Doing(odd.IgnoresCancel, ActivitySettings(look_every=0.02)) as doing:
        doing.cancel_at_the_next_heartbeat()
        assert isinstance(doing.do(), RespondActivityTaskCanceled)


def test_a_thread_that_ignores_its_cancellation_is_waited_for():
    with Doing(odd.Sleeps, ActivitySettings(strategy="thread", look_every=0.02)) as doing:
        doing.cancel_at_the_next_heartbeat()
        assert doing.do("[[0.1], {}]").result == '"waited"'
