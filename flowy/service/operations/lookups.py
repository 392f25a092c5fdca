"""The rules' ports to the rest of a domain: its types and its other executions."""

import threading
from typing import cast

from flowy.db.session import Session
from flowy.protocol.ids import TypeId
from flowy.protocol.registration import (
    ActivityTypeConfiguration,
    ActivityTypeDetail,
    ActivityTypeInfo,
    WorkflowTypeConfiguration,
    WorkflowTypeDetail,
    WorkflowTypeInfo,
)
from flowy.service.operations.quotas import Quotas
from flowy.service.store import executions
from flowy.service.store.registrations import Registrations
from flowy.service.store.types import RegisteredType


def workflow_type_detail(found: RegisteredType) -> WorkflowTypeDetail:
    """Describe a row of a workflow type."""
    return WorkflowTypeDetail(
        type_info=workflow_type_info(found),
        configuration=cast(WorkflowTypeConfiguration, found.configuration),
    )


def workflow_type_info(found: RegisteredType) -> WorkflowTypeInfo:
    """Describe a workflow type without its defaults."""
    return WorkflowTypeInfo(
        workflow_type=found.type_id,
        status=found.status,
        creation_date=found.created_at,
        deprecation_date=found.deprecated_at,
        description=found.description,
    )


def activity_type_detail(found: RegisteredType) -> ActivityTypeDetail:
    """Describe a row of an activity type."""
    return ActivityTypeDetail(
        type_info=activity_type_info(found),
        configuration=cast(ActivityTypeConfiguration, found.configuration),
    )


def activity_type_info(found: RegisteredType) -> ActivityTypeInfo:
    """Describe an activity type without its defaults."""
    return ActivityTypeInfo(
        activity_type=found.type_id,
        status=found.status,
        creation_date=found.created_at,
        deprecation_date=found.deprecated_at,
        description=found.description,
    )


class DomainTypes:
    """The types of a domain; see ``flowy.service.domain.context.Types``."""

    __slots__ = ("_domain", "_registrations", "_session")

    def __init__(self, session: Session, domain: int, registrations: Registrations) -> None:
        self._session = session
        self._domain = domain
        self._registrations = registrations

    def workflow_type(self, type_id: TypeId) -> WorkflowTypeDetail | None:
        """Return a workflow type, or None."""
        found = self._registrations.type(self._session, self._domain, "workflow", type_id)
        return None if found is None else workflow_type_detail(found)

    def activity_type(self, type_id: TypeId) -> ActivityTypeDetail | None:
        """Return an activity type, or None."""
        found = self._registrations.type(self._session, self._domain, "activity", type_id)
        return None if found is None else activity_type_detail(found)


class OpenCounts:
    """Upper bounds of the numbers of open executions, so that a start need not count them all.

    Starts are added, also such as are undone later; closes are not taken off. Who reaches the quota
    by this bound counts anew.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bounds: dict[int, int] = {}

    def get(self, domain: int) -> int | None:
        """Return the bound of a domain, None when nothing is known."""
        return self._bounds.get(domain)

    def set(self, domain: int, count: int) -> None:
        """Take note of a true count."""
        with self._lock:
            self._bounds[domain] = count

    def started(self, domain: int) -> None:
        """Take note of a start, here or elsewhere."""
        with self._lock:
            if domain in self._bounds:
                self._bounds[domain] += 1

    def forget(self) -> None:
        """Count anew: others may have started executions."""
        with self._lock:
            self._bounds.clear()


class DomainExecutions:
    """The executions of a domain; see ``flowy.service.domain.context.Executions``."""

    __slots__ = ("_counts", "_domain", "_quotas", "_session")

    def __init__(self, session: Session, domain: int, counts: OpenCounts, quotas: Quotas) -> None:
        self._session = session
        self._domain = domain
        self._counts = counts
        self._quotas = quotas

    def has_open(self, workflow_id: str) -> bool:
        """Tell whether a run of the workflow is open."""
        return executions.find_open(self._session, self._domain, workflow_id) is not None

    def count_open(self) -> int:
        """Count the open executions, or return a bound that is below the quota."""
        bound = self._counts.get(self._domain)
        if bound is None or bound >= self._quotas.open_executions:
            bound = executions.count_open(self._session, self._domain)
            self._counts.set(self._domain, bound)
        return bound
