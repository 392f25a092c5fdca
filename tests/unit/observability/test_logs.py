"""A log line says for which execution it is, and what a replay repeats is not written."""

import io
import json
import logging

import pytest

from flowy.observability.logs import (
    JsonFormatter,
    PlaceFilter,
    configure,
    place,
    quiet_replays,
)
from flowy.telemetry import Work, on_behalf
from tests.unit.decider.simulator import Simulator
from tests.unit.decider.test_run import Proxies

WORK = Work(
    kind="activity",
    domain="images",
    workflow_id="order-7",
    run_id="run-1",
    type="resize 1",
    activity_id="3",
    attempt=2,
)


@pytest.fixture
def lines():
    """Log lines of the logger `mine`, and where they go."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(PlaceFilter())
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("mine")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)


log = logging.getLogger("mine")


def test_a_line_says_where_it_comes_from(lines):
    with on_behalf(WORK):
        log.info("resized %d images", 5)
    log.info("idle")

    inside, outside = lines()
    assert inside["message"] == "resized 5 images"
    assert inside["level"] == "INFO"
    assert inside["time"].endswith("+00:00")
    assert inside["logger"] == "mine"
    assert inside["workflow_id"] == "order-7"
    assert inside["run_id"] == "run-1"
    assert inside["domain"] == "images"
    assert inside["type"] == "resize 1"
    assert (inside["activity_id"], inside["attempt"]) == ("3", 2)
    assert "workflow_id" not in outside


def test_what_extra_says_is_in_the_line_and_goes_before(lines):
    with on_behalf(WORK):
        log.info("x", extra={"run_id": "mine", "customer": "ann", "odd": object})

    (line,) = lines()
    assert line["run_id"] == "mine"
    assert line["customer"] == "ann"
    assert "object" in line["odd"]


def test_an_exception_is_in_the_line(lines):
    try:
        raise ValueError("no disk")
    except ValueError:
        log.exception("failed")

    assert "ValueError: no disk" in lines()[0]["exception"]


def test_lines_of_workflow_code_are_written_once_however_often_it_is_replayed(lines):
    class Says(Proxies):
        def run(self):
            log.info("begins")
            first = self.act(1).result()
            log.info("has %s", first)
            self.act(2).result()
            log.info("ends")

    s = Simulator(Says)
    with on_behalf(WORK):
        s.decide()
        s.complete("0", "10")
        s.decide()
        s.complete("1", "20")
        s.decide()

    assert [line["message"] for line in lines()] == ["begins", "has 10", "ends"]
    assert all(line["workflow_id"] == "order-7" for line in lines())


def test_a_run_that_is_dropped_says_nothing(lines):
    class Says(Proxies):
        async def run(self):
            try:
                await self.act(1)
            finally:
                log.info("left")

    s = Simulator(Says)
    run = s.new_run()
    s.decide(run)
    run.close()

    assert lines() == []


def test_lines_for_people_have_their_place_behind_them():
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    level, stream = root.level, io.StringIO()
    try:
        configure("INFO", stream=stream)
        with on_behalf(WORK):
            log.info("resized")
        log.info("idle")
    finally:
        for handler in [each for each in root.handlers if each not in before]:
            root.removeHandler(handler)
        root.setLevel(level)

    first, second = stream.getvalue().splitlines()
    assert first.endswith(
        "INFO mine: resized [domain=images workflow_id=order-7 run_id=run-1 type=resize 1 "
        "activity_id=3 attempt=2]"
    )
    assert second.endswith("INFO mine: idle")


def test_handlers_of_others_are_made_to_drop_what_replays_repeat_once():
    handler = logging.Handler()
    quiet_replays([handler])
    quiet_replays([handler])
    assert len(handler.filters) == 1


def test_loggers_of_other_kinds_may_ask_for_the_place():
    assert place() == {}
    with on_behalf(WORK):
        assert place()["activity_id"] == "3"
