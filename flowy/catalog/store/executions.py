"""The rows that stand for workflow executions: made once, whoever comes first."""

import uuid
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from flowy.catalog.store import runs
from flowy.catalog.store.models import GroupObject, RunObject, WorkflowObject
from flowy.catalog.workflow.state import ACTIVE_STATES

_NAMES = uuid.UUID("7a2f7a0e-6a1a-4c55-8d0e-0f7c3a8b9d11")


def group_of(session: Session, type_name: str, domain: str) -> GroupObject:
    """Return the group of a workflow type's executions in a domain; commits when it is made."""
    group_id = uuid.uuid5(_NAMES, f"{type_name}\n{domain}").hex
    found = session.get(GroupObject, group_id)
    if found is not None:
        return found
    try:
        workflow = runs.workflow_named(session, type_name)
        if workflow is None:
            workflow_id = uuid.uuid5(_NAMES, type_name).hex
            workflow = WorkflowObject(workflow_id=workflow_id, name=type_name)
        session.add(GroupObject(group_id=group_id, name=domain, workflow=workflow))
        session.commit()
    except IntegrityError:
        session.rollback()
    return session.get_one(GroupObject, group_id)


def find(session: Session, execution: str) -> RunObject | None:
    """Return the run of an execution, or None."""
    return runs.find_execution(session, execution)


def unfinished(session: Session, domain: str) -> list[tuple[str, str, str]]:
    """Return workflow id, run id and type of a domain's executions that go on, the oldest first."""
    query = (
        select(RunObject.execution, WorkflowObject.name)
        .join(WorkflowObject)
        .where(
            RunObject.execution.startswith(f"{domain}/", autoescape=True),
            RunObject.state_type.in_(ACTIVE_STATES),
        )
        .order_by(RunObject.created_at, RunObject.run_id)
    )
    found = []
    for execution, name in session.execute(query):
        workflow_id, _, run_id = str(execution).removeprefix(f"{domain}/").rpartition("/")
        found.append((workflow_id, run_id, str(name)))
    return found


def run_of(session: Session, execution: str, create: Callable[[], RunObject]) -> RunObject:
    """Return the run of an execution, which is made when it is not there.

    Args:
        session: The database.
        execution: The execution's name.
        create: Makes the run and commits.
    """
    found = runs.find_execution(session, execution)
    if found is not None:
        return found
    try:
        return create()
    except IntegrityError:
        session.rollback()
        present = runs.find_execution(session, execution)
        if present is None:
            raise
        return present
