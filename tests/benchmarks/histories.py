"""Histories of chains and fan-outs, as SWF would have recorded them, for a benchmark."""

import asyncio
import json
from typing import Any

import msgspec

from flowy.protocol.history import HistoryEvent
from flowy.swf.task import ActivityProxy
from flowy.task import Workflow

TYPE = {"name": "act", "version": "1"}
LIST = {"name": "bench"}


class Chain(Workflow):
    """Activities one after another, awaited."""

    act = ActivityProxy("act", 1, retry=0)

    async def run(self, count):
        value = 0
        for _ in range(count):
            value = await self.act(1)
        return value


class PlainChain(Workflow):
    """Activities one after another, by `result()`."""

    act = ActivityProxy("act", 1, retry=0)

    def run(self, count):
        value = 0
        for _ in range(count):
            value = self.act(1).result()
        return value


class FanOut(Workflow):
    """All activities at once."""

    act = ActivityProxy("act", 1, retry=0)

    async def run(self, count):
        return sum(await asyncio.gather(*(self.act(1) for _ in range(count))))


class Recorder:
    """Writes a history down as the dicts that a poll brings."""

    def __init__(self, count: int) -> None:
        self.events: list[dict[str, Any]] = []
        self.add(
            "WorkflowExecutionStarted",
            childPolicy="TERMINATE",
            taskList=LIST,
            workflowType={"name": "bench", "version": "1"},
            input=json.dumps([[count], {}]),
            executionStartToCloseTimeout="3600",
            taskStartToCloseTimeout="60",
        )

    def add(self, kind: str, **attributes: Any) -> int:
        number = len(self.events) + 1
        self.events.append(
            {
                "eventType": kind,
                "eventId": number,
                "eventTimestamp": 1.7e9 + number / 100,
                f"{kind[0].lower()}{kind[1:]}EventAttributes": attributes,
            }
        )
        return number

    def decision_started(self) -> tuple[int, int]:
        scheduled = self.add("DecisionTaskScheduled", taskList=LIST, startToCloseTimeout="60")
        return scheduled, self.add("DecisionTaskStarted", scheduledEventId=scheduled)

    def decided(self, task: tuple[int, int]) -> int:
        return self.add("DecisionTaskCompleted", scheduledEventId=task[0], startedEventId=task[1])

    def scheduled(self, number: int, decision: int) -> int:
        return self.add(
            "ActivityTaskScheduled",
            activityType=TYPE,
            activityId=str(number),
            input="[[1],{}]",
            taskList=LIST,
            heartbeatTimeout="NONE",
            scheduleToCloseTimeout="600",
            scheduleToStartTimeout="600",
            startToCloseTimeout="600",
            decisionTaskCompletedEventId=decision,
        )

    def completed(self, scheduled: int) -> None:
        started = self.add("ActivityTaskStarted", scheduledEventId=scheduled, identity="worker")
        self.add(
            "ActivityTaskCompleted", scheduledEventId=scheduled, startedEventId=started, result="1"
        )


def chain(count: int) -> list[dict[str, Any]]:
    """Record activities one after another: six events each, the last decision undecided."""
    recorder = Recorder(count)
    task = recorder.decision_started()
    for number in range(count):
        recorder.completed(recorder.scheduled(number, recorder.decided(task)))
        task = recorder.decision_started()
    return recorder.events


def fan_out(count: int) -> list[dict[str, Any]]:
    """Record activities all at once: three events each, the last decision undecided."""
    recorder = Recorder(count)
    decision = recorder.decided(recorder.decision_started())
    for scheduled in [recorder.scheduled(number, decision) for number in range(count)]:
        recorder.completed(scheduled)
    recorder.decision_started()
    return recorder.events


def typed(events: list[dict[str, Any]]) -> tuple[HistoryEvent, ...]:
    """Turn what a poll brings into the protocol's events, as every client does."""
    return msgspec.convert(events, tuple[HistoryEvent, ...])
