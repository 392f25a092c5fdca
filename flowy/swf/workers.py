"""A worker for many types and task lists: scan, register, one poller a list and kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowy.clock import Clock, SystemClock
from flowy.errors import DefinitionError
from flowy.protocol.client import SwfClient
from flowy.swf import registration
from flowy.swf.packed import payloads_of
from flowy.task import scanner
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.task.registry import Registry
from flowy.telemetry import SILENT, Telemetry
from flowy.transport.payloads import Payloads
from flowy.volume.base import StorageVolume
from flowy.worker.activities import ActivityPoller
from flowy.worker.cataloguing import Reconciler
from flowy.worker.decisions import DecisionPoller
from flowy.worker.listener import ExecutionListener
from flowy.worker.poller import Poller, Source
from flowy.worker.runtime import Worker
from flowy.worker.sticky import Sticky
from flowy.worker.stop import Stop


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerPlan:
    """What a worker serves.

    Args:
        packages: Modules and packages that hold the activities and workflows.
        task_lists: The lists to poll, for both kinds; none means those that the types name.
        does_activities: Whether activities are done.
        decides_workflows: Whether workflows are decided.
        threads: How many activities of one list are done at once.
        registers: Whether the types are registered with the service, and compared.
        sticky: Whether decisions of kept runs come to a task list of the decider's own: None for
            as soon as other deciders are noticed, True from the start, False for never.
    """

    packages: scanner.Packages
    task_lists: Sequence[str] = field(default=())
    does_activities: bool = True
    decides_workflows: bool = True
    threads: int = 1
    registers: bool = True
    sticky: bool | None = None


def make_worker(
    client: SwfClient,
    domain: str,
    plan: WorkerPlan,
    clock: Clock | None = None,
    *,
    catalog: ExecutionListener | None = None,
    payloads: Payloads | StorageVolume | str | None = None,
    telemetry: Telemetry = SILENT,
) -> Worker:
    """Scan, register, and return the worker; ``run`` it, or ``start``, ``stop`` and ``join`` it.

    Args:
        client: The service; the worker does not close it.
        domain: The domain; it is registered when it is not there and may be made.
        plan: What is served.
        clock: What deadlines and pauses are measured on.
        payloads: Where inputs and results go that do not fit in SWF's fields; None is what the
            client was made with, else what the environment says (``FLOWY_PAYLOADS``).
        telemetry: Hears what the worker does; see `flowy.observability`.
        catalog: Is told what becomes of executions, and has the runs that activities store files
            in: `flowy.catalog.executions.ExecutionCatalogue`.

    Raises:
        DefinitionError: Nothing was found to serve, or two classes declare the same type.
        RegistrationError: Registered types differ from the code.
        ServiceUnavailable: The service stayed away too long for the types to be registered.
    """
    clock = clock or SystemClock()
    stop = Stop(clock)
    activities, workflows = scan(plan)
    packing = payloads_of(client, payloads).packing(domain, telemetry)

    def source(task_list: str) -> Source:
        return Source(
            client=client,
            domain=domain,
            task_list=task_list,
            clock=clock,
            stop=stop,
            telemetry=telemetry,
            packing=packing,
        )

    if plan.registers:
        registration.register(source("registration"), [*activities, *workflows])
    pollers: list[Poller[Any]] = [
        DecisionPoller(source(name), workflows, catalog=catalog, sticky=stickiness(plan.sticky))
        for name in _task_lists(plan, workflows)
    ]
    for name in _task_lists(plan, activities):
        pollers.extend(
            ActivityPoller(source(name), activities, catalog=catalog) for _ in range(plan.threads)
        )
    if catalog is not None and plan.decides_workflows:
        pollers.append(Reconciler(source("catalogue"), catalog))
    return Worker(client, stop, pollers)


def stickiness(wish: bool | None) -> Sticky | None:
    """Return how a decider keeps executions to itself.

    Args:
        wish: As ``WorkerPlan.sticky``.
    """
    return None if wish is False else Sticky(at_once=wish is True)


def scan(
    plan: WorkerPlan,
) -> tuple[Registry[ActivityDefinition], Registry[WorkflowDefinition]]:
    """Return the activities and the workflows that a plan serves.

    Raises:
        DefinitionError: Nothing was found to serve, or two classes declare the same type.
    """
    activities: Registry[ActivityDefinition] = Registry()
    workflows: Registry[WorkflowDefinition] = Registry()
    if plan.does_activities:
        activities = scanner.scan_activities(plan.packages)
    if plan.decides_workflows:
        workflows = scanner.scan_workflows(plan.packages)
    if not len(activities) and not len(workflows):
        raise DefinitionError(f"there is nothing to serve in {_names(plan.packages)}")
    return activities, workflows


def registered_differently(client: SwfClient, domain: str, plan: WorkerPlan) -> list[str]:
    """Return how the service's types differ from a plan's, one line a field; changes nothing.

    Raises:
        DefinitionError: Nothing was found to serve, or two classes declare the same type.
        ServiceUnavailable: The service stayed away too long.
    """
    clock = SystemClock()
    activities, workflows = scan(plan)
    source = Source(
        client=client, domain=domain, task_list="registration", clock=clock, stop=Stop(clock)
    )
    return registration.differences(source, [*activities, *workflows])


def _task_lists(plan: WorkerPlan, registry: Registry[Any]) -> Iterator[str]:
    if len(registry):
        yield from plan.task_lists or sorted({definition.task_list for definition in registry})


def _names(packages: scanner.Packages) -> str:
    several = packages if isinstance(packages, list | tuple) else [packages]
    return ", ".join(package.__name__ for package in several)
