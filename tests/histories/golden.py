"""Which workflows have golden histories, and how each execution of them comes about."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import RequestCancelWorkflowExecution
from flowy.testing import Environment

STORIES = Path(__file__).parents[1] / "kitchen" / "regressions"


@dataclass(frozen=True, kw_only=True)
class Golden:
    """The histories of one folder.

    Args:
        module: Holds the workflows.
        beside: Modules that hold their activities.
        executions: The arguments of each, by the workflow's name.
        activities: Functions in the place of activities.
        then: What is done with an execution once it waits.
    """

    module: str
    beside: tuple[str, ...] = ()
    executions: Mapping[str, tuple[Any, ...]]
    activities: Mapping[str, Any] = field(default_factory=dict)
    then: Mapping[str, Callable[[Environment, ExecutionId], None]] = field(default_factory=dict)


def _cancel(environment: Environment, execution: ExecutionId) -> None:
    environment.advance(1)
    environment.client.call(
        RequestCancelWorkflowExecution(
            domain=environment.domain, workflow_id=execution.workflow_id, run_id=execution.run_id
        )
    )


def _tell(seconds: float, name: str, value: Any) -> Callable[[Environment, ExecutionId], None]:
    """Return what sends a signal after a while."""

    def then(environment: Environment, execution: ExecutionId) -> None:
        environment.advance(seconds)
        environment.signal(execution, name, value)

    return then


def _story(name: str) -> dict[str, Any]:
    """Return a story that needs no clock, for a kitchen that is started as Environment does it."""
    text = (STORIES / "all-that-needs-no-clock.json").read_text("utf-8")
    return {**json.loads(text)["story"], "id": f"{name}-1"}


def _page(_table: str, cursor: int) -> dict[str, Any]:
    return {"rows": [cursor, cursor + 1], "next": cursor + 2 if cursor < 70 else None}


GOLDEN = {
    "approval": Golden(
        module="examples.approval.approval",
        executions={"approvals.request": ({"who": "ann", "what": "a chair"}, "ben")},
        then={"approvals.request": _tell(100_000, "answer", "yes")},
    ),
    "batch_continue_as_new": Golden(
        module="examples.batch_continue_as_new.imports",
        executions={"imports.table": ("customers",)},
        activities={"imports.list": _page, "imports.load": lambda row: None},
    ),
    "child_workflows": Golden(
        module="examples.child_workflows.campaign",
        executions={"campaigns.campaign": (["ann@example.org", "nobody", "ben@example.org"],)},
        then={"campaigns.campaign": _tell(700_000, "unsubscribe", "ann@example.org")},
    ),
    "fan_out": Golden(
        module="examples.fan_out.pages",
        executions={"pages.report": (30, 4)},
    ),
    "kitchen": Golden(
        module="tests.kitchen.workflow",
        executions={name: (_story(name),) for name in ("AsyncKitchen", "PlainKitchen")},
    ),
    "order_saga": Golden(
        module="examples.order_saga.orders",
        executions={"orders.order": ({"id": "a", "item": "piano", "price": 900},)},
    ),
    "polling": Golden(
        module="examples.polling.jobs",
        executions={"jobs.wait": ("job-7", 3_600)},
        activities={"jobs.look": lambda job: {"state": "running"}},
    ),
    "updatable_timer": Golden(
        module="examples.updatable_timer.reminders",
        executions={"reminders.reminder": ("the cake", 1_700_001_000)},
        then={"reminders.reminder": _tell(10, "moved", 1_700_000_100)},
    ),
    "versioning": Golden(
        module="examples.versioning.after",
        beside=("examples.versioning.steps",),
        executions={"versions.order": ()},
    ),
    "features": Golden(
        module="tests.histories.features",
        executions={
            "Cancelled": (),
            "Facts": (),
            "Fails": (),
            "Late": (),
            "Retries": (),
            "Rounds": (2,),
            "Tells": (),
            "Timers": (),
            "Tree": (),
        },
        then={"Cancelled": _cancel},
    ),
    "images": Golden(
        module="examples.images.workflows",
        beside=("examples.images.activities",),
        executions={"CategorizeImage": ("sea.jpg",)},
        activities={
            "MovePhoto": lambda photo, folder: f"{folder}/{photo}",
            "PredominantColor": lambda photo: "blue",
            "ResizePhoto": lambda photo: photo,
        },
    ),
    "machine": Golden(
        module="examples.machine_durable.claims",
        executions={"claims": ([{"amount": 40}, {"amount": 60}],)},
    ),
    "process": Golden(
        module="examples.process_durable.report",
        executions={
            "report": (
                {
                    "north": {"region": "north"},
                    "south": {"region": "south"},
                    "weather": {"available": True},
                },
            )
        },
    ),
    "scenarios": Golden(
        module="tests.acceptance.scenarios",
        executions={
            "ActivityReturn": (),
            "Delay": (),
            "ErrorChaining": (),
            "ErrorInWorkflow": (),
            "ErrorResultPassed": (),
            "HandledError": (),
            "MapReduce": (5,),
            "Sequence": (5,),
            "SimpleDependency": (),
            "SimpleReturn": (),
            "Subworkflow": (),
            "Timeout": (),
            "UnhandledError": (),
        },
    ),
}
