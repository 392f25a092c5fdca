"""A worker for many types and task lists: scan, register, one poller a list and kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flowy.clock import Clock, SystemClock
from flowy.errors import DefinitionError
from flowy.given import kind, several, whole
from flowy.observability.logs import quiet_replays
from flowy.protocol.client import SwfClient
from flowy.swf import participants, registration
from flowy.swf.packed import payloads_of
from flowy.task import scanner
from flowy.task.definition import ActivityDefinition, WorkflowDefinition, checked_name
from flowy.task.option_values import LONGEST
from flowy.task.registry import Registry
from flowy.telemetry import SILENT, Telemetry
from flowy.transport.payloads import Payloads
from flowy.volume.base import StorageVolume
from flowy.worker.activities import ActivityPoller
from flowy.worker.cataloguing import Reconciler
from flowy.worker.decisions import DecisionPoller
from flowy.worker.listener import ExecutionListener
from flowy.worker.poller import Poller, Source, identity
from flowy.worker.runtime import Worker
from flowy.worker.settings import DeciderSettings
from flowy.worker.sticky import SECONDS, as_wished
from flowy.worker.stop import Stop
from flowy.worker.workshop import ActivitySettings, Workshop


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerPlan:
    """What a worker serves.

    Args:
        packages: Modules and packages that hold the activities and workflows.
        task_lists: The lists to poll, for both kinds; none means those that the types name.
        does_activities: Whether activities are done.
        decides_workflows: Whether workflows are decided.
        threads: How many pollers each list of activities has; inline, so many run at once.
        deciders: How many pollers each list of decisions has.
        registers: Whether the types are registered with the service, and compared.
        deciding: How workflows are decided.
        sticky: Whether decisions of kept runs come to a task list of the decider's own: None for
            as soon as other deciders are noticed, True from the start, False for never.
        sticky_seconds: How long such a decision waits for its decider before all may have it; from
            1 to what SWF takes.
        name: Names this worker among all, so that one that takes its place gets the decisions of
            the runs that it kept; "" is a name of its own.
        activities: How activities are done; the resources that the packages declare are added.
    """

    packages: scanner.Packages
    task_lists: Sequence[str] = field(default=())
    does_activities: bool = True
    decides_workflows: bool = True
    threads: int = 1
    registers: bool = True
    deciders: int = 1
    deciding: DeciderSettings = field(default_factory=DeciderSettings)
    sticky: bool | None = None
    sticky_seconds: int = SECONDS
    name: str = ""
    activities: ActivitySettings = field(default_factory=ActivitySettings)

    def __post_init__(self) -> None:
        """Refuse what can never work.

        Raises:
            DefinitionError: It cannot.
        """
        for name in several(self.task_lists, "task_lists"):
            checked_name(name, "task list")
        whole(self.threads, "threads", 1)
        whole(self.deciders, "deciders", 1)
        whole(self.sticky_seconds, "sticky_seconds", 1, LONGEST)
        kind(self.deciding, DeciderSettings, "deciding")
        kind(self.activities, ActivitySettings, "activities")
        kind(self.name, str, "name")


def make_worker(
    client: SwfClient,
    domain: str | Sequence[str],
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
        domain: The domain, or several; one is registered when it is not there and may be made.
        plan: What is served.
        clock: What deadlines and pauses are measured on.
        payloads: Where inputs and results go that do not fit in SWF's fields; None is what the
            client was made with, else what the environment says (``FLOWY_PAYLOADS``).
        telemetry: Hears what the worker does; see `flowy.observability`.
        catalog: Is told what becomes of executions, and has the runs that activities store files
            in: `flowy.catalog.executions.ExecutionCatalogue`.

    Raises:
        DefinitionError: Nothing was found to serve, two classes declare the same type, or an
            argument can never work.
        RegistrationError: Registered types differ from the code.
        ServiceUnavailable: The service stayed away too long for the types to be registered.
    """
    kind(plan, WorkerPlan, "the plan of a worker")
    participants.check(telemetry, catalog)
    domains = [domain] if isinstance(domain, str) else list(several(domain, "the domains"))
    for each in domains:
        checked_name(each, "domain")
    clock = clock or SystemClock()
    stop = Stop(clock)
    activities, workflows = scan(plan)
    quiet_replays()
    shop = Workshop(_settings(plan), clock, stop, telemetry)
    pollers: list[Poller[Any]] = []
    for each in domains:
        source = Source(
            client=client,
            domain=each,
            task_list="registration",
            clock=clock,
            stop=stop,
            identity=identity(plan.deciding.build),
            telemetry=telemetry,
            packing=payloads_of(client, payloads).packing(each, telemetry),
        )
        if plan.registers:
            registration.register(source, [*activities, *workflows])
        pollers += _deciders(source, plan, workflows, catalog)
        pollers += _workers(source, plan, activities, shop, catalog)
        if catalog is not None and plan.decides_workflows:
            pollers.append(Reconciler(replace(source, task_list="catalogue"), catalog))
    return Worker(client, stop, pollers, shop)


def _deciders(
    source: Source,
    plan: WorkerPlan,
    workflows: Registry[WorkflowDefinition],
    catalog: ExecutionListener | None,
) -> Iterator[DecisionPoller]:
    deciding = plan.deciding
    lists = [name for shared in _task_lists(plan, workflows) for name in deciding.lists(shared)]
    for task_list in lists:
        for number in range(plan.deciders):
            name = plan.name and f"{plan.name} {number}"
            yield DecisionPoller(
                replace(source, task_list=task_list),
                workflows,
                catalog=catalog,
                sticky=as_wished(plan.sticky, deciding.build, name, plan.sticky_seconds),
                settings=deciding,
                middleware=plan.activities.middleware,
            )


def _workers(
    source: Source,
    plan: WorkerPlan,
    activities: Registry[ActivityDefinition],
    shop: Workshop,
    catalog: ExecutionListener | None,
) -> Iterator[ActivityPoller]:
    for task_list in _task_lists(plan, activities):
        for _ in range(plan.threads):
            yield ActivityPoller(
                replace(source, task_list=task_list), activities, shop, catalog=catalog
            )


def _settings(plan: WorkerPlan) -> ActivitySettings:
    declared = scanner.scan_resources(plan.packages) if plan.does_activities else ()
    given = plan.activities.resources
    kinds = {definition.kind for definition in given}
    resources = (*given, *(each for each in declared if each.kind not in kinds))
    return replace(plan.activities, resources=resources)


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
