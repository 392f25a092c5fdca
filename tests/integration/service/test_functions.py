"""Lambda functions, run as Python callables."""

import pytest

from flowy.clock import ManualClock
from flowy.protocol import decisions as d
from flowy.service.client import EmbeddedClient
from flowy.service.server import Service
from tests.integration.service.driving import Driver, complete


def call(name: str, identity: str = "1", **settings: str) -> d.ScheduleLambdaFunction:
    return d.ScheduleLambdaFunction(
        attributes=d.ScheduleLambdaFunctionAttributes(id=identity, name=name, **settings)
    )


def explode(text: str | None) -> str:
    raise ValueError(f"cannot chop {text}")


FUNCTIONS = {"upper": lambda text: (text or "").upper(), "explode": explode}


@pytest.fixture
def service(clock: ManualClock):
    with Service(clock=clock, functions=FUNCTIONS) as service:
        yield service


def outcome(service: Service, decision: d.ScheduleLambdaFunction):
    driver = Driver(EmbeddedClient(service)).register()
    driver.start()
    driver.decide(decision)
    task = driver.decide(complete())
    return task.events[-3]


def test_a_function_gives_a_result(service: Service):
    event = outcome(service, call("upper", input="leek"))
    assert type(event).__name__ == "LambdaFunctionCompleted"
    assert event.attributes.result == "LEEK"


def test_a_function_that_raises_fails(service: Service):
    event = outcome(service, call("explode", input="leek"))
    assert type(event).__name__ == "LambdaFunctionFailed"
    assert (event.attributes.reason, event.attributes.details) == (
        "ValueError",
        "cannot chop leek",
    )


def test_a_function_that_nobody_knows_fails(service: Service):
    event = outcome(service, call("missing"))
    assert type(event).__name__ == "LambdaFunctionFailed"
    assert event.attributes.reason == "ResourceNotFoundException"


def test_without_functions_there_is_no_lambda(clock: ManualClock):
    service = Service(clock=clock)
    driver = Driver(service).register()
    execution = driver.start()
    driver.decide(call("upper"))
    assert "ScheduleLambdaFunctionFailed" in driver.names(execution)
    service.close()
