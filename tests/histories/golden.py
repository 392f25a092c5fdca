"""Which workflows have golden histories, and how each execution of them comes about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import RequestCancelWorkflowExecution
from flowy.testing import Environment


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


GOLDEN = {
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
