"""What is handed to workers, starters and environments by the wrong type is refused by name."""

import enum
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from fractions import Fraction
from numbers import Integral
from pathlib import Path
from typing import SupportsIndex

import pytest

import flowy.testing
from flowy import Payloads, Workflow, activity, workflow
from flowy.errors import DefinitionError, FlowyError
from flowy.protocol.ids import TypeId
from flowy.swf.boilerplate import (
    async_scheduler,
    start_activity_worker,
    start_workflow_worker,
    workflow_starter,
)
from flowy.swf.connect import connect
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task import Activity
from flowy.testing import Environment
from flowy.transport.payloads import as_payloads
from flowy.worker.settings import DeciderSettings
from flowy.worker.workshop import ActivitySettings
from tests.unit.worker.fakes import FakeClient

HERE = sys.modules[__name__]


@activity("work", 1, "arguments")
class Work(Activity):
    def run(self):
        return 1


@workflow("idle", 1, "arguments")
class Idle(Workflow):
    def run(self):
        return 1


class Untouched(FakeClient):
    def call(self, request):
        raise AssertionError(f"{request} was sent")


COMMON = [
    ({"domain": None}, "a domain is a text"),
    ({"domain": "a:b"}, "in a domain"),
    ({"task_list": ""}, "a task list has"),
    ({"loop": "3"}, "loop is a whole number"),
    ({"loop": True}, "loop is a whole number"),
    ({"package": "shop"}, "modules are scanned"),
    ({"package": ["shop"]}, "'shop' is none: import it"),
    ({"payloads": 7}, "payloads= takes a volume"),
    ({"telemetry": print}, "telemetry is a flowy.telemetry.Telemetry"),
    ({"catalog": "runs.db"}, "catalog is a flowy.catalog"),
    ({"settings": {"slots": 3}}, "settings is a flowy.worker"),
]


@pytest.mark.parametrize(("given", "said"), [*COMMON, ({"task_list": " a"}, "no blank")])
def test_an_activity_worker(given, said):
    refused(start_activity_worker, given, said)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        *COMMON,
        ({"settings": ActivitySettings()}, "settings is a flowy.worker.settings.DeciderSettings"),
        ({"middleware": [print]}, "each of middleware is a flowy"),
        ({"middleware": "all"}, "middleware is a list"),
    ],
)
def test_a_workflow_worker(given, said):
    refused(start_workflow_worker, given, said)


def refused(start, given, said):
    whole = {"domain": "shop", "task_list": "arguments", "package": HERE, "layer1": Untouched()}
    with pytest.raises(DefinitionError, match=said):
        start(**{**whole, **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"domain": "a/b"}, "in a domain"),
        ({"name": None}, "a name is a text"),
        ({"version": None}, "which version of .idle."),
        ({"name": TypeId(name="a:b", version="1"), "version": None}, "in a name"),
        ({"telemetry": "all"}, "telemetry is"),
        ({"catalog": object}, "catalog is"),
        ({"payloads": object()}, "payloads= takes"),
        ({"workflow_duration": "long"}, "workflow_duration must be"),
        ({"decision_duration": 0.5}, "decision_duration must be"),
        ({"child_policy": "KEEP"}, "child_policy is one of"),
    ],
)
def test_a_starter(given, said):
    whole = {"domain": "shop", "name": "idle", "version": 1, "layer1": Untouched()}
    with pytest.raises(DefinitionError, match=said):
        workflow_starter(**{**whole, **given})


def test_a_scheduler_and_an_address():
    with pytest.raises(DefinitionError, match="in a domain"):
        async_scheduler("a|b", Untouched())
    for address in (None, 7, Path("flowy.db")):
        with pytest.raises(DefinitionError, match="the address of an SWF is a str"):
            connect(address)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"task_lists": "arguments"}, "task_lists is a list"),
        ({"task_lists": ["a:b"]}, "in a task list"),
        ({"threads": 0}, "threads is at least 1"),
        ({"threads": "4"}, "threads is a whole number"),
        ({"deciders": 1.5}, "deciders is a whole number"),
        ({"sticky_seconds": 0}, "sticky_seconds is at least 1"),
        ({"sticky_seconds": 100_000_000}, "sticky_seconds is at most 99,999,999"),
        ({"deciding": {}}, "deciding is a"),
        ({"activities": None}, "activities is a"),
        ({"name": 7}, "name is a"),
    ],
)
def test_a_plan(given, said):
    with pytest.raises(DefinitionError, match=said):
        WorkerPlan(packages=HERE, **given)


@pytest.mark.parametrize(
    ("domain", "plan", "said"),
    [
        ("a:b", None, "in a domain"),
        (["a", ""], None, "a domain has"),
        ({"a": 1}, None, "the domains is a list"),
        ("shop", HERE, "the plan of a worker is a"),
        ("shop", WorkerPlan(packages="shop"), "modules are scanned"),
    ],
)
def test_a_worker(domain, plan, said):
    with pytest.raises(DefinitionError, match=said):
        make_worker(Untouched(), domain, plan or WorkerPlan(packages=HERE))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"slots": 4}, "slots is a dict"),
        ({"slots": {"thread": "4"}}, "slots of strategy thread is a whole number"),
        ({"slots": {"thread": 0}}, "slots of strategy thread is at least 1"),
        ({"executors": [ThreadPoolExecutor]}, "executors is a dict"),
        ({"executors": {"mine": ThreadPoolExecutor}}, "executor 'mine' is a concurrent.futures"),
        ({"process_memory": "1G"}, "process_memory is a whole number"),
        ({"middleware": [object()]}, "each of middleware"),
        ({"resources": [dict]}, "each of resources"),
        ({"per_second": "fast"}, "per_second.* is a number"),
        ({"per_second": 0}, "per_second.* is more than 0"),
        ({"look_every": float("nan")}, "look_every is a number"),
        ({"look_every": 0}, "look_every is more than 0"),
        ({"strategy": 7}, "there is no strategy 7"),
    ],
)
def test_settings_of_activities(given, said):
    with pytest.raises(DefinitionError, match=said):
        ActivitySettings(**given)


class Seven(SupportsIndex):
    """A whole number of somebody else's, as numpy's are."""

    def __index__(self):
        return 7

    def __int__(self):
        return 7

    def __lt__(self, other):
        return other > 7

    def __gt__(self, other):
        return other < 7


Integral.register(Seven)


def test_numbers_of_other_libraries_are_numbers():
    plan = WorkerPlan(packages=HERE, threads=Seven())
    assert plan.threads > 6
    ActivitySettings(slots={"thread": Seven()}, look_every=Fraction(1, 2), per_second=Fraction(7))
    DeciderSettings(warn_after=Fraction(1, 2), most_decisions=Seven())


class Place(str, enum.Enum):  # noqa: UP042 -- str() gives its name, unlike a StrEnum's
    SHOP = "shop"


def test_a_domain_that_is_an_enum_and_a_text_is_its_value():
    client = FakeClient()
    workflow_starter(Place.SHOP, "idle", 1, layer1=client)()
    assert client.sent[0].domain == "shop"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"warn_after": "2"}, "warn_after.* is a number"),
        ({"fail_after": float("nan")}, "fail_after.* is a number"),
        ({"fail_after": -1}, "fail_after.* is at least 0"),
        ({"most_decisions": "100"}, "most_decisions is a whole number"),
        ({"most_decisions": 1}, "most_decisions is at least 2"),
        ({"mismatched": "log"}, "mismatched is a function"),
        ({"build": "a/b"}, "in a build"),
    ],
)
def test_settings_of_deciders(given, said):
    with pytest.raises(DefinitionError, match=said):
        DeciderSettings(**given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"volume": 7}, "the volume of payloads is"),
        ({"volume": Payloads()}, "the volume of payloads is"),
        ({"threshold": "1000"}, "threshold is a whole number"),
        ({"threshold": 40_000}, "threshold is 0 to 32,768"),
        ({"largest": None}, "largest is a whole number"),
        ({"largest": 0}, "largest is at least 1"),
        ({"codec": "fernet"}, "is no codec"),
    ],
)
def test_payloads(given, said):
    with pytest.raises(DefinitionError, match=said):
        Payloads(**given)


def test_a_path_is_a_volume(tmp_path):
    for made in (Payloads(tmp_path), as_payloads(tmp_path, {})):
        assert made.volume.basedir == str(tmp_path) or Path(made.volume.basedir) == tmp_path


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"payloads": 7}, "payloads= takes a volume"),
        ({"telemetry": None}, "telemetry is a"),
        ({"start": "2026-01-01"}, "start, the first moment of the clock, is a number"),
        ({"start": float("nan")}, "start"),
        ({"activities": [Work]}, "activities is a dict"),
        ({"activities": {Work: 7}}, "in the place of Work is a function"),
        ({"activities": {"nothing": len}}, "there is no activity 'nothing'"),
    ],
)
def test_an_environment(given, said):
    with pytest.raises(DefinitionError, match=said):
        Environment(HERE, **given)
    if "payloads" not in given and "telemetry" not in given:
        with pytest.raises(DefinitionError, match=said):
            flowy.testing.run(Idle, **given)


@pytest.mark.parametrize("package", ["tests", 7, None, TypeId(name="idle", version="1")])
def test_an_environment_of_what_holds_nothing(package):
    with pytest.raises(DefinitionError, match="is no module and declares no workflow"):
        Environment(package)


def test_an_environment_keeps_large_texts_on_the_volume_of_a_path_or_a_url(tmp_path, monkeypatch):
    monkeypatch.setenv("FLOWY_PAYLOADS", "carrier-pigeon://nowhere")
    for place in (tmp_path / "path", str(tmp_path / "text"), f"file://{tmp_path}/url"):
        with Environment(HERE, payloads=place) as environment:
            assert environment.run(Idle) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"path", "text", "url"}


@pytest.mark.parametrize("execution", ["idle-1", None, ("idle-1", "run")])
def test_an_execution_is_what_start_returns(execution):
    with Environment(HERE) as environment:
        for ask in (
            environment.result,
            environment.history,
            environment.cancel,
            lambda given: environment.signal(given, "go"),
        ):
            with pytest.raises(DefinitionError, match="the execution, as `start` returns it"):
                ask(execution)


@pytest.mark.parametrize("seconds", ["5", None, float("nan"), timedelta(days=1), -1])
def test_time_moves_by_seconds(seconds):
    with (
        Environment(HERE) as environment,
        pytest.raises(ValueError, match=r"advance|cannot go back"),
    ):
        environment.advance(seconds)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"start": "now"}, "start"),
        ({"limits": {"domains": 5}}, "limits is a"),
        ({"rates": 5}, "rates is a"),
        ({"functions": [len]}, "functions is a dict"),
        ({"functions": {"resize": "resize"}}, "Lambda function resize is a function"),
    ],
)
def test_a_block_of_boto3_clients(given, said):
    with pytest.raises(DefinitionError, match=said):
        flowy.testing.swf(**given)


def broken():
    raise KeyError("VAULT_KEYS")


@pytest.mark.parametrize("name", ["json", "json:dumps", "sys:version", f"{__name__}:broken"])
def test_a_codec_of_the_environment_that_is_none(name, monkeypatch):
    monkeypatch.setitem(sys.modules, __name__, HERE)
    with pytest.raises(DefinitionError, match=f"FLOWY_PAYLOADS_CODEC={name} is no codec"):
        as_payloads(None, {"FLOWY_PAYLOADS_CODEC": name})


def test_a_class_of_clients_is_no_client():
    with pytest.raises(TypeError, match="layer1 is None, an SwfClient"):
        workflow_starter("shop", "idle", 1, layer1=FakeClient)


def test_an_environment_that_is_closed_says_so():
    environment = Environment(HERE)
    execution = environment.start(Idle)
    environment.close()
    for ask in (
        lambda: environment.run(Idle),
        lambda: environment.result(execution),
        lambda: environment.history(execution),
        lambda: environment.signal(execution, "go"),
        lambda: environment.cancel(execution),
        lambda: environment.advance(1),
    ):
        with pytest.raises(FlowyError, match="this environment is closed"):
            ask()
    environment.close()
