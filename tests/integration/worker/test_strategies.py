"""Activities on every strategy: what they answer, know, report, and how they are stopped."""

import concurrent.futures
import json
import os

import pytest

from flowy.errors import DefinitionError
from flowy.execution.retry import RetryPolicy
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.requests.activity_tasks import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.task.declared import definitions_of
from flowy.worker.workshop import ActivitySettings
from tests.integration.worker import odd
from tests.integration.worker.doing import PATIENCE, Doing, do

HERE = ["inline", "asyncio", "thread"]
STRATEGIES = [*HERE, "process", "pool"]


@pytest.fixture(autouse=True)
def let_go():
    odd.NEVER.clear()
    yield
    odd.NEVER.set()


@pytest.fixture(scope="module")
def pool():
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture(params=STRATEGIES)
def settings(request, pool):
    return ActivitySettings(strategy=request.param, executors={"pool": pool}, look_every=0.05)


def is_running(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def beats(doing):
    return [each.details for each in doing.client.of(RecordActivityTaskHeartbeat)]


@pytest.mark.parametrize("factory", [odd.Add, odd.AddLater])
def test_what_it_returns_is_the_result(settings, factory):
    answer = do(factory, '[[20], {"b": 22}]', settings)
    assert answer == RespondActivityTaskCompleted(task_token="token", result="42")


@pytest.mark.parametrize("factory", [odd.Fails, odd.FailsLater])
def test_what_it_raises_is_the_failure_with_its_own_traceback(settings, factory):
    answer = do(factory, settings=settings)
    assert isinstance(answer, RespondActivityTaskFailed)
    assert answer.reason == "no such colour"
    details = json.loads(answer.details)
    assert details["type"] == "builtins.ValueError"
    assert "no such colour" in details["traceback"]


def test_a_task_that_it_suspends_stays_open(settings):
    assert do(odd.Suspends, settings=settings) is None


@pytest.mark.parametrize("factory", [odd.Tells, odd.TellsLater])
def test_it_knows_its_attempt_and_reports(settings, factory):
    with Doing(factory, settings) as doing:
        found = json.loads(doing.do(activity_id="7").result)
    assert (found["attempt"], found["id"], found["before"]) == (1, "7", None)
    assert len(found["key"]) == 32
    assert (found["here"] == os.getpid()) is (settings.strategy != "process")
    if settings.strategy != "pool":  # an executor may be anywhere: it has no line to the worker
        assert "half" in beats(doing)
        assert found["alive"] is True


@pytest.mark.parametrize("strategy", ["process", "pool"])
def test_what_runs_elsewhere_is_stopped_when_it_is_cancelled(strategy, pool):
    settings = ActivitySettings(strategy=strategy, executors={"pool": pool}, look_every=0.05)
    with Doing(odd.Waits, settings) as doing:
        doing.begin()
        doing.cancel_at_the_next_heartbeat()
        assert isinstance(doing.answer(), RespondActivityTaskCanceled)


def test_a_process_is_gone_when_it_was_cancelled(tmp_path):
    path = tmp_path / "pid"
    with Doing(odd.Waits, ActivitySettings(strategy="process", look_every=0.05)) as doing:
        doing.begin(json.dumps([[str(path)], {}]))
        while not path.exists() or not path.read_text():
            odd.NEVER.wait(0.01)
        doing.cancel_at_the_next_heartbeat()
        assert isinstance(doing.answer(), RespondActivityTaskCanceled)
    process_id = int(path.read_text())
    while is_running(process_id):  # until the system has buried it
        odd.NEVER.wait(0.01)


@pytest.mark.parametrize("strategy", ["inline", "asyncio"])
def test_a_coroutine_is_cancelled_and_may_clean_up(strategy):
    with Doing(odd.WaitsLater, ActivitySettings(strategy=strategy, look_every=0.05)) as doing:
        odd.WaitsLater.BEGAN.clear()
        doing.cancel_at_the_next_heartbeat(once=odd.WaitsLater.BEGAN.is_set)
        answer = doing.do()
    assert answer == RespondActivityTaskCanceled(task_token="token", details="cleaned up")


@pytest.mark.parametrize("strategy", ["inline", "thread", "process"])
def test_code_may_look_whether_it_is_to_stop(strategy):
    with Doing(odd.Looks, ActivitySettings(strategy=strategy, look_every=0.05)) as doing:
        doing.cancel_at_the_next_heartbeat()
        assert isinstance(doing.do(), RespondActivityTaskCanceled)


def test_a_process_whose_task_is_over_is_stopped_and_nothing_is_answered():
    with Doing(odd.Waits, ActivitySettings(strategy="process", look_every=0.05)) as doing:
        doing.client.always(RecordActivityTaskHeartbeat, UnknownResourceFault("closed"))
        doing.begin()
        assert doing.answer() is None


def test_slots_are_given_back_and_bound_what_runs_at_once():
    settings = ActivitySettings(strategy="thread", slots={"thread": 2})
    with Doing(odd.Waits, settings) as doing:
        assert doing.poller._prepare()
        doing.begin()
        assert doing.poller._prepare()
        doing.begin()
        assert doing.shop.slots.used("thread") == 2
        odd.NEVER.set()
        assert doing.shop.wait(PATIENCE)
        assert doing.poller._prepare()  # would wait for ever
        doing.poller._give_back()
        assert doing.shop.slots.used("thread") == 0


@pytest.mark.parametrize("what", ["two words", "silent", "retry after", "causes", "group"])
def test_a_failure_says_the_same_whatever_it_ran_on(settings, what):
    answer = do(odd.Raises, json.dumps([[what], {}]), settings)
    known = do(odd.Raises, json.dumps([[what], {}]), ActivitySettings(strategy="inline"))
    assert answer.reason == known.reason
    told, expected = json.loads(answer.details), json.loads(known.details)
    del told["traceback"], expected["traceback"]
    assert told == expected


def test_a_type_chooses_its_strategy_and_the_worker_must_have_it():
    with Doing(odd.Tells, strategy="process") as doing:
        assert json.loads(doing.do().result)["here"] != os.getpid()
    with pytest.raises(DefinitionError, match="activity resize 1: there is no strategy 'dusk'"):
        Doing(odd.Tells, strategy="dusk")
    with pytest.raises(DefinitionError, match="there is no strategy 'dusk'; there are inline, as"):
        ActivitySettings(strategy="dusk")


def test_a_function_runs_in_a_process_too():
    (definition,) = definitions_of(odd.function)
    with Doing(definition.factory, type_id=definition.id, strategy="process") as doing:
        doubled, attempt, process_id = json.loads(doing.do("[[21], {}]").result)
    assert (doubled, attempt) == (42, 1)
    assert process_id != os.getpid()


@pytest.mark.parametrize("strategy", HERE)
def test_the_worker_tries_again_by_itself(strategy):
    odd.Sometimes.tries = 0
    policy = RetryPolicy(attempts=3, delay=0.01)
    settings = ActivitySettings(strategy=strategy)
    assert do(odd.Sometimes, "[[3], {}]", settings, local_retry=policy).result == "3"
    odd.Sometimes.tries = 0
    answer = do(odd.Sometimes, "[[9], {}]", settings, local_retry=policy)
    assert answer.reason == "not yet"
    assert odd.Sometimes.tries == 3


def test_inline_further_tries_run_in_the_pollers_thread():
    odd.Sometimes.tries = 0
    policy = RetryPolicy(attempts=3, delay=0.01)
    with Doing(odd.Sometimes, local_retry=policy) as doing:
        doing.begin("[[3], {}]")
        assert len(doing.client.of(RespondActivityTaskCompleted)) == 1


def test_a_script_is_run_by_an_interpreter_and_its_output_is_the_result(tmp_path):
    path = tmp_path / "hello.py"
    path.write_text("import sys; print('hello', *sys.argv[1:])")
    settings = ActivitySettings(strategy="script")
    answer = do(odd.Runs, json.dumps([[str(path), "a", "b"], {}]), settings)
    assert json.loads(answer.result) == "hello a b\n"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_activities_run_on_a_dask_cluster_of_two_workers():
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = set(client.run(os.getpid).values())
        executor = client.get_executor(pure=False)
        settings = ActivitySettings(executors={"dask": executor})
        found = set()
        with Doing(odd.Tells, settings, strategy="dask") as doing:
            for number in range(12):
                doing.begin(activity_id=str(number))
            assert doing.shop.wait(PATIENCE)
            for answer in doing.client.of(RespondActivityTaskCompleted):
                found.add(json.loads(answer.result)["here"])
            assert len(doing.client.of(RespondActivityTaskCompleted)) == 12
    assert found == workers
    assert os.getpid() not in workers
