"""What a program calls to take part: run workers, start workflows, answer activities later."""

import inspect
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import FrameType
from typing import Any, Concatenate, overload

from flowy.clock import SystemClock
from flowy.errors import DefinitionError, RegistrationError
from flowy.given import kind, several, whole
from flowy.observability.logs import quiet_replays
from flowy.swf import participants, registration
from flowy.swf.connect import as_client
from flowy.swf.packed import payloads_of
from flowy.swf.scheduler import AsyncActivityScheduler
from flowy.swf.starter import WorkflowStarter
from flowy.task import scanner
from flowy.task.calling import P, Runs
from flowy.task.definition import checked_name
from flowy.task.options import ChildPolicy
from flowy.task.registry import Registry
from flowy.telemetry import SILENT, Telemetry
from flowy.transport.payloads import Payloads
from flowy.volume.base import StorageVolume
from flowy.worker.activities import ActivityPoller
from flowy.worker.cataloguing import Reconciler
from flowy.worker.decisions import DecisionPoller
from flowy.worker.listener import ExecutionListener
from flowy.worker.middleware import Middleware
from flowy.worker.poller import Poller, Source
from flowy.worker.runtime import Worker
from flowy.worker.settings import DeciderSettings
from flowy.worker.sticky import as_wished
from flowy.worker.stop import Stop
from flowy.worker.workshop import ActivitySettings, Workshop

logger = logging.getLogger(__name__)

Scan = Callable[[Any, Any], Registry[Any]]


def start_activity_worker(
    domain: str,
    task_list: str,
    layer1: Any = None,
    reg_remote: bool = True,
    loop: int = -1,
    package: scanner.Packages | None = None,
    ignore: scanner.Ignored | None = None,
    *,
    payloads: Payloads | StorageVolume | str | None = None,
    telemetry: Telemetry = SILENT,
    catalog: ExecutionListener | None = None,
    settings: ActivitySettings | None = None,
) -> None:
    """Do the activities of a task list until SIGTERM or Ctrl-C, which finish the one in hand.

    Args:
        domain: The domain; it is registered when it is not there and may be made.
        task_list: The list that is polled.
        layer1: The service: a boto3 SWF client or a `flowy.protocol.client.SwfClient`; None is what
            the environment says (``FLOWY_ENDPOINT``, ``AWS_ENDPOINT_URL_SWF``), else Amazon.
        reg_remote: Register the types with the service, and compare those that are registered.
        loop: How many tasks to do before returning; -1 is no such end.
        package: Modules and packages that hold the activities; None is the caller's.
        ignore: What to leave out of them, as venusian takes it.
        payloads: Where inputs and results go that do not fit in SWF's fields: a volume, its URL, or
            `flowy.Payloads`; None is what the environment says (``FLOWY_PAYLOADS``).
        telemetry: Hears what the worker does; see `flowy.observability`.
        catalog: Has the runs that activities store files in by ``self.run.store(path)``:
            `flowy.catalog.executions.ExecutionCatalogue`.
        settings: How activities are run: strategies, slots, middleware, resources. The resources
            that the packages declare are added unless it has some.

    Raises:
        SystemExit: Registered types differ from the code; the log names type, field, ours, theirs.
        DefinitionError: Two classes declare the same type, or an argument can never work.
    """
    packages = _caller(inspect.currentframe()) if package is None else package
    _check(loop, catalog)
    if settings is not None:
        kind(settings, ActivitySettings, "settings")
    given: Any = task_list
    if isinstance(given, str) and given != given.strip():
        raise DefinitionError(
            f"a task list of activities begins and ends with no blank: {task_list!r}"
        )
    registry = scanner.scan_activities(packages, ignore)
    with _source(domain, task_list, layer1, payloads, telemetry) as source:
        settings = settings or ActivitySettings()
        if not settings.resources:
            settings = replace(settings, resources=scanner.scan_resources(packages, ignore))
        shop = Workshop(settings, source.clock, source.stop, source.telemetry)
        poller = ActivityPoller(source, registry, shop, catalog=catalog)
        _work(poller, registry, reg_remote, loop, shop=shop)


def start_workflow_worker(
    domain: str,
    task_list: str,
    layer1: Any = None,
    reg_remote: bool = True,
    loop: int = -1,
    package: scanner.Packages | None = None,
    ignore: scanner.Ignored | None = None,
    *,
    catalog: ExecutionListener | None = None,
    settings: DeciderSettings | None = None,
    payloads: Payloads | StorageVolume | str | None = None,
    telemetry: Telemetry = SILENT,
    sticky: bool | None = None,
    middleware: Sequence[Middleware] = (),
) -> None:
    """Decide the workflows of a task list until SIGTERM or Ctrl-C, which finish the one in hand.

    Takes and raises what `start_activity_worker` does. ``catalog`` is told what becomes of
    executions, also of those that the service closes by itself:
    `flowy.catalog.executions.ExecutionCatalogue`. ``settings`` say how decisions are made:
    `flowy.worker.settings.DeciderSettings`. ``sticky`` says whether decisions of kept runs come to
    a task list of this worker's own: None for as soon as other deciders are noticed, True from the
    start, False for never; a worker with a ``loop`` has none, and one of a build only with True.
    ``middleware`` goes around each decision: `flowy.worker.middleware`.
    """
    settings = kind(settings or DeciderSettings(), DeciderSettings, "settings")
    _check(loop, catalog)
    several(middleware, "middleware", Middleware)
    packages = _caller(inspect.currentframe()) if package is None else package
    registry = scanner.scan_workflows(packages, ignore)
    with _source(domain, task_list, layer1, payloads, telemetry) as source:
        wish = as_wished(sticky, settings.build) if loop < 0 else None
        make = partial(
            DecisionPoller, catalog=catalog, settings=settings, sticky=wish, middleware=middleware
        )
        beside: list[Poller[Any]] = [] if catalog is None else [Reconciler(source, catalog)]
        first, *others = (replace(source, task_list=name) for name in settings.lists(task_list))
        beside += [make(other, registry) for other in others]
        _work(make(first, registry), registry, reg_remote, loop, beside)


def async_scheduler(
    domain: str,
    layer1: Any = None,
    *,
    payloads: Payloads | StorageVolume | str | None = None,
) -> AsyncActivityScheduler:
    """Return what heartbeats and answers activities that raised ``SuspendTask``.

    Args:
        domain: The activities' domain; tokens say it too, so it is not sent.
        layer1: The service, as in `start_activity_worker`.
        payloads: Where large results go, likewise.
    """
    checked_name(domain, "domain")
    client = as_client(layer1)
    return AsyncActivityScheduler(client, payloads_of(client, payloads).packing(domain))


def workflow_starter(
    domain: str,
    name: Any,
    version: Any,
    task_list: str | None = None,
    decision_duration: int | None = None,
    workflow_duration: int | None = None,
    layer1: Any = None,
    *,
    catalog: ExecutionListener | None = None,
    payloads: Payloads | StorageVolume | str | None = None,
    telemetry: Telemetry = SILENT,
    task_priority: int | None = None,
    child_policy: ChildPolicy | None = None,
    lambda_role: str | None = None,
) -> WorkflowStarter[...]:
    """Return what starts executions of a workflow type when it is called with their arguments.

    Args:
        domain: Where the executions start.
        name: The workflow type's name.
        version: The workflow type's version; 1 and "1" are the same.
        task_list: Where the decision tasks wait; None is the registered default.
        decision_duration: Longest time for one decision, in seconds; None likewise.
        workflow_duration: Longest time from start to close, in seconds; None likewise.
        layer1: The service, as in `start_activity_worker`.
        catalog: Is told each start: `flowy.catalog.executions.ExecutionCatalogue`.
        payloads: Where large arguments go, as in `start_activity_worker`.
        telemetry: Surrounds each start; see `flowy.observability`.
        task_priority: Which decision tasks of a list go first: those with the higher number.
        child_policy: What becomes of the execution's open children when it is terminated or runs
            out of time: ``TERMINATE``, ``REQUEST_CANCEL`` or ``ABANDON``; None as registered.
        lambda_role: The IAM role with which it invokes Lambda functions.

    Raises:
        DefinitionError: SWF does not take such a name, or a setting can never work.
    """
    participants.check(telemetry, catalog)
    client = as_client(layer1)
    return WorkflowStarter(
        name,
        version,
        client,
        domain,
        task_list,
        decision_duration,
        workflow_duration,
        catalog=catalog,
        packing=payloads_of(client, payloads).packing(domain, telemetry),
        telemetry=telemetry,
        task_priority=task_priority,
        child_policy=child_policy,
        lambda_role=lambda_role,
    )


@overload
def starter_for(
    domain: str, workflow: type[Runs[P, Any]], **options: Any
) -> WorkflowStarter[P]: ...
@overload
def starter_for(
    domain: str, workflow: Callable[Concatenate[Any, P], Any], **options: Any
) -> WorkflowStarter[P]: ...
def starter_for(domain: str, workflow: Any, **options: Any) -> Any:
    """Return what starts executions of a workflow whose class or function is at hand.

    Type checkers check the arguments of the starter, and a call refuses what does not fit the
    workflow's annotations.

    Args:
        domain: Where the executions start.
        workflow: The class or function that declares the workflow.
        **options: As `workflow_starter` takes them.

    Raises:
        DefinitionError: The class or function declares no workflow, or several, or a setting can
            never work.
    """
    return workflow_starter(domain, workflow, None, **options)


def _check(loop: int, catalog: ExecutionListener | None) -> None:
    whole(loop, "loop", -1)
    participants.check(SILENT, catalog)


def _caller(frame: FrameType | None) -> Any:
    caller = None if frame is None else frame.f_back
    if caller is None:
        raise RuntimeError("this Python does not tell who called: pass package")
    return scanner.default_package(caller)


@contextmanager
def _source(
    domain: str,
    task_list: str,
    layer1: Any,
    payloads: Payloads | StorageVolume | str | None,
    telemetry: Telemetry,
) -> Iterator[Source]:
    checked_name(domain, "domain")
    checked_name(task_list, "task list")
    kind(telemetry, Telemetry, "telemetry")
    clock = SystemClock()
    client = as_client(layer1)
    try:
        yield Source(
            client=client,
            domain=domain,
            task_list=task_list,
            clock=clock,
            stop=Stop(clock),
            telemetry=telemetry,
            packing=payloads_of(client, payloads).packing(domain, telemetry),
        )
    finally:
        if layer1 is None:  # whoever brought a client may go on with it
            client.close()


def _work(
    poller: Poller[Any],
    registry: Registry[Any],
    reg_remote: bool,
    loop: int,
    beside: Sequence[Poller[Any]] = (),
    *,
    shop: Workshop | None = None,
) -> None:
    quiet_replays()
    source = poller.source
    if not len(registry):
        wanted = "workflow" if isinstance(poller, DecisionPoller) else "activity"
        logger.warning(
            "no %s was found, and what comes on task list %s is left to time out: check package "
            "and ignore",
            wanted,
            source.task_list,
        )
    if reg_remote:
        _register(source, registry)
    Worker(source.client, source.stop, [poller, *beside], shop).run(loop)


def _register(source: Source, registry: Registry[Any]) -> None:
    try:
        registration.register(source, list(registry))
    except RegistrationError as error:
        for difference in error.differences:
            logger.error("%s", difference)  # noqa: TRY400 -- the lines say it all
        sys.exit(1)
